// Matrices of a fastText model over the bytes of its file: float32, or product-quantised (Jegou et al., "Product
// Quantization for Nearest Neighbor Search", PAMI 2011; Joulin et al., "FastText.zip", arXiv 1612.03651).
//
// Thread safety: const calls may run at the same time; the bytes must outlive the matrix.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "base/error.h"

namespace smelt {

// Reads a model file front to back; every step is checked against the bytes that are left.
class FasttextCursor {
 public:
  FasttextCursor(std::string_view bytes, std::string name) : bytes_(bytes), name_(std::move(name)) {}

  std::string_view take(uint64_t size);
  std::string_view string();  // up to a NUL, which is taken too
  template <class T>
  T value() {
    T out;
    __builtin_memcpy(&out, take(sizeof(T)).data(), sizeof(T));
    return out;
  }
  uint64_t left() const { return bytes_.size(); }
  [[noreturn]] void fail(const std::string& what) const;  // UserError(kInput) that names the file

 private:
  std::string_view bytes_;
  std::string name_;
};

// One quantiser: the vector is cut into pieces, each of which is one of 256 centroids.
class ProductQuantizer {
 public:
  ProductQuantizer() = default;
  explicit ProductQuantizer(FasttextCursor& cursor);
  int32_t dim() const { return dim_; }
  int32_t num_pieces() const { return num_pieces_; }
  // out += scale * the vector of these codes.
  void add(const uint8_t* codes, float scale, float* out) const;
  float dot(const uint8_t* codes, const float* x) const;
  float first(uint8_t code) const;  // the first number of a one-dimensional quantiser's centroid

 private:
  const char* centroids(int32_t piece, uint8_t code) const;

  int32_t dim_ = 0;
  int32_t num_pieces_ = 0;
  int32_t piece_ = 0;
  int32_t last_piece_ = 0;
  std::string_view centroids_;
};

class FasttextMatrix {
 public:
  FasttextMatrix() = default;
  FasttextMatrix(FasttextCursor& cursor, bool quantized);

  int64_t rows() const { return rows_; }
  int64_t columns() const { return columns_; }
  bool quantized() const { return quantized_; }
  // out[columns] += row i.
  void add_row(int32_t i, float* out) const;
  float dot_row(int32_t i, const float* x) const;
  void prefetch_row(int32_t i) const;

 private:
  float norm(int32_t i) const;

  int64_t rows_ = 0;
  int64_t columns_ = 0;
  bool quantized_ = false;
  std::string_view data_;   // float32, or the codes
  std::string_view norms_;  // codes of the rows' norms; empty where they are part of the codes
  ProductQuantizer quantizer_;
  ProductQuantizer norm_quantizer_;
};

}  // namespace smelt
