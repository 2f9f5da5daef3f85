// What a Tokenizer shares: the specification (formats/), the pipeline made of it, and what plain byte-level BPE needs
// for its short way to ids. Immutable but for the pool of caches, which never changes a result.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "tokens/bpe/added_tokens.h"
#include "tokens/bpe/byte_bpe.h"
#include "tokens/bpe/merge_table.h"
#include "tokens/pipeline.h"
#include "tokens/split/pretokenizer.h"

namespace smelt {

struct EncodeScratch {
  std::unique_ptr<ByteBpe::Scratch> byte_bpe;
  std::vector<TextPart> parts;
  std::vector<std::string_view> words;
  std::vector<uint32_t> tokens;
};

// Scratch space for one call at a time; calls on several threads get one each.
class ScratchPool {
 public:
  std::unique_ptr<EncodeScratch> take();
  void give_back(std::unique_ptr<EncodeScratch> scratch);

 private:
  std::mutex mutex_;
  std::vector<std::unique_ptr<EncodeScratch>> idle_;
};

// Token bytes by id in one block of memory.
class TokenBytes {
 public:
  void assign(const std::vector<std::string>& tokens);
  std::string_view operator[](uint32_t id) const {
    return id < size() ? std::string_view(bytes_).substr(starts_[id], starts_[id + 1] - starts_[id])
                       : std::string_view();
  }
  uint32_t size() const { return starts_.empty() ? 0 : static_cast<uint32_t>(starts_.size() - 1); }

 private:
  std::string bytes_;
  std::vector<size_t> starts_;
};

struct TokenizerState {
  TokenizerSpec spec;
  std::unique_ptr<const Pipeline> pipeline;
  bool is_byte_level = false;                            // has the short way: merges, nfc, pre_tokenizer, added
  TokenBytes tokens;                                     // of all ids, added tokens included
  std::unordered_map<std::string_view, uint32_t> words;  // of the model's vocabulary, into `tokens`
  std::optional<MergeTable> merges;
  std::unique_ptr<const ByteBpe> byte_bpe;  // where the pre-tokenizer is one known rule
  bool ignore_merges = false;
  bool nfc = false;  // normalizer
  PreTokenizer pre_tokenizer;
  AddedTokens added;
  AddedTokens added_not_special;
  std::vector<bool> special;  // by id
  std::optional<uint32_t> eos;
  std::optional<uint32_t> bos;
  mutable ScratchPool scratch;
};

// Checks the parts against each other; UserError(kInput).
std::shared_ptr<TokenizerState> build_state(TokenizerSpec spec);
// eos and bos from the files beside a tokenizer, where they name tokens that exist.
void read_special_roles(const std::string& dir, TokenizerState& state);

}  // namespace smelt
