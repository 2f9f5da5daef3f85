// Megatron-core's train, validation and test splits of one dataset: "969,30,1".
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace smelt {

constexpr std::array<const char*, 3> kSplitNames = {"train", "valid", "test"};

struct MegatronSplit {
  std::string text;
  // [begin, end) of each part as fractions, none where the part is empty. Sums of floats: begin and end of neighbours
  // are the same numbers, the last end may miss 1 by rounding.
  std::array<std::optional<std::pair<double, double>>, 3> parts;
};

// Up to three numbers with commas between them, normalised. UserError(kUsage) for anything else.
MegatronSplit parse_split(const std::string& text);

// The sequences of a part: both ends rounded half to even, as Python's round does.
std::pair<int64_t, int64_t> split_sequences(std::pair<double, double> part, int64_t sequences);

// numpy.sum of float64 values, in NumPy's order of additions (pairwise, blocks of 128, eight accumulators).
double numpy_sum(const double* values, int64_t count);

}  // namespace smelt
