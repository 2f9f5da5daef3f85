#include "tokens/pack/bin_packing.h"

#include <algorithm>
#include <bit>
#include <functional>
#include <numeric>
#include <queue>

#include "base/error.h"

namespace smelt {
namespace {

// The first window with enough room: a tree whose nodes hold the most room below them.
class FirstFit {
 public:
  FirstFit(size_t most_windows, int32_t window)
      : leaves_(std::bit_ceil(std::max<size_t>(most_windows, 1))), room_(2 * leaves_, window) {}

  int64_t place(int32_t length) {
    size_t node = 1;  // unopened windows are empty, so there is always one
    while (node < leaves_) {
      node = 2 * node + (room_[2 * node] >= length ? 0 : 1);
    }
    const auto window = static_cast<int64_t>(node - leaves_);
    room_[node] -= length;
    for (node /= 2; node > 0; node /= 2) {
      room_[node] = std::max(room_[2 * node], room_[2 * node + 1]);
    }
    return window;
  }

 private:
  size_t leaves_;
  std::vector<int32_t> room_;
};

// The open windows by their room, and which rooms there are as a bit set of two levels.
class BestFit {
 public:
  explicit BestFit(int32_t window)
      : window_(window), by_room_(static_cast<size_t>(window) + 1), rooms_(by_room_.size() / 64 + 1) {}

  int64_t place(int32_t length) {
    const size_t room = next_room(static_cast<size_t>(length));
    int64_t window = opened_;
    auto left = static_cast<size_t>(window_ - length);
    if (room < by_room_.size()) {
      Windows& windows = by_room_[room];
      window = windows.top();
      windows.pop();
      if (windows.empty()) {
        rooms_[room / 64] &= ~(uint64_t{1} << room % 64);
      }
      left = room - static_cast<size_t>(length);
    } else {
      ++opened_;
    }
    if (left > 0) {
      by_room_[left].push(window);
      rooms_[left / 64] |= uint64_t{1} << left % 64;
    }
    return window;
  }

 private:
  using Windows = std::priority_queue<int64_t, std::vector<int64_t>, std::greater<>>;

  size_t next_room(size_t from) const {
    for (size_t word = from / 64; word < rooms_.size(); ++word) {
      const uint64_t bits = word == from / 64 ? rooms_[word] & UINT64_MAX << from % 64 : rooms_[word];
      if (bits != 0) {
        return word * 64 + static_cast<size_t>(std::countr_zero(bits));
      }
    }
    return by_room_.size();
  }

  int32_t window_;
  int64_t opened_ = 0;
  std::vector<Windows> by_room_;
  std::vector<uint64_t> rooms_;
};

std::vector<int64_t> order_of(std::span<const int32_t> lengths, PackMethod method) {
  std::vector<int64_t> order(lengths.size());
  std::iota(order.begin(), order.end(), int64_t{0});
  if (method == PackMethod::kFirstFitDecreasing || method == PackMethod::kBestFitDecreasing) {
    std::stable_sort(order.begin(), order.end(), [&](int64_t a, int64_t b) {
      return lengths[static_cast<size_t>(a)] > lengths[static_cast<size_t>(b)];
    });
  }
  return order;
}

template <class Fit>
Packing pack_with(Fit fit, std::span<const int32_t> lengths, const std::vector<int64_t>& order) {
  std::vector<int64_t> window_of(lengths.size());
  std::vector<int64_t> counts;
  for (const int64_t document : order) {
    const int64_t window = fit.place(lengths[static_cast<size_t>(document)]);
    window_of[static_cast<size_t>(document)] = window;
    counts.resize(std::max(counts.size(), static_cast<size_t>(window) + 1));
    ++counts[static_cast<size_t>(window)];
  }
  Packing out;
  for (const int64_t count : counts) {
    out.begins.push_back(out.begins.back() + count);
  }
  std::vector<int64_t> next(out.begins.begin(), out.begins.end() - 1);
  out.documents.resize(lengths.size());
  for (const int64_t document : order) {
    out.documents[static_cast<size_t>(next[static_cast<size_t>(window_of[static_cast<size_t>(document)])]++)] =
        document;
  }
  return out;
}

}  // namespace

const std::vector<std::string>& pack_method_names() {
  static const std::vector<std::string> kNames = {"first_fit", "best_fit", "first_fit_decreasing",
                                                  "best_fit_decreasing"};
  return kNames;
}

PackMethod pack_method(const std::string& name) {
  const auto found = std::find(pack_method_names().begin(), pack_method_names().end(), name);
  SMELT_CHECK(found != pack_method_names().end());
  return static_cast<PackMethod>(found - pack_method_names().begin());
}

Packing pack_lengths(std::span<const int32_t> lengths, int32_t window, PackMethod method) {
  for (const int32_t length : lengths) {
    SMELT_CHECK(length > 0 && length <= window);
  }
  const std::vector<int64_t> order = order_of(lengths, method);
  if (method == PackMethod::kFirstFit || method == PackMethod::kFirstFitDecreasing) {
    return pack_with(FirstFit(lengths.size(), window), lengths, order);
  }
  return pack_with(BestFit(window), lengths, order);
}

}  // namespace smelt
