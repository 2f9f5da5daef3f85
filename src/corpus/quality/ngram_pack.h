// How the tables of an n-gram model are written: sections of whole 64 bytes, codes for floats, fields of bits.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/function_ref.h"
#include "base/json.h"
#include "corpus/scratch.h"

namespace smelt {

using NgramSink = FunctionRef<void(std::string_view)>;

// The header's line, with spaces before its end so that what follows is aligned.
void write_ngram_header(const Json& header, NgramSink sink);
void write_ngram_section(std::string_view bytes, NgramSink sink);

// Floats as codes of a few bits: every code stands for as many of the values as the others, by their geometric mean.
class NgramCodes {
 public:
  NgramCodes() = default;
  // Writes the section with the table, but for 32 bits, where a code is the float itself.
  NgramCodes(const ScratchArray<float>& values, int64_t bits, NgramSink sink);
  uint32_t code(float value) const;

 private:
  std::vector<float> lowest_;  // of each code's values; empty: floats as they are
};

// Fields of bits one after the other, lowest bit first.
class BitWriter {
 public:
  explicit BitWriter(NgramSink sink) : sink_(sink) {}
  void write(uint32_t value, int64_t bits);
  // Zeros up to `size` bytes, and to the end of the section.
  void finish(uint64_t size);

 private:
  NgramSink sink_;
  std::string buffer_;
  uint64_t word_ = 0;
  int64_t used_ = 0;
  uint64_t written_ = 0;
};

}  // namespace smelt
