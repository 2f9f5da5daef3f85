#include <fmt/core.h>

#include "base/files.h"
#include "base/json.h"
#include "base/text.h"
#include "tokens/bpe/tokenizer_state.h"

namespace smelt {

TokenizerParts read_gpt2_files(const std::string& vocab_path, const std::string& merges_path) {
  TokenizerParts parts;
  parts.name = vocab_path;
  const Json vocab = Json::load(vocab_path);
  if (!vocab.is_object()) {
    throw input_error("not a JSON object of tokens and ids", vocab_path, "give GPT-2's vocab.json");
  }
  for (const auto& [token, id] : vocab.as_object()) {
    if (!id.is_int() || id.as_int() < 0 || id.as_int() > UINT32_MAX) {
      throw input_error(fmt::format("the id of \"{}\" is no token id", token), vocab_path);
    }
    parts.vocab.emplace_back(token, static_cast<uint32_t>(id.as_int()));
    if (token == "<|endoftext|>") {
      parts.added.push_back({.id = static_cast<uint32_t>(id.as_int()), .content = token, .special = true});
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
    if (space == std::string_view::npos || space == 0 || space + 1 == line.size()) {
      throw input_error("not two tokens with a space between them", fmt::format("{}:{}", merges_path, line_number));
    }
    parts.merges.emplace_back(line.substr(0, space), line.substr(space + 1));
  }
  parts.pre_tokenizer.add_rule({SplitFamily::kGpt2});
  return parts;
}

}  // namespace smelt
