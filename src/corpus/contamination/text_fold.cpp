#include "corpus/contamination/text_fold.h"

#include <array>
#include <cstdlib>

#include <utf8proc.h>

#include "base/error.h"

namespace smelt {

namespace {

using Class = TextFold::Class;

constexpr uint32_t kBasicPlane = 0x10000;

bool is_single(uint32_t c) {
  return (c >= 0x0E00 && c < 0x1100) || (c >= 0x1780 && c < 0x1800) || (c >= 0x3040 && c < 0x3100) ||
         (c >= 0x3400 && c < 0xA000) || (c >= 0xF900 && c < 0xFB00) || (c >= 0x20000 && c < 0x33480);
}

Class class_of(uint32_t c) {
  if (c == '\'' || c == 0x2018 || c == 0x2019 || c == 0x02BC || c == 0xFF07 || c == '`' || c == 0x00B4) {
    return Class::kApostrophe;
  }
  switch (utf8proc_category(static_cast<utf8proc_int32_t>(c))) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO:
      return Class::kWord;
    case UTF8PROC_CATEGORY_LO:
      return is_single(c) ? Class::kSingle : Class::kWord;
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ME:
    case UTF8PROC_CATEGORY_CF:
      return Class::kIgnored;
    case UTF8PROC_CATEGORY_ZS:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
    case UTF8PROC_CATEGORY_CC:
      return Class::kSpace;
    default:
      return Class::kMark;
  }
}

// Marks whose typographic forms NFKC keeps apart.
uint32_t plain_mark(uint32_t c) {
  switch (c) {
    case 0x2018:
    case 0x2019:
    case 0x02BC:
    case 0x00B4:
    case '`':
      return '\'';
    case 0x201C:
    case 0x201D:
    case 0x201E:
    case 0x00AB:
    case 0x00BB:
      return '"';
    case 0x2010:
    case 0x2011:
    case 0x2012:
    case 0x2013:
    case 0x2014:
    case 0x2212:
      return '-';
    default:
      return c;
  }
}

// The code points that `c` folds to; at most 18, the longest compatibility form.
size_t fold(uint32_t c, std::array<utf8proc_int32_t, 32>& out) {
  if (c == 0x0131) {
    out[0] = 'i';
    return 1;
  }
  int boundary = 0;
  const utf8proc_ssize_t size = utf8proc_decompose_char(
      static_cast<utf8proc_int32_t>(plain_mark(c)), out.data(), 32,
      static_cast<utf8proc_option_t>(UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD | UTF8PROC_STRIPMARK),
      &boundary);
  return size < 0 ? 0 : static_cast<size_t>(size);
}

// Hangul syllables decompose into letters by arithmetic; whole they are as good, and one code point.
bool is_hangul_syllable(uint32_t c) {
  return c >= 0xAC00 && c < 0xD7A4;
}

}  // namespace

const TextFold& TextFold::table() {
  static const TextFold kTable;
  return kTable;
}

TextFold::TextFold() : entries_(kBasicPlane) {
  std::array<utf8proc_int32_t, 32> folded{};
  for (uint32_t c = 0; c < kBasicPlane; ++c) {
    Entry& entry = entries_[c];
    entry = make_entry(c);
    if (entry.length > 1) {
      SMELT_CHECK(expansions_.size() < 0x10000);
      entry.expansion = static_cast<uint16_t>(expansions_.size());
      const size_t size = fold(c, folded);
      expansions_.insert(expansions_.end(), folded.begin(), folded.begin() + static_cast<ptrdiff_t>(size));
    }
  }
}

TextFold::Entry TextFold::make_entry(uint32_t code_point) {
  std::array<utf8proc_int32_t, 32> folded{};
  Entry entry{class_of(code_point), 1, 0, code_point};
  if (is_hangul_syllable(code_point)) {
    return entry;
  }
  const size_t size = fold(code_point, folded);
  if (size > 0) {
    entry.folded = static_cast<uint32_t>(folded[0]);
    // Only the table holds expansions: beyond the Basic Multilingual Plane the first code point stands for all.
    entry.length = static_cast<uint8_t>(code_point < kBasicPlane ? size : 1);
  }
  return entry;
}

void squeeze(std::string_view text, SqueezedText& out) {
  const TextFold& table = TextFold::table();
  out.characters.clear();
  out.offsets.clear();
  size_t end = 0;
  size_t i = 0;
  while (i < text.size()) {
    const size_t at = i;
    const auto byte = static_cast<unsigned char>(text[i]);
    const TextFold::Entry entry = table.entry(byte < 0x80 ? (++i, byte) : next_code_point(text, i));
    if (entry.type == Class::kSpace || entry.type == Class::kIgnored) {
      continue;
    }
    out.characters += static_cast<char32_t>(entry.folded);
    out.offsets.push_back(at);
    for (uint8_t more = 1; more < entry.length; ++more) {
      out.characters += static_cast<char32_t>(table.expansion(entry)[more]);
      out.offsets.push_back(at);
    }
    end = i;
  }
  out.offsets.push_back(end);
}

}  // namespace smelt
