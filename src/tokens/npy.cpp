#include "tokens/npy.h"

#include <fmt/core.h>

#include "base/error.h"

namespace smelt {

NpyWriter::NpyWriter(const std::string& path, const std::vector<int64_t>& shape) : file_(path) {
  std::string dimensions;
  for (size_t i = 0; i < shape.size(); ++i) {
    dimensions += fmt::format("{}{}", i == 0 ? "" : ", ", shape[i]);
    left_ *= shape[i];
  }
  if (shape.size() == 1) {
    dimensions += ",";
  }
  std::string header = fmt::format("{{'descr': '<i8', 'fortran_order': False, 'shape': ({}), }}", dimensions);
  // Magic, version, length and header together fill a multiple of 64 bytes and end with a line break.
  const size_t before = 10;
  header.append((64 - (before + header.size() + 1) % 64) % 64, ' ');
  header += '\n';
  std::string start("\x93NUMPY\x01\x00", 8);
  start += static_cast<char>(header.size() & 255);
  start += static_cast<char>(header.size() >> 8);
  file_.write(start + header);
}

void NpyWriter::write(std::span<const int64_t> values) {
  left_ -= static_cast<int64_t>(values.size());
  file_.write({reinterpret_cast<const char*>(values.data()), values.size_bytes()});
}

void NpyWriter::write(std::span<const int32_t> values) {
  const std::vector<int64_t> wide(values.begin(), values.end());
  write(std::span<const int64_t>(wide));
}

void NpyWriter::commit() {
  SMELT_CHECK(left_ == 0);
  file_.commit();
}

}  // namespace smelt
