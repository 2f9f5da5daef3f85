// All that a tokenizer's file says, whatever its format: what readers fill, what writers write, what a Tokenizer is
// built from.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "tokens/bpe/added_tokens.h"
#include "tokens/models/token_model.h"

namespace smelt {

struct TokenizerSpec {
  std::string name;  // the file, for errors
  ModelSpec model;
  std::vector<AddedToken> added;
  // As tokenizer.json has them; null where there is none.
  Json normalizer;
  Json pre_tokenizer;
  Json post_processor;
  Json decoder;
  Json truncation;
  Json padding;
};

// Hugging Face's tokenizer.json. UserError(kInput) names the path of what is wrong or not understood.
TokenizerSpec read_tokenizer_json(std::string_view text, const std::string& name);
std::string write_tokenizer_json(const TokenizerSpec& spec);

// GPT-2's vocab.json and merges.txt.
TokenizerSpec read_gpt2_files(const std::string& vocab_path, const std::string& merges_path);

}  // namespace smelt
