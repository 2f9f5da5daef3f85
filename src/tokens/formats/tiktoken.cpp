#include <algorithm>
#include <charconv>

#include <fmt/core.h>

#include "base/text.h"
#include "tokens/bpe/byte_alphabet.h"
#include "tokens/formats/model_files.h"
#include "tokens/normalize/precompiled.h"
#include "tokens/split/split_scanner.h"

namespace smelt {
namespace {

// Vocabularies that tiktoken and Llama 3 publish: their split rule, number of ranks and special tokens.
struct KnownVocabulary {
  const char* name;
  size_t ranks;
  SplitRule rule;
  std::vector<std::pair<const char*, uint32_t>> special;
};

const std::vector<KnownVocabulary>& known_vocabularies() {
  static const std::vector<KnownVocabulary> known = {
      {"gpt2", 50256, {SplitFamily::kGpt2}, {{"<|endoftext|>", 50256}}},
      {"r50k", 50256, {SplitFamily::kGpt2}, {{"<|endoftext|>", 50256}}},
      {"p50k", 50280, {SplitFamily::kGpt2}, {{"<|endoftext|>", 50256}}},
      {"cl100k",
       100256,
       {SplitFamily::kCl100k, 3},
       {{"<|endoftext|>", 100257},
        {"<|fim_prefix|>", 100258},
        {"<|fim_middle|>", 100259},
        {"<|fim_suffix|>", 100260},
        {"<|endofprompt|>", 100276}}},
      {"o200k", 199998, {SplitFamily::kTekken, 3, true}, {{"<|endoftext|>", 199999}, {"<|endofprompt|>", 200018}}},
      {"llama3", 128000, {SplitFamily::kCl100k, 3}, {}}};
  return known;
}

void add_special(TokenizerSpec& spec, std::string content, uint32_t id) {
  spec.added.push_back({.id = id, .content = std::move(content), .special = true});
}

// The 256 special tokens of Llama 3, most of them reserved.
void add_llama3_tokens(TokenizerSpec& spec, uint32_t first) {
  constexpr const char* kNames[] = {"<|begin_of_text|>",   "<|end_of_text|>",   "", "",          "", "",
                                    "<|start_header_id|>", "<|end_header_id|>", "", "<|eot_id|>"};
  uint32_t reserved = 0;
  for (uint32_t i = 0; i < 256; ++i) {
    const bool named = i < std::size(kNames) && *kNames[i] != '\0';
    add_special(spec, named ? kNames[i] : fmt::format("<|reserved_special_token_{}|>", reserved++), first + i);
  }
}

Json byte_level() {
  Json out = Json::object();
  out["type"] = "ByteLevel";
  out["add_prefix_space"] = false;
  out["trim_offsets"] = true;
  out["use_regex"] = false;
  return out;
}

Json pre_tokenizer(const std::string& regex) {
  Json step = Json::object();
  step["type"] = "Split";
  step["pattern"] = Json::object();
  step["pattern"]["Regex"] = regex;
  step["behavior"] = "Isolated";
  step["invert"] = false;
  Json out = Json::object();
  out["type"] = "Sequence";
  out["pretokenizers"] = Json::array();
  out["pretokenizers"].push_back(std::move(step));
  out["pretokenizers"].push_back(byte_level());
  return out;
}

struct Ranked {
  uint32_t rank;
  std::string bytes;
};

std::vector<Ranked> read_ranks(std::string_view text, const std::string& name) {
  std::vector<Ranked> out;
  int64_t line_number = 0;
  for (std::string_view line : split(text, '\n')) {
    ++line_number;
    line = trim(line);
    if (line.empty()) {
      continue;
    }
    const size_t space = line.find(' ');
    uint32_t rank = 0;
    const char* const end = line.data() + line.size();
    const std::optional<std::string> bytes = decode_base64(line.substr(0, space));
    if (space == std::string_view::npos || !bytes || bytes->empty() ||
        std::from_chars(line.data() + space + 1, end, rank).ptr != end || rank > Vocabulary::kHighestId) {
      throw input_error("no token in base64 with its rank behind it", fmt::format("{}:{}", name, line_number),
                        "give a rank file as tiktoken reads it");
    }
    out.push_back({rank, *bytes});
  }
  std::sort(out.begin(), out.end(), [](const Ranked& a, const Ranked& b) { return a.rank < b.rank; });
  return out;
}

// tiktoken joins any two neighbours that make a token, the lowest rank first: each way to cut a token is a merge, and
// all of them have its rank.
void add_merges(const std::vector<Ranked>& ranked, ModelSpec& model) {
  const ByteAlphabet& alphabet = ByteAlphabet::get();
  std::vector<std::pair<uint32_t, uint32_t>> cuts;
  std::vector<size_t> ends;  // of the spelling's characters
  for (const Ranked& token : ranked) {
    const std::string spelled = alphabet.to_chars(token.bytes);
    ends.clear();
    for (size_t at = 0; at < spelled.size();) {
      at += character_at(spelled, at).length;
      ends.push_back(at);
    }
    cuts.clear();
    for (size_t i = 0; i + 1 < ends.size(); ++i) {
      const uint32_t left = model.vocabulary.find(std::string_view(spelled).substr(0, ends[i]));
      const uint32_t right = model.vocabulary.find(std::string_view(spelled).substr(ends[i]));
      if (left != Vocabulary::kNone && right != Vocabulary::kNone) {
        cuts.emplace_back(left, right);
      }
    }
    std::sort(cuts.begin(), cuts.end());
    for (const auto& cut : cuts) {
      model.merges.push_back(cut);
      model.merge_ranks.push_back(token.rank);
    }
  }
}

}  // namespace

TokenizerSpec read_tiktoken(std::string_view text, const std::string& pattern, const std::string& name) {
  TokenizerSpec spec;
  spec.name = name;
  const std::vector<Ranked> ranked = read_ranks(text, name);
  for (const Ranked& token : ranked) {
    if (!spec.model.vocabulary.add(ByteAlphabet::get().to_chars(token.bytes), token.rank)) {
      throw input_error(fmt::format("two tokens have the rank {}", token.rank), name);
    }
  }
  if (spec.model.vocabulary.size() != ranked.size()) {
    throw input_error("a token stands there twice", name);
  }
  add_merges(ranked, spec.model);
  spec.model.ignore_merges = true;
  std::string regex = pattern;
  for (const KnownVocabulary& known : known_vocabularies()) {
    const bool same_size = ranked.size() == known.ranks;
    if (pattern == known.name || (pattern.empty() && same_size)) {
      regex = split_regex(known.rule);
      for (const auto& [content, id] : known.special) {
        if (same_size) {
          add_special(spec, content, id);
        }
      }
      if (same_size && known.name == std::string_view("llama3")) {
        add_llama3_tokens(spec, static_cast<uint32_t>(known.ranks));
      }
      break;
    }
  }
  if (regex.empty()) {
    throw input_error(fmt::format("{} ranks are of no known vocabulary", ranked.size()), name,
                      "say how it splits texts: gpt2, r50k, p50k, cl100k, o200k, llama3 or a regular expression");
  }
  spec.pre_tokenizer = pre_tokenizer(regex);
  spec.post_processor = byte_level();
  spec.decoder = byte_level();
  return spec;
}

}  // namespace smelt
