// The other formats that tokenizers come in, each read into a TokenizerSpec.
#pragma once

#include <string>
#include <string_view>

#include "tokens/formats/tokenizer_spec.h"

namespace smelt {

// Any of the formats, told apart by their first bytes: tokenizer.json, a rank file of tiktoken, a SentencePiece model.
TokenizerSpec read_any_tokenizer(std::string_view bytes, const std::string& name);

// tiktoken's ranks: lines of a token in base64 and its rank, which is its id. `pattern` is a regular expression, or the
// name of a known vocabulary: gpt2, r50k, p50k, cl100k, o200k, llama3; empty: by the number of ranks. The known ones
// bring their special tokens.
TokenizerSpec read_tiktoken(std::string_view text, const std::string& pattern, const std::string& name);

// A SentencePiece .model (Kudo and Richardson, arXiv 1808.06226; the ModelProto of its protocol buffers): Unigram, BPE,
// word and character models.
TokenizerSpec read_sentencepiece(std::string_view bytes, const std::string& name);

// The specification in parts that Hugging Face's library knows: SentencePiece's normalizer as the nearest sequence of
// the library's own.
TokenizerSpec library_spec(const TokenizerSpec& spec);

}  // namespace smelt
