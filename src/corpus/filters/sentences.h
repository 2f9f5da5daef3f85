// Sentences and their ends in any script, by end marks alone.
#pragma once

#include <cstdint>
#include <string_view>

namespace smelt {

// Without closing quotes and brackets at its end.
std::string_view strip_closers(std::string_view line);

// Sentences of a line: parts that end in end marks and closers with a space or the end of the line behind them, or in
// an end mark outside ASCII; and what is left, where it has a letter or digit. "3.14" and "e.g. this" count no dot
// inside; abbreviations before a space do count.
int64_t count_plain_sentences(std::string_view line);

// Cuts the first line off `text`, without its line feed. False where `text` is empty.
bool next_plain_line(std::string_view& text, std::string_view& line);

}  // namespace smelt
