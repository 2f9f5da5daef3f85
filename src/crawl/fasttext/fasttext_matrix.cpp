#include "crawl/fasttext/fasttext_matrix.h"

#include <array>

namespace smelt {
namespace {

constexpr int64_t kCentroids = 256;
constexpr int32_t kMaxColumns = 1 << 16;

// The floats of a file lie at any address.
inline float load(const char* at, int64_t i) {
  float value = 0;
  __builtin_memcpy(&value, at + i * 4, 4);
  return value;
}

inline void add_floats(const char* from, int64_t count, float* out) {
  for (int64_t i = 0; i < count; ++i) {
    out[i] += load(from, i);
  }
}

// Sixteen sums that are added at the end: one order of additions whatever the width of the vectors.
inline float dot_floats(const char* from, const float* x, int64_t count) {
  std::array<float, 16> sums{};
  int64_t i = 0;
  for (; i + 16 <= count; i += 16) {
    for (int64_t lane = 0; lane < 16; ++lane) {
      sums[static_cast<size_t>(lane)] += load(from, i + lane) * x[i + lane];
    }
  }
  for (int64_t lane = 0; i < count; ++i, ++lane) {
    sums[static_cast<size_t>(lane)] += load(from, i) * x[i];
  }
  for (size_t half = 8; half > 0; half /= 2) {
    for (size_t lane = 0; lane < half; ++lane) {
      sums[lane] += sums[lane + half];
    }
  }
  return sums[0];
}

}  // namespace

std::string_view FasttextCursor::take(uint64_t size) {
  if (size > bytes_.size()) {
    fail("the fastText model is cut short");
  }
  const std::string_view out = bytes_.substr(0, size);
  bytes_.remove_prefix(size);
  return out;
}

std::string_view FasttextCursor::string() {
  const size_t end = bytes_.find('\0');
  if (end == std::string_view::npos) {
    fail("the fastText model is cut short");
  }
  const std::string_view out = bytes_.substr(0, end);
  bytes_.remove_prefix(end + 1);
  return out;
}

void FasttextCursor::fail(const std::string& what) const {
  throw input_error(what, name_, "name a .bin or .ftz file of a supervised fastText model");
}

ProductQuantizer::ProductQuantizer(FasttextCursor& cursor) {
  dim_ = cursor.value<int32_t>();
  num_pieces_ = cursor.value<int32_t>();
  piece_ = cursor.value<int32_t>();
  last_piece_ = cursor.value<int32_t>();
  const bool fits = dim_ >= 1 && dim_ <= kMaxColumns && num_pieces_ >= 1 && num_pieces_ <= dim_ && piece_ >= 1 &&
                    piece_ <= dim_ && last_piece_ >= 1 && last_piece_ <= piece_ &&
                    int64_t{num_pieces_ - 1} * piece_ + last_piece_ == dim_;
  if (!fits) {
    cursor.fail("the fastText model's quantiser has impossible sizes");
  }
  centroids_ = cursor.take(static_cast<uint64_t>(dim_) * kCentroids * sizeof(float));
}

const char* ProductQuantizer::centroids(int32_t piece, uint8_t code) const {
  const int64_t size = piece + 1 == num_pieces_ ? last_piece_ : piece_;
  return centroids_.data() + 4 * (int64_t{piece} * kCentroids * piece_ + int64_t{code} * size);
}

void ProductQuantizer::add(const uint8_t* codes, float scale, float* out) const {
  for (int32_t piece = 0; piece < num_pieces_; ++piece) {
    const char* from = centroids(piece, codes[piece]);
    const int64_t size = piece + 1 == num_pieces_ ? last_piece_ : piece_;
    for (int64_t i = 0; i < size; ++i) {
      out[int64_t{piece} * piece_ + i] += scale * load(from, i);
    }
  }
}

float ProductQuantizer::dot(const uint8_t* codes, const float* x) const {
  float sum = 0;
  for (int32_t piece = 0; piece < num_pieces_; ++piece) {
    const char* from = centroids(piece, codes[piece]);
    const int64_t size = piece + 1 == num_pieces_ ? last_piece_ : piece_;
    for (int64_t i = 0; i < size; ++i) {
      sum += x[int64_t{piece} * piece_ + i] * load(from, i);
    }
  }
  return sum;
}

float ProductQuantizer::first(uint8_t code) const {
  return load(centroids(0, code), 0);
}

FasttextMatrix::FasttextMatrix(FasttextCursor& cursor, bool quantized) : quantized_(quantized) {
  const bool norms_apart = quantized && cursor.value<uint8_t>() != 0;
  rows_ = cursor.value<int64_t>();
  columns_ = cursor.value<int64_t>();
  if (rows_ < 0 || rows_ > INT32_MAX || columns_ < 1 || columns_ > kMaxColumns) {
    cursor.fail("the fastText model's matrix has impossible sizes");
  }
  if (!quantized) {
    data_ = cursor.take(static_cast<uint64_t>(rows_) * static_cast<uint64_t>(columns_) * sizeof(float));
    return;
  }
  const auto code_bytes = cursor.value<int32_t>();
  data_ = cursor.take(static_cast<uint64_t>(std::max(code_bytes, 0)));
  quantizer_ = ProductQuantizer(cursor);
  if (quantizer_.dim() != columns_ || code_bytes != rows_ * quantizer_.num_pieces()) {
    cursor.fail("the fastText model's codes do not fit its matrix");
  }
  if (norms_apart) {
    norms_ = cursor.take(static_cast<uint64_t>(rows_));
    norm_quantizer_ = ProductQuantizer(cursor);
  }
}

float FasttextMatrix::norm(int32_t i) const {
  return norms_.empty() ? 1.0F : norm_quantizer_.first(static_cast<uint8_t>(norms_[static_cast<size_t>(i)]));
}

void FasttextMatrix::add_row(int32_t i, float* out) const {
  if (quantized_) {
    const char* codes = data_.data() + int64_t{i} * quantizer_.num_pieces();
    quantizer_.add(reinterpret_cast<const uint8_t*>(codes), norm(i), out);
    return;
  }
  add_floats(data_.data() + int64_t{i} * columns_ * 4, columns_, out);
}

float FasttextMatrix::dot_row(int32_t i, const float* x) const {
  if (quantized_) {
    const char* codes = data_.data() + int64_t{i} * quantizer_.num_pieces();
    return norm(i) * quantizer_.dot(reinterpret_cast<const uint8_t*>(codes), x);
  }
  return dot_floats(data_.data() + int64_t{i} * columns_ * 4, x, columns_);
}

void FasttextMatrix::prefetch_row(int32_t i) const {
  if (!quantized_) {
    const char* row = data_.data() + int64_t{i} * columns_ * 4;
    for (int64_t at = 0; at < columns_ * 4; at += 64) {
      __builtin_prefetch(row + at);
    }
  }
}

}  // namespace smelt
