// Small helpers on UTF-8 text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace smelt {

constexpr uint32_t kReplacementCharacter = 0xFFFD;

bool is_valid_utf8(std::string_view text);
// Every maximal invalid part becomes one U+FFFD (as WHATWG decoders do).
std::string replace_invalid_utf8(std::string_view text);
// Decodes the code point at text[pos] and moves pos past it; invalid bytes give U+FFFD and move by one maximal invalid
// part.
uint32_t next_code_point(std::string_view text, size_t& pos);
void append_utf8(std::string& out, uint32_t code_point);
int64_t count_code_points(std::string_view text);

std::string_view trim(std::string_view text);  // ASCII white space off both ends
std::vector<std::string_view> split(std::string_view text, char separator);
std::string lower_ascii(std::string_view text);
bool starts_with_ignoring_case(std::string_view text, std::string_view prefix);  // ASCII

// Levenshtein distance; and the candidate nearest to `word`, empty where none is within a third of its length (at least
// 2).
int edit_distance(std::string_view a, std::string_view b);
std::string nearest_name(std::string_view word, const std::vector<std::string>& candidates);

// "1.2 GB", "3.4 M", "2 min 05 s": for people.
std::string human_bytes(double bytes);
std::string human_count(double count);
std::string human_duration(double seconds);

}  // namespace smelt
