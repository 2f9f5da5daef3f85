#include "corpus/filters/c4.h"

#include <algorithm>

#include "base/text.h"
#include "corpus/filters/characters.h"
#include "corpus/filters/sentences.h"

namespace smelt {

namespace {

constexpr std::array<std::string_view, 6> kPolicyPhrases = {"terms of use", "privacy policy", "cookie policy",
                                                            "uses cookies", "use of cookies", "use cookies"};

struct WordShape {
  int64_t words = 0;
  int64_t longest = 0;  // characters
};

// Words between spaces; letters of languages without spaces are words by themselves.
WordShape shape_of(std::string_view line, bool unspaced) {
  WordShape shape;
  int64_t length = 0;
  const auto finish = [&] {
    shape.words += length > 0 ? 1 : 0;
    shape.longest = std::max(shape.longest, length);
    length = 0;
  };
  for (size_t pos = 0; pos < line.size();) {
    const auto byte = static_cast<uint8_t>(line[pos]);
    if (byte > ' ' && byte < 0x80) {
      ++length;
      ++pos;
      continue;
    }
    const uint32_t c = take_code_point(line, pos);
    if (has_class(c, kSpaceCharacter)) {
      finish();
    } else if (unspaced && c >= 0x80 && has_class(c, kLetterCharacter)) {
      finish();
      length = 1;
      finish();
    } else {
      ++length;
    }
  }
  finish();
  return shape;
}

// Length of [12], [], [edit] or [citation needed] at pos, 0 where there is none.
size_t citation_length(std::string_view line, size_t pos) {
  const std::string_view rest = line.substr(pos);
  for (const std::string_view mark : {"[edit]", "[citation needed]"}) {
    if (rest.starts_with(mark)) {
      return mark.size();
    }
  }
  size_t end = 1;
  while (end < rest.size() && rest[end] != ']') {
    size_t next = end;
    if (!has_class(next_code_point(rest, next), kDigitCharacter)) {
      return 0;
    }
    end = next;
  }
  return end < rest.size() ? end + 1 : 0;
}

bool ends_openly(std::string_view line, TextRules rules) {
  if (rules == TextRules::kPublished) {
    const char last = line.empty() ? ' ' : line.back();
    const bool mark = last == '.' || last == '?' || last == '!' || last == '"' || last == '\'';
    return !mark || line.ends_with("...");
  }
  const std::string_view core = strip_closers(strip_trailing_spaces(line));
  const bool closed = core.size() < line.size() && (line.ends_with('"') || line.ends_with('\'') ||
                                                    line.ends_with("\u201D") || line.ends_with("\u2019"));
  return core.ends_with("...") || core.ends_with("\u2026") ||
         (!has_class(last_code_point(core), kTerminalMark) && !closed);
}

}  // namespace

void C4Cleaner::remove_citations(std::string_view& line, C4Outcome& outcome) {
  size_t copied = 0;
  const int64_t before = outcome.citations;
  for (size_t pos = line.find('['); pos != std::string_view::npos; pos = line.find('[', pos)) {
    const size_t length = citation_length(line, pos);
    if (length == 0) {
      ++pos;
      continue;
    }
    if (outcome.citations == before) {
      edited_.clear();
    }
    ++outcome.citations;
    edited_ += line.substr(copied, pos - copied);
    pos += length;
    copied = pos;
  }
  if (outcome.citations > before) {
    edited_ += line.substr(copied);
    line = edited_;
  }
}

C4Cleaner::Fate C4Cleaner::judge_line(std::string_view line, bool unspaced, C4Outcome& outcome) {
  const bool published = rules_ == TextRules::kPublished;
  if (options_.terminal_punctuation && ends_openly(line, rules_)) {
    return Fate::kOpenEnd;
  }
  if (!published) {
    line_words_ = shape_of(line, unspaced).words;
  }
  if (line_words_ < options_.min_line_words) {
    return Fate::kFewWords;
  }
  if (!suspect_ && line.find('{') == std::string_view::npos) {
    return Fate::kKept;
  }
  lower_into(line, lower_);
  const auto holds = [&](std::string_view phrase) { return contains_phrase(lower_, phrase); };
  if (published && holds("lorem ipsum")) {
    outcome.lorem_ipsum = true;
    return Fate::kEnds;
  }
  if (options_.javascript && holds("javascript")) {
    return Fate::kJavascript;
  }
  if (published && line.find('{') != std::string_view::npos) {
    outcome.curly_bracket = true;
    return Fate::kEnds;
  }
  return options_.policies && std::any_of(kPolicyPhrases.begin(), kPolicyPhrases.end(), holds) ? Fate::kPolicy
                                                                                               : Fate::kKept;
}

// Counts by the tokens of the whole text where the line is as it stands there.
void C4Cleaner::keep_published(std::string_view whole, std::string_view line, std::span<const EnglishToken>& tokens,
                               const char* text_begin, C4Outcome& outcome) {
  std::span<const EnglishToken> own;
  if (line.data() == whole.data() && line.size() == whole.size()) {
    const auto begin = static_cast<uint32_t>(line.data() - text_begin);
    const auto end = static_cast<uint32_t>(begin + line.size());
    const auto before = [](const EnglishToken& token, uint32_t place) { return token.begin < place; };
    const auto first = std::lower_bound(tokens.begin(), tokens.end(), begin, before);
    const auto last = std::lower_bound(first, tokens.end(), end, before);
    own = {first, last};
    tokens = {last, tokens.end()};
  } else {
    tokenizer_.tokenize(line, line_tokens_);
    own = line_tokens_;
  }
  outcome.sentences += count_sentences(own);
  outcome.words += std::count_if(own.begin(), own.end(),
                                 [](const EnglishToken& token) { return (token.kind & EnglishToken::kSpace) == 0; });
}

void C4Cleaner::clean(std::string_view text, std::string_view language, std::span<const EnglishToken> tokens,
                      C4Outcome& outcome) {
  const bool published = rules_ == TextRules::kPublished;
  const bool unspaced = !published && is_unspaced_language(language);
  outcome.text.clear();
  outcome.removed = {};
  outcome.citations = outcome.sentences = outcome.words = 0;
  lower_into(text, lower_);
  const bool lorem_ipsum = contains_phrase(lower_, "lorem ipsum");
  suspect_ = lorem_ipsum || contains_phrase(lower_, "javascript") || contains_phrase(lower_, "cookie") ||
             contains_phrase(lower_, "privacy policy") || contains_phrase(lower_, "terms of use") ||
             text.find('[') != std::string_view::npos;  // a citation may stand inside a phrase
  outcome.lorem_ipsum = !published && lorem_ipsum;
  outcome.curly_bracket = !published && text.find('{') != std::string_view::npos;
  std::string_view rest = text;
  std::string_view separator;
  for (std::string_view whole; published ? next_line(rest, whole) : next_plain_line(rest, whole);) {
    whole = strip_spaces(whole);
    if (!published && whole.empty()) {
      separator = outcome.text.empty() ? "" : "\n\n";
      continue;
    }
    std::string_view line = whole;
    const WordShape shape = shape_of(line, unspaced);
    line_words_ = shape.words;
    Fate fate = Fate::kLongWord;
    if (shape.longest <= options_.max_word_length) {
      if (options_.citations) {
        remove_citations(line, outcome);
        line = published ? line : strip_spaces(line);
      }
      fate = judge_line(line, unspaced, outcome);
    }
    if (fate == Fate::kEnds) {
      return;
    }
    if (fate != Fate::kKept) {
      ++outcome.removed[static_cast<size_t>(fate)];
      continue;
    }
    if (published) {
      keep_published(whole, line, tokens, text.data(), outcome);
    } else {
      outcome.sentences += count_plain_sentences(line);
      outcome.words += line_words_;
    }
    outcome.text += separator;
    outcome.text += line;
    separator = "\n";
  }
  const std::string_view trimmed = strip_spaces(outcome.text);
  if (trimmed.size() < outcome.text.size()) {
    outcome.text = std::string(trimmed);
  }
}

void judge_c4(const C4Outcome& outcome, const C4Options& options, std::vector<RuleResult>& results) {
  results.push_back({"c4_lorem_ipsum", outcome.lorem_ipsum ? 1.0 : 0.0, 0, 0});
  results.push_back({"c4_curly_bracket", outcome.curly_bracket ? 1.0 : 0.0, 0, 0});
  results.push_back(
      {"c4_sentences", static_cast<double>(outcome.sentences), static_cast<double>(options.min_sentences), kNoLimit});
}

}  // namespace smelt
