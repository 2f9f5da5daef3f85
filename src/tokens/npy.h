// NumPy's .npy files (format 1.0): arrays of integers, little-endian, C order.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/files.h"

namespace smelt {

enum class NpyType : uint8_t { kInt16, kInt32, kUint32, kInt64 };

int npy_bytes(NpyType type);
const char* npy_descr(NpyType type);  // "<i4"

// The file appears at commit(). Not thread-safe.
class NpyWriter {
 public:
  NpyWriter(const std::string& path, const std::vector<int64_t>& shape, NpyType type = NpyType::kInt64);
  // Values in order, converted to the array's type; all must be written before commit().
  void write(std::span<const int64_t> values) { convert(values); }
  void write(std::span<const int32_t> values) { convert(values); }
  void write(std::span<const uint32_t> values) { convert(values); }
  void write(std::span<const int16_t> values) { convert(values); }
  void commit();

 private:
  template <class T>
  void convert(std::span<const T> values);

  AtomicFile file_;
  NpyType type_;
  int64_t left_ = 1;
  std::string buffer_;
};

// A mapped array. Thread-safe.
class NpyArray {
 public:
  NpyArray() = default;
  // UserError(kInput) where it is no array of one of the types above, or its size is not what its header says.
  explicit NpyArray(const std::string& path);
  NpyType type() const { return type_; }
  const std::vector<int64_t>& shape() const { return shape_; }
  int64_t size() const { return size_; }  // of all dimensions together
  int64_t at(int64_t i) const;            // in C order; i < size()
  std::string_view raw() const { return file_.bytes().substr(begin_); }

 private:
  MappedFile file_;
  NpyType type_ = NpyType::kInt64;
  std::vector<int64_t> shape_;
  int64_t size_ = 0;
  size_t begin_ = 0;
};

}  // namespace smelt
