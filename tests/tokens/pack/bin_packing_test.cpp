#include "tokens/pack/bin_packing.h"

#include <algorithm>
#include <numeric>

#include <gtest/gtest.h>

#include "base/rng.h"

namespace smelt {
namespace {

// The same by looking at every window for every document.
std::vector<std::vector<int64_t>> by_search(const std::vector<int32_t>& lengths, int32_t window, bool best,
                                            bool decreasing) {
  std::vector<int64_t> order(lengths.size());
  std::iota(order.begin(), order.end(), 0);
  if (decreasing) {
    std::stable_sort(order.begin(), order.end(), [&](int64_t a, int64_t b) {
      return lengths[static_cast<size_t>(a)] > lengths[static_cast<size_t>(b)];
    });
  }
  std::vector<std::vector<int64_t>> windows;
  std::vector<int32_t> room;
  for (const int64_t document : order) {
    const int32_t length = lengths[static_cast<size_t>(document)];
    size_t chosen = windows.size();
    for (size_t w = 0; w < windows.size(); ++w) {
      if (room[w] >= length && (chosen == windows.size() || (best && room[w] < room[chosen]))) {
        chosen = w;
        if (!best) {
          break;
        }
      }
    }
    if (chosen == windows.size()) {
      windows.emplace_back();
      room.push_back(window);
    }
    windows[chosen].push_back(document);
    room[chosen] -= length;
  }
  return windows;
}

TEST(BinPacking, EqualsTheSearchThroughAllWindows) {
  for (uint64_t trial = 0; trial < 120; ++trial) {
    Rng rng(6, "test/packing", trial);
    const auto window = static_cast<int32_t>(1 + rng.below(200));
    std::vector<int32_t> lengths(rng.below(150));
    for (int32_t& length : lengths) {
      length = static_cast<int32_t>(1 + rng.below(static_cast<uint64_t>(window)) / (1 + rng.below(3)));
    }
    for (const std::string& name : pack_method_names()) {
      const Packing packing = pack_lengths(lengths, window, pack_method(name));
      const auto expected = by_search(lengths, window, name.starts_with("best"), name.ends_with("decreasing"));
      ASSERT_EQ(packing.windows(), static_cast<int64_t>(expected.size())) << name;
      for (size_t w = 0; w < expected.size(); ++w) {
        ASSERT_EQ(std::vector<int64_t>(packing.documents.begin() + packing.begins[w],
                                       packing.documents.begin() + packing.begins[w + 1]),
                  expected[w])
            << name;
      }
    }
  }
}

TEST(BinPacking, DecreasingLeavesLittlePadding) {
  Rng rng(6, "test/packing/padding");
  std::vector<int32_t> lengths(20000);
  int64_t tokens = 0;
  for (int32_t& length : lengths) {
    length = static_cast<int32_t>(20 + rng.below(1500));
    tokens += length;
  }
  constexpr int32_t kWindow = 4096;
  const Packing best = pack_lengths(lengths, kWindow, PackMethod::kBestFitDecreasing);
  const Packing first = pack_lengths(lengths, kWindow, PackMethod::kFirstFit);
  // Small documents fill what is left: no more than one window in a thousand beyond the tokens themselves.
  EXPECT_LE(best.windows(), (tokens + kWindow - 1) / kWindow * 1001 / 1000 + 1);
  EXPECT_GE(first.windows(), best.windows());
}

}  // namespace
}  // namespace smelt
