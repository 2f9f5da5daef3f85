// Words beside a number that tell what it is: "Phone: 668 5702", "668 5702 (fax)".
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace smelt {

// A cue is a lower-case word; one that ends in * is the start of a word, one with letters outside of ASCII is looked
// for anywhere. The text beside a place is read up to `reach` bytes, and not across a digit, @, < or > (the marks of
// another number, address or placeholder).
using Cues = std::span<const std::string_view>;

bool has_cue_before(std::string_view text, size_t begin, Cues cues, size_t reach = 48);
bool has_cue_after(std::string_view text, size_t end, Cues cues, size_t reach = 12);

}  // namespace smelt
