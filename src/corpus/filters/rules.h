// The result of one rule on one text, and what the filter sets share.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace smelt {

// It passes where min <= value <= max.
struct RuleResult {
  const char* reason = "";
  double value = 0;
  double min = 0;
  double max = 0;
  bool applies = true;  // to this language, and not switched off
  bool passes() const { return !applies || (value >= min && value <= max); }
};

constexpr double kNoLimit = std::numeric_limits<double>::infinity();

inline double ratio(int64_t part, int64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace smelt
