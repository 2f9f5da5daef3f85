// The rules of spaCy 3.8's English tokenizer (Honnibal et al.; lang/punctuation.py, lang/en/punctuation.py,
// lang/tokenizer_exceptions.py), on decoded words: strings of code points without white space. Lengths are code points.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace smelt::english {

using Word = std::u32string_view;

// Length of what is split off the front or the end, 0 for nothing.
size_t prefix_length(Word word);
size_t suffix_length(Word word);

// Calls with begin and end of each place inside that is a token of its own, in order.
void for_each_infix(Word word, const std::function<void(size_t, size_t)>& found);

// A web or mail address, or a bare domain name.
bool is_address(Word word);

// A word of the list of contractions, abbreviations and emoticons, and the lengths of its tokens.
struct Exception {
  std::u32string word;
  std::vector<uint8_t> lengths;
};
// All of them; none is longer than kLongestException.
const std::vector<Exception>& exceptions();
constexpr size_t kLongestException = 16;

}  // namespace smelt::english
