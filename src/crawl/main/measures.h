// Measures of blocks and runs of blocks that features are made of.
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "crawl/blocks.h"

namespace smelt {

// log(1 + n). Most are of small whole numbers.
inline float log_of(double n) {
  constexpr size_t kTable = 4096;
  static const std::vector<float> table = [] {
    std::vector<float> logs(kTable);
    for (size_t i = 0; i < kTable; ++i) {
      logs[i] = static_cast<float>(std::log1p(static_cast<double>(i)));
    }
    return logs;
  }();
  const auto whole = static_cast<int64_t>(n);
  return whole >= 0 && whole < static_cast<int64_t>(kTable) && static_cast<double>(whole) == n
             ? table[static_cast<size_t>(whole)]
             : static_cast<float>(std::log1p(n));
}

// 0 where there is no whole.
inline float share(double part, double whole) {
  return whole > 0 ? static_cast<float>(part / whole) : 0.0F;
}

// What a page's prose consists of: long blocks with few links.
inline bool is_prose_block(const TextBlock& block) {
  constexpr int64_t kLong = 100;  // characters
  return block.length >= kLong && block.link_length * 3 < block.length;
}

}  // namespace smelt
