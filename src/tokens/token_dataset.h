// Token datasets in Megatron-LM's format: PREFIX.bin holds the tokens of all sequences one after another, PREFIX.idx
// where they are.
//
// PREFIX.idx, little-endian without padding: "MMIDIDX\0\0", u64 version 1, u8 type (1 u8, 2 i8, 3 i16, 4 i32, 5 i64, 8
// u16; floats are no tokens), u64 sequences S, u64 documents + 1 = D, i32 length[S] in tokens, i64 place[S] in bytes,
// i64 first sequence of each document [D] (ends with S), and in multimodal sets i8 mode[S]. What we write: one sequence
// a document, none for an empty text, u16 below 65,500 vocabulary entries, else i32.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/files.h"

namespace smelt {

enum class TokenType : uint8_t { kUint8 = 1, kInt8 = 2, kInt16 = 3, kInt32 = 4, kInt64 = 5, kUint16 = 8 };

int token_bytes(TokenType type);
TokenType token_type_for(uint32_t vocab_size);  // kUint16 or kInt32
// Appends tokens as they stand in a .bin file. UserError(kInput), naming `where`, for one that the type cannot hold.
void append_raw_tokens(std::span<const uint32_t> tokens, TokenType type, std::string& out, const std::string& where);

// A mapped dataset. Thread-safe for reading.
class TokenDataset {
 public:
  // Checks every field of the header, every length, place and document boundary against the files' sizes.
  // UserError(kInput) with the file, what is wrong and the cure.
  explicit TokenDataset(const std::string& prefix);

  const std::string& prefix() const { return prefix_; }
  TokenType type() const { return type_; }
  int64_t num_sequences() const { return num_sequences_; }
  int64_t num_documents() const { return num_documents_; }  // empty ones included
  int64_t num_tokens() const { return num_tokens_; }
  int32_t sequence_length(int64_t sequence) const;
  // Document d is the sequences [document_begin(d), document_begin(d + 1)); d <= num_documents().
  int64_t document_begin(int64_t document) const;

  // Tokens [offset, offset + out.size()) of a sequence, which must hold them. UserError(kInput) for a 64-bit token that
  // does not fit.
  void read(int64_t sequence, int64_t offset, std::span<int32_t> out) const;
  std::vector<int32_t> sequence(int64_t sequence) const;
  std::string_view raw_tokens(int64_t sequence) const;  // as in the .bin file

 private:
  [[noreturn]] void damaged(const std::string& what) const;
  void check_header();
  void check_sequences();
  void check_documents() const;
  int64_t place(int64_t sequence) const;

  std::string prefix_;
  MappedFile index_;
  MappedFile tokens_;
  TokenType type_ = TokenType::kInt32;
  int64_t num_sequences_ = 0;
  int64_t num_documents_ = 0;
  int64_t num_tokens_ = 0;
};

// Writes PREFIX.bin and PREFIX.idx; they appear at commit(), the index last. Not thread-safe.
class TokenDatasetWriter {
 public:
  TokenDatasetWriter(const std::string& prefix, TokenType type);
  // A document of one sequence; of none where `tokens` is empty. A token that the type cannot hold is a
  // UserError(kInput).
  void add_document(std::span<const uint32_t> tokens);
  // Documents whose tokens are raw already (append_raw_tokens), one after another; `lengths` in tokens, 0 for one
  // without a sequence.
  void add_documents(std::string_view raw, std::span<const int64_t> lengths);
  // All documents of another dataset of the same type, as Megatron's merge does.
  void append(const TokenDataset& dataset);
  int64_t num_tokens() const { return num_tokens_; }
  int64_t num_documents() const { return static_cast<int64_t>(documents_.size()) - 1; }
  void commit();

 private:
  std::string prefix_;
  TokenType type_;
  AtomicFile tokens_;
  std::vector<int32_t> lengths_;
  std::vector<int64_t> documents_{0};
  int64_t num_tokens_ = 0;
  std::string buffer_;
};

}  // namespace smelt
