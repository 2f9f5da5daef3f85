// Texts for tests of deduplication: random ones, edited ones, and the sets of their shingles as strings.
#pragma once

#include <algorithm>
#include <cstdint>
#include <set>
#include <string>

#include "base/rng.h"
#include "corpus/dedup/normalize.h"

namespace smelt {

inline std::string random_text(uint64_t seed, int words) {
  Rng rng(seed, "duplicates_test");
  std::string text;
  for (int i = 0; i < words; ++i) {
    for (uint64_t letters = 2 + rng.below(7); letters > 0; --letters) {
      text += static_cast<char>('a' + rng.below(26));
    }
    text += i % 12 == 11 ? ".\n" : " ";
  }
  return text;
}

// Replaces every word with probability `rate`.
inline std::string edited(const std::string& text, double rate, uint64_t seed) {
  Rng rng(seed, "duplicates_test/edit");
  std::string out;
  size_t begin = 0;
  while (begin < text.size()) {
    const size_t end = std::min(text.find_first_of(" \n", begin), text.size() - 1);
    out += rng.uniform() < rate ? "edited" : text.substr(begin, end - begin);
    out += text[end];
    begin = end + 1;
  }
  return out;
}

// Windows of characters of an ASCII text.
inline std::set<std::string> character_shingles(const std::string& text, size_t length) {
  const std::string normal = normalize_for_duplicates(text);
  std::set<std::string> out;
  for (size_t i = 0; i + length <= normal.size(); ++i) {
    out.insert(normal.substr(i, length));
  }
  return out;
}

inline double true_jaccard(const std::set<std::string>& a, const std::set<std::string>& b) {
  size_t common = 0;
  for (const std::string& item : a) {
    common += b.count(item);
  }
  return static_cast<double>(common) / static_cast<double>(a.size() + b.size() - common);
}

}  // namespace smelt
