#include <fmt/core.h>

#include "base/files.h"
#include "base/text.h"
#include "tokens/formats/tokenizer_spec.h"

namespace smelt {

TokenizerSpec read_gpt2_files(const std::string& vocab_path, const std::string& merges_path) {
  TokenizerSpec spec;
  spec.name = vocab_path;
  Vocabulary& vocabulary = spec.model.vocabulary;
  const Json vocab = Json::load(vocab_path);
  if (!vocab.is_object()) {
    throw input_error("not a JSON object of tokens and ids", vocab_path, "give GPT-2's vocab.json");
  }
  for (const auto& [token, id] : vocab.as_object()) {
    if (!id.is_int() || id.as_int() < 0 || id.as_int() > Vocabulary::kHighestId ||
        !vocabulary.add(token, static_cast<uint32_t>(id.as_int()))) {
      throw input_error(fmt::format("the id of \"{}\" is no token id or belongs to another token", token), vocab_path);
    }
    if (token == "<|endoftext|>") {
      spec.added.push_back({.id = static_cast<uint32_t>(id.as_int()), .content = token, .special = true});
    }
  }
  const std::string merges = read_file(merges_path);
  int64_t line_number = 0;
  for (std::string_view line : split(merges, '\n')) {
    ++line_number;
    if (!line.empty() && line.back() == '\r') {
      line.remove_suffix(1);
    }
    if (line.empty() || (line_number == 1 && line.starts_with("#version"))) {
      continue;
    }
    const size_t space = line.find(' ');
    const std::string where = fmt::format("{}:{}", merges_path, line_number);
    if (space == std::string_view::npos || space == 0 || space + 1 == line.size()) {
      throw input_error("not two tokens with a space between them", where);
    }
    const uint32_t left = vocabulary.find(line.substr(0, space));
    const uint32_t right = vocabulary.find(line.substr(space + 1));
    if (left == Vocabulary::kNone || right == Vocabulary::kNone) {
      throw input_error("the vocabulary lacks one of the tokens", where, "give the vocab.json that belongs to it");
    }
    spec.model.merges.emplace_back(left, right);
  }
  Json byte_level = Json::object();
  byte_level["type"] = "ByteLevel";
  byte_level["add_prefix_space"] = false;
  byte_level["trim_offsets"] = true;
  byte_level["use_regex"] = true;
  spec.pre_tokenizer = byte_level;
  spec.post_processor = byte_level;
  spec.decoder = byte_level;
  return spec;
}

}  // namespace smelt
