// Words of a text as the models of quality count them.
//
// A word is a maximal run of letters, digits, marks and '_'; of scripts written without spaces (Han, kana, Thai, Lao,
// Burmese, Khmer) every letter is a word by itself. A maximal run of other characters that are no white space is a word
// too: "don't" is "don", "'", "t". Bytes that are no UTF-8 count as such other characters. Linear in the text.
#pragma once

#include <string>
#include <string_view>

namespace smelt {

struct WordOptions {
  bool lower_case = true;    // each code point's simple lower case
  bool zero_digits = false;  // decimal digits of every script become '0'
};

class WordScanner {
 public:
  explicit WordScanner(std::string_view text, WordOptions options = {}) : text_(text), options_(options) {}

  // The next word, valid until the next call; false at the end of the text.
  bool next(std::string_view& word);
  // Whether white space, or nothing, stands before the last word.
  bool after_space() const { return after_space_; }

 private:
  enum class Kind { kSpace, kLetter, kLoneLetter, kOther };
  Kind kind_at(size_t pos, size_t& end, uint32_t& code_point) const;
  void append(size_t begin, size_t end, uint32_t code_point);

  std::string_view text_;
  WordOptions options_;
  size_t pos_ = 0;
  bool after_space_ = true;
  std::string word_;
};

}  // namespace smelt
