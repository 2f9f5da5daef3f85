// Tokenizers as Hugging Face's library, tiktoken and SentencePiece write them: text to token ids and back.
//
// Reads tokenizer.json (models BPE, WordPiece, Unigram, WordLevel; all normalizers, pre-tokenizers, post-processors and
// decoders of the library's version 0.23), GPT-2's vocab.json + merges.txt, tiktoken's rank files and SentencePiece's
// .model. Ids, offsets and decoded text are the library's. A part that is not understood is an error that names the
// file and the path inside it, never a guess. `truncation` and `padding` are settings of a call and are not applied.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/threads.h"
#include "tokens/encoding.h"

namespace smelt {

struct TokenizerSpec;
struct TokenizerState;

// A handle: copies share one immutable state, so all calls are thread-safe and copying and moving are cheap.
class Tokenizer {
 public:
  // A folder (tokenizer.json, or else vocab.json and merges.txt, or else tokenizer.model) or one of these files. eos
  // and bos come from tokenizer_config.json or special_tokens_map.json beside it. UserError(kInput) where it is
  // missing, damaged or not understood.
  static Tokenizer load(const std::string& dir_or_json);
  // From the text of a tokenizer.json; `name` is what errors call it.
  static Tokenizer parse(std::string_view json, const std::string& name);

  // Of any specification (formats/): one made by hand, or a rank file with a split rule of its own.
  static Tokenizer from_spec(TokenizerSpec spec);
  // As tokenizer.json, which the library reads and encodes with in the same way.
  std::string to_json() const;

  // The library's encode with add_special_tokens=False. Any bytes are accepted: byte-level models encode bytes that are
  // not UTF-8 one by one, for others they are replaced by U+FFFD. Added tokens in the text become their ids. For
  // byte-level models decode(encode(x)) is x, but for the white space that lstrip and rstrip tokens swallow, a prefix
  // space, and what a split rule removes. At most some 100 MB a call is sensible.
  std::vector<uint32_t> encode(std::string_view text) const;
  void encode(std::string_view text, std::vector<uint32_t>& out) const;  // appends
  // The same ids, by all threads of an executor where the text is long and split by one known rule.
  void encode(std::string_view text, Executor& executor, std::vector<uint32_t>& out) const;
  // The same, but special tokens in the text are plain text: for text of others, who must not be able to write control
  // tokens.
  void encode_plain(std::string_view text, std::vector<uint32_t>& out) const;

  // With offsets into the text, special tokens around it and which those are. Slower than ids alone.
  Encoding encode(std::string_view text, const EncodeOptions& options) const;

  // The library's decode, but byte-level models give the bytes as they are, not always valid UTF-8: see StreamDecoder.
  // Ids that are no token give nothing.
  std::string decode(std::span<const uint32_t> ids, bool skip_special = false) const;
  std::string_view token_view(uint32_t id) const;  // valid while a Tokenizer of this state lives
  std::string token_bytes(uint32_t id) const { return std::string(token_view(id)); }
  // By the bytes of the token (not their byte-level spelling).
  std::optional<uint32_t> token_id(std::string_view bytes) const;

  uint32_t vocab_size() const;  // the highest id + 1, added tokens included
  std::optional<uint32_t> eos_id() const;
  std::optional<uint32_t> bos_id() const;
  bool is_special(uint32_t id) const;
  // decode() is the concatenation of the tokens' bytes.
  bool decodes_bytewise() const;

 private:
  explicit Tokenizer(std::shared_ptr<const TokenizerState> state) : state_(std::move(state)) {}
  std::shared_ptr<const TokenizerState> state_;
};

// Turns a stream of tokens into text that can be shown: what push() gives is always whole characters, with U+FFFD for
// bytes that cannot be part of one. What was given in all is decode() of all tokens, where those spell valid UTF-8. Not
// thread-safe.
class StreamDecoder {
 public:
  explicit StreamDecoder(Tokenizer tokenizer, bool skip_special = false)
      : tokenizer_(std::move(tokenizer)), skip_special_(skip_special) {}
  std::string push(uint32_t id);  // the text that is certain now, often empty inside a character
  std::string finish();           // what is left of a broken character

 private:
  Tokenizer tokenizer_;
  bool skip_special_;
  std::string push_bytes(uint32_t id);
  std::string push_in_context(uint32_t id);
  std::string pending_;  // byte-level models: at most 3 bytes, the start of a character
  // Others: the tokens given last and those not shown yet, since a token's text may hang on the one before it.
  std::vector<uint32_t> window_;
  size_t shown_ = 0;  // how many of the window have been shown
};

}  // namespace smelt
