// Who is next: an order of sources in which every prefix holds each source within one sample of its share.
//
// Tijdeman's rule for the chairman assignment problem (Discrete Mathematics 32, 1980): of the sources at least 1 / (2 K
// - 2) behind, the one whose deadline is first; then no source is ever further than 1 - 1 / (2 K - 2) from share x
// samples. (The usual "furthest behind is next" has no such bound.) Shares are fixed-point with 40 bits, so that the
// order is the same on every machine. Any index is found from the nearest of at most 65,537 checkpoints, or from where
// the calling thread was last, so that reading in order takes a step each. Thread-safe; nothing that shows changes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

namespace smelt {

class ShareSchedule {
 public:
  struct Turn {
    int32_t source;
    int64_t count;  // how often this source has been taken before
    bool operator==(const Turn&) const = default;
  };

  // At least one weight must be positive, none negative. Takes O(samples x sources) once.
  ShareSchedule(const std::vector<double>& weights, int64_t samples);

  int64_t samples() const { return samples_; }
  Turn at(int64_t index) const;                      // 0 <= index < samples
  std::vector<int64_t> counts(int64_t index) const;  // of each source among the first `index` samples; index <= samples
  int64_t total(size_t source) const { return checkpoints_.back().counts[source]; }  // of all samples

 private:
  struct State {
    std::vector<int64_t> counts;
  };
  // Where a thread was last: the counts before `index`.
  struct Cursor {
    std::mutex mutex;
    int64_t index = -1;
    State state;
  };
  static constexpr size_t kCursors = 16;

  // Takes one step; `behind` is share x step - count for each source, in units of 2^-40.
  size_t step(std::vector<int64_t>& behind) const;
  std::vector<int64_t> behind_at(int64_t index, const State& state) const;

  int64_t samples_;
  int64_t stride_;
  int64_t active_ = 0;          // sources with a share
  std::vector<int64_t> share_;  // sum 2^40
  std::vector<State> checkpoints_;
  std::unique_ptr<std::array<Cursor, kCursors>> cursors_ = std::make_unique<std::array<Cursor, kCursors>>();
};

}  // namespace smelt
