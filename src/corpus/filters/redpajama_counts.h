// What the signals of RedPajama-V2 (redpajama.h) count in a text as it is.
#pragma once

#include <cstdint>
#include <string_view>

namespace smelt {

struct RawCounts {
  int64_t raw_words = 0;
  int64_t unlettered_words = 0;
  int64_t all_caps_words = 0;
  int64_t stop_words = 0;
  int64_t sentences = 0;  // as RedPajama-V2 finds them
  int64_t lines = 0;
  int64_t terminal_lines = 0;
  int64_t bullet_lines = 0;
  int64_t ellipsis_lines = 0;
  double uppercase = 0;  // sums of shares over the lines
  double numerical = 0;
};

// Pure; linear in the text.
RawCounts count_raw_text(std::string_view text, std::string_view language);

}  // namespace smelt
