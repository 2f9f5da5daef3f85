#include "tokens/pretokenize/pre_tokenizer_steps.h"

#include <fmt/core.h>

#include "base/white_space.h"
#include "tokens/normalize/steps.h"
#include "tokens/split/pretokenizer.h"
#include "tokens/text/text_pattern.h"

namespace smelt {
namespace {

using Stretches = std::vector<Stretch>;

void add(Stretches& out, size_t begin, size_t end, bool matched) {
  if (begin < end) {
    out.push_back({static_cast<uint32_t>(begin), static_cast<uint32_t>(end), matched});
  }
}

// Each character of which `is` holds is a match.
template <class F>
void find_characters(std::string_view text, Stretches& out, F&& is) {
  size_t done = 0;
  for (size_t at = 0; at < text.size();) {
    const Character c = character_at(text, at);
    if (is(c.code_point)) {
      add(out, done, at, false);
      done = at + c.length;
      add(out, at, done, true);
    }
    at += c.length;
  }
  add(out, done, text.size(), false);
}

template <class F>
TextStep character_step(SplitBehavior behavior, F is) {
  return [behavior, is](AlignedText& text) {
    text.split(behavior, [&](std::string_view piece, Stretches& out) { find_characters(piece, out, is); });
  };
}

SplitBehavior behavior_of(const JsonNode& node) {
  const std::string& name = node.string();
  if (name == "Removed") {
    return SplitBehavior::kRemoved;
  }
  if (name == "Isolated") {
    return SplitBehavior::kIsolated;
  }
  if (name == "MergedWithPrevious") {
    return SplitBehavior::kMergedWithPrevious;
  }
  if (name == "MergedWithNext") {
    return SplitBehavior::kMergedWithNext;
  }
  if (name == "Contiguous") {
    return SplitBehavior::kContiguous;
  }
  node.fail(
      fmt::format("unknown split behavior \"{}\" (known: Removed, Isolated, MergedWithPrevious, MergedWithNext, "
                  "Contiguous)",
                  name));
}

void find_words(const SplitRule& rule, std::string_view piece, Stretches& out) {
  for_each_word(rule, piece, [&](std::string_view word) {
    const auto begin = static_cast<size_t>(word.data() - piece.data());
    add(out, begin, begin + word.size(), true);
  });
}

TextStep split_step(const JsonNode& node) {
  const SplitBehavior behavior = behavior_of(node.at("behavior"));
  const bool invert = node.flag("invert");
  const JsonNode pattern = node.at("pattern");
  if (pattern.has("Regex") && behavior == SplitBehavior::kIsolated) {
    // A scanner of its own for the expressions in common use: they leave no gaps.
    if (const std::optional<SplitRule> rule = known_split_rule(pattern.at("Regex").string())) {
      return [rule = *rule](AlignedText& text) {
        text.split(SplitBehavior::kIsolated,
                   [&](std::string_view piece, Stretches& out) { find_words(rule, piece, out); });
      };
    }
  }
  return [=, regex = read_pattern(pattern)](AlignedText& text) {
    text.split(behavior, [&](std::string_view piece, Stretches& out) {
      regex.find(piece, out);
      for (Stretch& s : out) {
        s.matched = s.matched != invert;
      }
    });
  };
}

void read_byte_level(const JsonNode& node, TextSteps& steps) {
  if (node.flag("add_prefix_space")) {
    steps.emplace_back([](AlignedText& text) {
      text.rewrite([](std::string_view piece, AlignedText::Writer& writer) {
        if (piece.starts_with(' ')) {
          writer.keep_to(piece.size());
        } else {
          prepend_text(piece, " ", writer);
        }
      });
    });
  }
  if (node.flag("use_regex", true)) {
    steps.emplace_back([](AlignedText& text) {
      text.split(SplitBehavior::kIsolated,
                 [](std::string_view piece, Stretches& out) { find_words({SplitFamily::kGpt2}, piece, out); });
    });
  }
  steps.emplace_back(spell_bytes);
}

enum class Prepend { kAlways, kFirst, kNever };

Prepend prepend_scheme(const JsonNode& node) {
  if (!node.has("prepend_scheme")) {
    return node.flag("add_prefix_space", true) ? Prepend::kAlways : Prepend::kNever;
  }
  const std::string& name = node.at("prepend_scheme").string();
  if (name != "always" && name != "first" && name != "never") {
    node.at("prepend_scheme").fail(fmt::format("unknown scheme \"{}\" (known: always, first, never)", name));
  }
  if (!node.flag("add_prefix_space", true) && name != "never") {
    node.at("add_prefix_space").fail("does not go with prepend_scheme");
  }
  return name == "always" ? Prepend::kAlways : name == "first" ? Prepend::kFirst : Prepend::kNever;
}

void read_metaspace(const JsonNode& node, TextSteps& steps) {
  const uint32_t replacement = node.at("replacement").character();
  const std::string mark = node.at("replacement").string();
  const Prepend scheme = prepend_scheme(node);
  steps.emplace_back(
      [regex = TextRegex::literal(" "), mark](AlignedText& text) { replace_matches(text, regex, mark); });
  if (scheme != Prepend::kNever) {
    steps.emplace_back([=](AlignedText& text) {
      text.rewrite([&](std::string_view piece, AlignedText::Writer& writer) {
        if (piece.starts_with(mark) || (scheme == Prepend::kFirst && !writer.at_original_start())) {
          writer.keep_to(piece.size());
        } else {
          prepend_text(piece, mark, writer);
        }
      });
    });
  }
  if (node.flag("split", true)) {
    steps.emplace_back(
        character_step(SplitBehavior::kMergedWithNext, [replacement](uint32_t c) { return c == replacement; }));
  }
}

// \w+|[^\w\s]+ keeps what it matches.
void whitespace_step(AlignedText& text) {
  const UnicodeProperties& properties = UnicodeProperties::get();
  text.split(SplitBehavior::kRemoved, [&](std::string_view piece, Stretches& out) {
    enum class Kind { kSpace, kWord, kOther };
    size_t begin = 0;
    Kind kind = Kind::kSpace;
    for (size_t at = 0; at < piece.size();) {
      const Character c = character_at(piece, at);
      const Kind next = properties.is(c.code_point, kUnicodeWord) ? Kind::kWord
                        : is_white_space(c.code_point)            ? Kind::kSpace
                                                                  : Kind::kOther;
      if (next != kind) {
        add(out, begin, at, kind == Kind::kSpace);
        begin = at;
        kind = next;
      }
      at += c.length;
    }
    add(out, begin, piece.size(), kind == Kind::kSpace);
  });
}

TextStep fixed_length_step(const JsonNode& node) {
  const uint32_t length = node.has("length") ? node.at("length").number() : 5;
  if (length == 0) {
    node.at("length").fail("is 0");
  }
  return [length](AlignedText& text) {
    text.split(SplitBehavior::kIsolated, [&](std::string_view piece, Stretches& out) {
      size_t begin = 0;
      uint32_t count = 0;
      for (size_t at = 0; at < piece.size();) {
        at += character_at(piece, at).length;
        if (++count == length || at == piece.size()) {
          add(out, begin, at, false);
          begin = at;
          count = 0;
        }
      }
    });
  };
}

void scripts_step(AlignedText& text) {
  text.split(SplitBehavior::kRemoved, [](std::string_view piece, Stretches& out) {
    // A piece begins where the first script does: what comes before it goes with nothing and is left out.
    constexpr size_t kNone = SIZE_MAX;
    size_t begin = kNone;
    int last = -1;
    for (size_t at = 0; at < piece.size();) {
      const Character c = character_at(piece, at);
      const int script = script_of(c.code_point);
      if (script != 0) {
        if (last != script) {
          add(out, begin == kNone ? 0 : begin, at, begin == kNone);
          begin = at;
        }
        last = script;
      }
      at += c.length;
    }
    add(out, begin == kNone ? 0 : begin, piece.size(), begin == kNone);
  });
}

}  // namespace

void read_pre_tokenizer(const JsonNode& node, TextSteps& steps) {
  const UnicodeProperties& properties = UnicodeProperties::get();
  const auto is_punctuation = [&properties](uint32_t c) { return properties.is(c, kUnicodePunctuation); };
  const std::string& type = node.type();
  if (type == "Sequence") {
    const JsonNode list = node.at("pretokenizers");
    for (size_t i = 0; i < list.size(); ++i) {
      read_pre_tokenizer(list.at(i), steps);
    }
  } else if (type == "ByteLevel") {
    read_byte_level(node, steps);
  } else if (type == "Split") {
    steps.emplace_back(split_step(node));
  } else if (type == "Digits") {
    steps.emplace_back(
        character_step(node.flag("individual_digits") ? SplitBehavior::kIsolated : SplitBehavior::kContiguous,
                       [&properties](uint32_t c) { return properties.is(c, kUnicodeNumber); }));
  } else if (type == "Punctuation") {
    const SplitBehavior behavior = node.has("behavior") ? behavior_of(node.at("behavior")) : SplitBehavior::kIsolated;
    steps.emplace_back(character_step(behavior, is_punctuation));
  } else if (type == "Whitespace") {
    steps.emplace_back(whitespace_step);
  } else if (type == "WhitespaceSplit") {
    steps.emplace_back(character_step(SplitBehavior::kRemoved, is_white_space));
  } else if (type == "Metaspace") {
    read_metaspace(node, steps);
  } else if (type == "BertPreTokenizer") {
    steps.emplace_back(character_step(SplitBehavior::kRemoved, is_white_space));
    steps.emplace_back(character_step(SplitBehavior::kIsolated, is_punctuation));
  } else if (type == "CharDelimiterSplit") {
    const uint32_t delimiter = node.at("delimiter").character();
    steps.emplace_back(character_step(SplitBehavior::kRemoved, [delimiter](uint32_t c) { return c == delimiter; }));
  } else if (type == "FixedLength") {
    steps.emplace_back(fixed_length_step(node));
  } else if (type == "UnicodeScripts") {
    steps.emplace_back(scripts_step);
  } else {
    node.fail(
        fmt::format("unknown pre-tokenizer \"{}\" (known: ByteLevel, Split, Digits, Punctuation, Whitespace, "
                    "WhitespaceSplit, Metaspace, BertPreTokenizer, CharDelimiterSplit, FixedLength, "
                    "UnicodeScripts, Sequence)",
                    type));
  }
}

}  // namespace smelt
