// The generated tables behind properties.h: runs of code points, each entry first code point << 8 | value.
#pragma once

#include <cstddef>
#include <cstdint>

namespace smelt::unicode_tables {

struct LowerRun {
  uint32_t first;
  uint32_t last;
  int32_t distance;  // from a letter to its lower case
};

extern const uint32_t kBits[];  // the bits of properties.h
extern const size_t kBitsSize;
extern const uint32_t kCategories[];  // an index into kCategoryNames
extern const size_t kCategoriesSize;
extern const uint32_t kScripts[];  // 0: goes with any script
extern const size_t kScriptsSize;
extern const LowerRun kLower[];
extern const size_t kLowerSize;

}  // namespace smelt::unicode_tables
