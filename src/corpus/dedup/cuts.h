// What is cut out of texts: the ranges that were found, applied.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "corpus/dedup/repeats.h"

namespace smelt {

// `text`, whose first byte has the position `start`, without the ranges; where there are any, also without white space
// at its ends.
std::string cut_text(std::string_view text, std::span<const TextRange> ranges, uint64_t start);

// Ranges of paragraphs are positions in the texts as they came, those of substrings in what the first left.
struct TextCuts {
  std::optional<RangeList> paragraphs;
  std::optional<RangeList> substrings;

  static bool touch(const std::optional<RangeList>& ranges, uint64_t start, uint64_t size) {
    return ranges && !ranges->within(start, start + size).empty();
  }
  static std::string apply(const std::optional<RangeList>& ranges, std::string_view text, uint64_t start) {
    return ranges ? cut_text(text, ranges->within(start, start + text.size()), start) : std::string(text);
  }
};

}  // namespace smelt
