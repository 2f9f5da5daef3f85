// The pairs that may be merged next, most frequent first.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <span>
#include <utility>
#include <vector>

#include "tokens/train/pair_table.h"

namespace smelt {

// A list of places whose length is known when it is made; two fit without an allocation, as most pairs stand at few.
class PlaceList {
 public:
  PlaceList() = default;
  explicit PlaceList(uint32_t size) : size_(size) {
    if (size > kInline) {
      auto* block = new uint32_t[size];
      std::memcpy(inline_, &block, sizeof(block));
    }
  }
  PlaceList(PlaceList&& other) noexcept { swap(other); }
  PlaceList& operator=(PlaceList&& other) noexcept {
    swap(other);
    return *this;
  }
  PlaceList(const PlaceList&) = delete;
  PlaceList& operator=(const PlaceList&) = delete;
  ~PlaceList() {
    if (size_ > kInline) {
      delete[] data();
    }
  }

  uint32_t* data() {
    if (size_ <= kInline) {
      return inline_;
    }
    uint32_t* block = nullptr;
    std::memcpy(&block, inline_, sizeof(block));
    return block;
  }
  uint32_t size() const { return size_; }
  std::span<const uint32_t> view() { return {data(), size_}; }

 private:
  static constexpr uint32_t kInline = 2;
  void swap(PlaceList& other) {
    std::swap(size_, other.size_);
    std::swap(inline_, other.inline_);
  }

  uint32_t size_ = 0;
  uint32_t inline_[kInline] = {};  // the places, or where they are
};

struct Candidate {
  int64_t count = 0;  // when it was queued
  PairKey pair = 0;
  PlaceList places;

  // Later in the queue.
  bool operator<(const Candidate& other) const {
    return count != other.count ? count < other.count : pair > other.pair;
  }
};

// Few candidates are ever taken: only those above a count lie in a heap, the rest wait unordered until it is empty.
class CandidateQueue {
 public:
  bool empty() const { return heap_.empty() && waiting_.empty(); }

  void push(Candidate candidate) {
    if (candidate.count < least_) {
      waiting_.push_back(std::move(candidate));
    } else {
      heap_.push_back(std::move(candidate));
      std::push_heap(heap_.begin(), heap_.end());
    }
  }

  Candidate pop() {
    if (heap_.empty()) {
      refill();
    }
    std::pop_heap(heap_.begin(), heap_.end());
    Candidate top = std::move(heap_.back());
    heap_.pop_back();
    return top;
  }

 private:
  // Moves about an eighth of the waiting ones: all from some count on.
  void refill() {
    std::vector<int64_t> counts;
    counts.reserve(waiting_.size());
    for (const Candidate& candidate : waiting_) {
      counts.push_back(candidate.count);
    }
    const auto nth = counts.begin() + static_cast<std::ptrdiff_t>(counts.size() / 8);
    std::nth_element(counts.begin(), nth, counts.end(), std::greater<>());
    least_ = *nth;
    const auto from = std::partition(waiting_.begin(), waiting_.end(),
                                     [&](const Candidate& candidate) { return candidate.count < least_; });
    heap_.insert(heap_.end(), std::make_move_iterator(from), std::make_move_iterator(waiting_.end()));
    waiting_.erase(from, waiting_.end());
    std::make_heap(heap_.begin(), heap_.end());
  }

  std::vector<Candidate> heap_;
  std::vector<Candidate> waiting_;
  int64_t least_ = INT64_MAX;  // count from which on candidates lie in the heap
};

}  // namespace smelt
