// Whether work is linear in its input, whatever the machine, its load and the sanitizers.
#pragma once

#include <algorithm>
#include <ctime>
#include <limits>

namespace smelt {

// Processor time of this thread for work(input), seconds: the least of a few tries.
template <class Input, class Work>
double least_time(const Input& input, int tries, Work work) {
  const auto now = [] {
    timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
  };
  double least = std::numeric_limits<double>::infinity();
  for (int i = 0; i < tries; ++i) {
    const double begin = now();
    work(input);
    least = std::min(least, now() - begin);
  }
  return least;
}

// How many times as long work(make(8)) takes as work(make(1)), where make(scale) is an input of a size in proportion to
// its scale: about 8 where work is linear, 64 where it is quadratic. Memory that a cache no longer holds makes linear
// work up to three times slower, so below kLinearGrowth, the geometric middle, is linear. Times of less than a
// millisecond count as one: they say nothing.
constexpr double kLinearGrowth = 22.6;
template <class Make, class Work>
double time_growth(Make make, Work work) {
  const double small = std::max(least_time(make(1), 3, work), 1e-3);
  const auto large = make(8);
  const double first = least_time(large, 1, work) / small;
  return first < kLinearGrowth ? first : std::min(first, least_time(large, 2, work) / small);
}

}  // namespace smelt
