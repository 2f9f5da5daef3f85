// Which documents share a window: bin packing of lengths into windows of one size.
//
// First fit: the first window with room; best fit: the one with the least room that is enough, the first of equals.
// "Decreasing" takes the longest documents first and fills windows best (Johnson 1973: at most 11/9 of the optimum and
// a constant), the others keep the order of the input. Ding et al. 2024 (arXiv 2404.10830) pack pre-training data by
// best fit decreasing.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace smelt {

enum class PackMethod : uint8_t { kFirstFit, kBestFit, kFirstFitDecreasing, kBestFitDecreasing };

// "first_fit", "best_fit", "first_fit_decreasing", "best_fit_decreasing".
const std::vector<std::string>& pack_method_names();
PackMethod pack_method(const std::string& name);  // of these; anything else is a bug

struct Packing {
  // Documents of window w: documents[begins[w]] to documents[begins[w + 1]], in the order in which they were put there.
  std::vector<int64_t> documents;
  std::vector<int64_t> begins{0};
  int64_t windows() const { return static_cast<int64_t>(begins.size()) - 1; }
};

// Every length is from 1 to `window`. Deterministic; n log n; memory about 40 bytes a document.
Packing pack_lengths(std::span<const int32_t> lengths, int32_t window, PackMethod method);

}  // namespace smelt
