// The fuzzer's bytes as what parsers take: a text, or a stream that ViewSource makes of it.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/view_source.h"

namespace smelt {

inline std::string_view fuzz_bytes(const uint8_t* data, size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

}  // namespace smelt
