#include "tokens/megatron/split.h"

#include <charconv>
#include <cmath>

#include <fmt/core.h>

#include "base/error.h"
#include "base/text.h"

namespace smelt {

double numpy_sum(const double* values, int64_t count) {
  if (count < 8) {
    double sum = 0;
    for (int64_t i = 0; i < count; ++i) {
      sum += values[i];
    }
    return sum;
  }
  if (count <= 128) {
    double part[8];
    std::copy(values, values + 8, part);
    int64_t i = 8;
    for (; i < count - count % 8; i += 8) {
      for (int64_t k = 0; k < 8; ++k) {
        part[k] += values[i + k];
      }
    }
    double sum = ((part[0] + part[1]) + (part[2] + part[3])) + ((part[4] + part[5]) + (part[6] + part[7]));
    for (; i < count; ++i) {
      sum += values[i];
    }
    return sum;
  }
  const int64_t half = count / 2 - count / 2 % 8;
  return numpy_sum(values, half) + numpy_sum(values + half, count - half);
}

MegatronSplit parse_split(const std::string& text) {
  const auto mistake = [&](const std::string& what) {
    throw usage_error(fmt::format("\"{}\" is no split: {}", text, what), "--split",
                      "give up to three numbers, as 969,30,1");
  };
  std::array<double, 3> numbers{};
  size_t count = 0;
  for (const std::string_view word : split(text, ',')) {
    const std::string_view number = trim(word);
    if (count == numbers.size()) {
      mistake("more than three parts");
    }
    double& value = numbers[count++];
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), value);
    if (error != std::errc() || end != number.data() + number.size() || !(value >= 0) || !std::isfinite(value)) {
      mistake(fmt::format("\"{}\" is not a number of 0 or more", number));
    }
  }
  const double sum = numpy_sum(numbers.data(), 3);
  if (!(sum > 0) || !std::isfinite(sum)) {
    mistake("all parts are empty");
  }
  MegatronSplit out{text, {}};
  double begin = 0;
  for (size_t i = 0; i < numbers.size(); ++i) {
    const double end = begin + numbers[i] / sum;
    if (end > begin) {
      out.parts[i] = {begin, end};
    }
    begin = end;
  }
  return out;
}

std::pair<int64_t, int64_t> split_sequences(std::pair<double, double> part, int64_t sequences) {
  const auto at = [&](double fraction) {
    // The default rounding mode: to nearest, halves to even.
    return static_cast<int64_t>(std::nearbyint(fraction * static_cast<double>(sequences)));
  };
  return {at(part.first), std::min(at(part.second), sequences)};
}

}  // namespace smelt
