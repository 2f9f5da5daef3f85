#include "corpus/quality/ngram_pack.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "base/error.h"
#include "corpus/quality/ngram_build.h"

namespace smelt {
namespace {

constexpr size_t kBufferBytes = 1 << 20;
constexpr int64_t kFloatBits = 32;

}  // namespace

uint64_t ngram_section_bytes(uint64_t size) {
  return (size + kNgramAlignment - 1) / kNgramAlignment * kNgramAlignment;
}

uint64_t ngram_record_bytes(int64_t num_records, int64_t width) {
  return (static_cast<uint64_t>(num_records + 1) * static_cast<uint64_t>(width) + 7) / 8 + sizeof(uint64_t);
}

void write_ngram_header(const Json& header, NgramSink sink) {
  std::string line = header.dump();
  line.resize(ngram_section_bytes(line.size() + 1) - 1, ' ');
  line += '\n';
  sink(line);
}

void write_ngram_section(std::string_view bytes, NgramSink sink) {
  sink(bytes);
  sink(std::string(ngram_section_bytes(bytes.size()) - bytes.size(), '\0'));
}

NgramCodes::NgramCodes(const ScratchArray<float>& values, int64_t bits, NgramSink sink) {
  if (bits == kFloatBits) {
    return;
  }
  std::vector<float> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  const size_t codes = size_t{1} << bits;
  std::vector<float> means(codes, 0.0F);
  lowest_.assign(codes, INFINITY);
  for (size_t code = 0; code < codes; ++code) {
    const size_t begin = sorted.size() * code / codes;
    const size_t end = sorted.size() * (code + 1) / codes;
    if (begin == end) {
      means[code] = code == 0 ? 0.0F : means[code - 1];
      lowest_[code] = code == 0 ? 0.0F : lowest_[code - 1];
      continue;
    }
    double logs = 0;
    for (size_t i = begin; i < end; ++i) {
      logs += std::log(double{sorted[i]});
    }
    const auto mean = static_cast<float>(std::exp(logs / static_cast<double>(end - begin)));
    means[code] = std::clamp(mean, sorted[begin], sorted[end - 1]);
    lowest_[code] = sorted[begin];
  }
  write_ngram_section({reinterpret_cast<const char*>(means.data()), means.size() * sizeof(float)}, sink);
}

uint32_t NgramCodes::code(float value) const {
  if (lowest_.empty()) {
    return std::bit_cast<uint32_t>(value);
  }
  // Of codes that start with one and the same value the first, which has most of it.
  const auto at = std::lower_bound(lowest_.begin(), lowest_.end(), value);
  const bool is_lowest = at != lowest_.end() && *at == value;
  return static_cast<uint32_t>(at - lowest_.begin()) - (is_lowest || at == lowest_.begin() ? 0 : 1);
}

void BitWriter::write(uint32_t value, int64_t bits) {
  word_ |= uint64_t{value} << used_;
  used_ += bits;
  while (used_ >= 8) {
    buffer_ += static_cast<char>(word_);
    word_ >>= 8;
    used_ -= 8;
  }
  if (buffer_.size() >= kBufferBytes) {
    sink_(buffer_);
    written_ += buffer_.size();
    buffer_.clear();
  }
}

void BitWriter::finish(uint64_t size) {
  if (used_ > 0) {
    buffer_ += static_cast<char>(word_);
  }
  SMELT_CHECK(written_ + buffer_.size() <= size);
  buffer_.append(ngram_section_bytes(size) - written_ - buffer_.size(), '\0');
  sink_(buffer_);
}

}  // namespace smelt
