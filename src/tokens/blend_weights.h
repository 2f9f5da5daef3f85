// How a budget of samples is shared out among sources of different sizes.
#pragma once

#include <span>
#include <vector>

namespace smelt {

// UniMax (Chung et al. 2023, algorithm 1) by water-filling: every source gets the same share of `budget`, but none more
// than its capacity; what the small ones cannot use is shared by the others. The result sums to `budget`, or to the sum
// of the capacities where that is less. Capacities are 0 or more, infinity allowed; time n log n.
std::vector<double> unimax_shares(std::span<const double> capacities, double budget);

// Sampling by temperature 1 / alpha: shares proportional to size^alpha that sum to 1; a source of size 0 gets 0. alpha
// 1 is the natural distribution, 0 the even one. All zeros where no size is above 0.
std::vector<double> temperature_shares(std::span<const double> sizes, double alpha);

}  // namespace smelt
