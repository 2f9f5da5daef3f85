// Texts as decontamination compares them: without case, accents, compatibility forms and odd white space.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace smelt {

// What each code point stands for: its NFKC form without marks, case folded (Unicode 14, by utf8proc), the dotless i as
// i, typographic quotes and dashes as their ASCII forms.
class TextFold {
 public:
  enum class Class : uint8_t {
    kSpace,       // white space and control characters
    kIgnored,     // marks, format characters
    kMark,        // punctuation and symbols
    kApostrophe,  // ' in any form: punctuation that does not end a word
    kWord,        // a letter or digit
    kSingle,      // a letter that is a word of its own: ideographs, kana, Thai, Lao, Tibetan, Burmese, Khmer
  };
  struct Entry {
    Class type = Class::kSpace;
    uint8_t length = 0;      // code points it folds to
    uint16_t expansion = 0;  // where they stand in expansions(), for more than one
    uint32_t folded = 0;     // the one, or the first of them
  };

  static const TextFold& table();  // made at first use, then constant

  Entry entry(uint32_t code_point) const {
    return code_point < entries_.size() ? entries_[code_point] : make_entry(code_point);
  }
  const uint32_t* expansion(const Entry& entry) const { return &expansions_[entry.expansion]; }

 private:
  TextFold();
  static Entry make_entry(uint32_t code_point);
  std::vector<Entry> entries_;  // of the Basic Multilingual Plane
  std::vector<uint32_t> expansions_;
};

// A word: the hash of its folded letters and digits, and the bytes that it takes.
struct FoldedWord {
  uint64_t hash = 0;
  size_t begin = 0;
  size_t end = 0;
};

// Calls emit(FoldedWord) for each word of UTF-8 text, in order. Words are maximal runs of letters and digits; every
// other character ends one, but for apostrophes ("don't" is "dont").
template <class Emit>
void for_each_word(std::string_view text, Emit emit);

// The text without white space, folded: one code point each, and the byte of the text where it starts (for the last one
// also where it ends: offsets has one entry more).
struct SqueezedText {
  std::u32string characters;
  std::vector<size_t> offsets;
};
void squeeze(std::string_view text, SqueezedText& out);

}  // namespace smelt

#include "corpus/contamination/text_fold_words.h"  // IWYU pragma: export
