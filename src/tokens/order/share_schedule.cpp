#include "tokens/order/share_schedule.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <thread>

#include "base/error.h"

namespace smelt {
namespace {

constexpr int64_t kOne = int64_t{1} << 40;
constexpr int64_t kCheckpoints = 65536;

// Shares that sum to exactly one, by largest remainder; a positive weight never vanishes.
std::vector<int64_t> fixed_shares(const std::vector<double>& weights) {
  double sum = 0;
  for (const double weight : weights) {
    SMELT_CHECK(weight >= 0 && std::isfinite(weight));
    sum += weight;
  }
  SMELT_CHECK(sum > 0 && std::isfinite(sum));
  std::vector<int64_t> shares;
  for (const double weight : weights) {
    const auto share = static_cast<int64_t>(weight / sum * static_cast<double>(kOne));
    shares.push_back(weight > 0 ? std::max<int64_t>(share, 1) : 0);
  }
  const auto largest = std::max_element(shares.begin(), shares.end());
  *largest += kOne - std::accumulate(shares.begin(), shares.end(), int64_t{0});
  return shares;
}

}  // namespace

ShareSchedule::ShareSchedule(const std::vector<double>& weights, int64_t samples)
    : samples_(samples),
      stride_(std::max<int64_t>(64, (samples + kCheckpoints - 1) / kCheckpoints)),
      share_(fixed_shares(weights)) {
  SMELT_CHECK(samples >= 0);
  active_ = std::count_if(share_.begin(), share_.end(), [](int64_t share) { return share > 0; });
  std::vector<int64_t> behind(share_.size());
  State state{std::vector<int64_t>(share_.size())};
  for (int64_t i = 0; i < samples_; ++i) {
    if (i % stride_ == 0) {
      checkpoints_.push_back(state);
    }
    ++state.counts[step(behind)];
  }
  checkpoints_.push_back(std::move(state));
}

size_t ShareSchedule::step(std::vector<int64_t>& behind) const {
  size_t best = share_.size();
  double best_deadline = 0;
  // The bounds 1 / (2 K - 2) and 1 - 1 / (2 K - 2); a single source is always due.
  const int64_t slots = std::max<int64_t>(2 * active_ - 2, 1);
  const double limit = static_cast<double>(kOne) - static_cast<double>(kOne) / static_cast<double>(slots);
  for (size_t d = 0; d < share_.size(); ++d) {
    behind[d] += share_[d];
    if (share_[d] > 0 && behind[d] * slots >= kOne) {
      const double deadline = (limit - static_cast<double>(behind[d])) / static_cast<double>(share_[d]);
      if (best == share_.size() || deadline < best_deadline) {
        best = d;
        best_deadline = deadline;
      }
    }
  }
  SMELT_CHECK(best < share_.size());
  behind[best] -= kOne;
  return best;
}

std::vector<int64_t> ShareSchedule::behind_at(int64_t index, const State& state) const {
  std::vector<int64_t> behind(share_.size());
  for (size_t d = 0; d < share_.size(); ++d) {
    // The products may wrap; the difference is below one share in size, so modulo 2^64 it is exact.
    behind[d] = static_cast<int64_t>(static_cast<uint64_t>(share_[d]) * static_cast<uint64_t>(index) -
                                     static_cast<uint64_t>(kOne) * static_cast<uint64_t>(state.counts[d]));
  }
  return behind;
}

ShareSchedule::Turn ShareSchedule::at(int64_t index) const {
  SMELT_CHECK(index >= 0 && index < samples_);
  Cursor& cursor = (*cursors_)[std::hash<std::thread::id>()(std::this_thread::get_id()) % kCursors];
  const std::unique_lock lock(cursor.mutex, std::try_to_lock);
  int64_t from = index / stride_ * stride_;
  const bool is_near = lock.owns_lock() && cursor.index > from && cursor.index <= index;
  State state = is_near ? cursor.state : checkpoints_[static_cast<size_t>(index / stride_)];
  from = is_near ? cursor.index : from;
  std::vector<int64_t> behind = behind_at(from, state);
  for (int64_t i = from; i < index; ++i) {
    ++state.counts[step(behind)];
  }
  const size_t source = step(behind);
  const Turn turn{static_cast<int32_t>(source), state.counts[source]};
  if (lock.owns_lock()) {
    cursor.index = index;
    cursor.state = std::move(state);
  }
  return turn;
}

std::vector<int64_t> ShareSchedule::counts(int64_t index) const {
  SMELT_CHECK(index >= 0 && index <= samples_);
  if (index == samples_) {
    return checkpoints_.back().counts;
  }
  State state = checkpoints_[static_cast<size_t>(index / stride_)];
  const int64_t from = index / stride_ * stride_;
  std::vector<int64_t> behind = behind_at(from, state);
  for (int64_t i = from; i < index; ++i) {
    ++state.counts[step(behind)];
  }
  return state.counts;
}

}  // namespace smelt
