// A tokenizer in full: every step that its file names, with offsets. Tokenizer (tokenizer.h) is the face of it.
//
//   text -> added tokens -> normalizer -> added tokens (normalized) -> pre-tokenizer -> model -> post-processor
//           \--------------- AlignedText: pieces with their originals ------------/     PieceToken    Encoding
//
// Each stage is a folder: text/ (AlignedText, regular expressions), normalize/, pretokenize/, models/, post/, decode/;
// formats/ holds the readers. Results are those of Hugging Face's tokenizers library 0.23. Plain byte-level BPE, which
// most tokenizers are, has a faster way of its own to ids (bpe/).
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tokens/bpe/added_tokens.h"
#include "tokens/bpe/merge_table.h"
#include "tokens/decode/decoder.h"
#include "tokens/encoding.h"
#include "tokens/formats/tokenizer_spec.h"
#include "tokens/post/post_processor.h"
#include "tokens/text/text_step.h"

namespace smelt {

// Immutable and thread-safe.
class Pipeline {
 public:
  // `spec` and `merges` (of a BPE model) must outlive it. UserError(kInput) where a part is not understood.
  Pipeline(const TokenizerSpec& spec, const MergeTable* merges);

  Encoding encode(std::string_view text, const EncodeOptions& options) const;
  // Appends the ids without what the post-processor puts around them.
  void encode_ids(std::string_view text, bool plain, std::vector<uint32_t>& out) const;
  std::string decode(std::span<const uint32_t> ids, bool skip_special) const;
  // What a token alone stands for in the middle of a text.
  std::string token_bytes(uint32_t id) const;

  bool takes_any_bytes() const { return takes_bytes_; }
  bool decodes_bytewise() const { return decoder_.is_byte_level(); }
  const Decoder& decoder() const { return decoder_; }

 private:
  // Tokens found in the text as it is and in what normalizers make of it.
  struct Matchers {
    AddedTokens raw;
    AddedTokens normalized;
  };
  Matchers matchers_of(bool with_special) const;
  void find_added(const AddedTokens& tokens, AlignedText& text) const;
  AlignedText prepare(std::string_view text, bool plain) const;
  EncodingPart tokenize(const AlignedText& text) const;
  void count_spaces(std::string_view token, EncodingPart::Token& out) const;
  std::string spelling(uint32_t id) const;  // as the library's id_to_token has it, empty where there is none
  bool has_token(uint32_t id) const;

  const TokenizerSpec& spec_;
  TextSteps normalizer_;
  TextSteps pre_tokenizer_;
  PostProcessor post_processor_;
  Decoder decoder_;
  std::unique_ptr<TokenModel> model_;
  Matchers matchers_;
  Matchers plain_matchers_;
  std::vector<uint32_t> added_ids_;             // sorted
  std::vector<std::string> added_spellings_;    // beside them; normalized where the token is
  std::vector<std::string> special_spellings_;  // sorted
  bool takes_bytes_ = false;
};

}  // namespace smelt
