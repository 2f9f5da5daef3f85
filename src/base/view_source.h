// Bytes in memory as a stream.
#pragma once

#include <algorithm>
#include <string_view>

#include "base/stream.h"

namespace smelt {

// The bytes must outlive it. A read gives at most `step` of them: tests and fuzzers cut records at every place.
class ViewSource : public ByteSource {
 public:
  explicit ViewSource(std::string_view bytes, size_t step = std::string_view::npos) : bytes_(bytes), step_(step) {}
  size_t read(char* buffer, size_t capacity) override {
    const size_t count = bytes_.copy(buffer, std::min(capacity, step_));
    bytes_.remove_prefix(count);
    return count;
  }

 private:
  std::string_view bytes_;
  size_t step_;
};

}  // namespace smelt
