// Packed datasets: windows of one length, each holding whole documents one after another, with their boundaries and
// which tokens are trained on. What fine-tuning reads.
//
// PREFIX.bin and PREFIX.idx are a token dataset (token_dataset.h) with one sequence of `window` tokens a window, padded
// at the end. PREFIX.pack, little-endian: "SMELTPK1", u64 window, u64 windows W, u64 documents D, u64 first document of
// each window [W + 1], u64 number of the input's document [D], u32 end of each document within its window [D], then
// W x ceil(window / 8) bytes: bit t % 8 of byte t / 8 says that token t of the window is trained on, which is that
// the loss of predicting it counts. The first token of a document is never trained on.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/files.h"
#include "tokens/token_dataset.h"

namespace smelt {

// Mapped. Thread-safe for reading.
class PackedDataset {
 public:
  // Checks every field. UserError(kInput) with the file, what is wrong and the cure.
  explicit PackedDataset(const std::string& prefix);
  static bool exists(const std::string& prefix) { return path_exists(prefix + ".pack"); }

  int64_t window() const { return window_; }  // tokens of each
  int64_t num_windows() const { return windows_; }
  int64_t num_documents() const { return documents_; }
  const TokenDataset& tokens() const { return tokens_; }

  // Tokens of a window, out.size() == window().
  void read(int64_t window, std::span<int32_t> out) const { tokens_.read(window, 0, out); }
  // 1 where a token is trained on, else 0; out.size() == window().
  void read_trained(int64_t window, std::span<uint8_t> out) const;
  // Boundaries of the documents of a window: 0, end of the first, end of the second, ... (cumulative sequence lengths);
  // what follows the last is padding.
  std::vector<int32_t> boundaries(int64_t window) const;
  // Which documents of the input these are, counted from 0.
  std::vector<int64_t> inputs(int64_t window) const;

 private:
  [[noreturn]] void damaged(const std::string& what) const;
  void check() const;
  int64_t first_document(int64_t window) const;
  int64_t end(int64_t document) const;

  std::string prefix_;
  TokenDataset tokens_;
  MappedFile file_;
  int64_t window_ = 0;
  int64_t windows_ = 0;
  int64_t documents_ = 0;
};

// Writes the three files; they appear at commit(), PREFIX.pack last. Not thread-safe.
class PackedDatasetWriter {
 public:
  PackedDatasetWriter(const std::string& prefix, TokenType type, int64_t window, uint32_t pad_id);
  void begin_window();
  // A document of the current window, which must have room for it. Flags other than 0 mark tokens to train on.
  void add_document(int64_t input, std::span<const int32_t> tokens, std::span<const uint8_t> trained);
  void commit();

 private:
  void end_window();

  std::string prefix_;
  TokenDatasetWriter tokens_;
  int64_t window_;
  uint32_t pad_id_;
  std::vector<uint32_t> current_;
  std::vector<uint64_t> first_;
  std::vector<uint64_t> inputs_;
  std::vector<uint32_t> ends_;
  std::string trained_;  // bits of all windows
  bool open_ = false;
};

}  // namespace smelt
