// The fuzzer's bytes as what parsers take.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "base/stream.h"

namespace smelt {

inline std::string_view fuzz_bytes(const uint8_t* data, size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

// A stream over memory that gives a few bytes at a time, so that records are cut at every place.
class FuzzSource : public ByteSource {
 public:
  explicit FuzzSource(std::string_view bytes, size_t step = 997) : bytes_(bytes), step_(step) {}
  size_t read(char* buffer, size_t capacity) override {
    const size_t count = std::min({capacity, step_, bytes_.size()});
    std::memcpy(buffer, bytes_.data(), count);
    bytes_.remove_prefix(count);
    return count;
  }

 private:
  std::string_view bytes_;
  size_t step_;
};

}  // namespace smelt
