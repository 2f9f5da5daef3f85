// NumPy's .npy files (format 1.0): an array of int64, C order. It appears at commit().
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/files.h"

namespace smelt {

class NpyWriter {
 public:
  NpyWriter(const std::string& path, const std::vector<int64_t>& shape);
  void write(std::span<const int64_t> values);  // in order; all must be written before commit()
  void write(std::span<const int32_t> values);
  void commit();

 private:
  AtomicFile file_;
  int64_t left_ = 1;
};

}  // namespace smelt
