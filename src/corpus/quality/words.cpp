#include "corpus/quality/words.h"

#include <array>

#include <utf8proc.h>

#include "base/text.h"

namespace smelt {
namespace {

bool is_unspaced(uint32_t c) {
  return (c >= 0x0E00 && c <= 0x0EFF) || (c >= 0x1000 && c <= 0x109F) || (c >= 0x1780 && c <= 0x17FF) ||
         (c >= 0x3040 && c <= 0x30FF) || (c >= 0x31F0 && c <= 0x31FF) || (c >= 0x3400 && c <= 0x4DBF) ||
         (c >= 0x4E00 && c <= 0x9FFF) || (c >= 0xF900 && c <= 0xFAFF) || (c >= 0x20000 && c <= 0x3FFFF);
}

// Of ASCII: 0 white space and control characters, 1 letters, digits and '_', 2 others.
constexpr std::array<uint8_t, 128> kAscii = [] {
  std::array<uint8_t, 128> kinds{};
  for (size_t c = 0x21; c < 0x7F; ++c) {
    const bool letter = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    kinds[c] = letter ? 1 : 2;
  }
  return kinds;
}();

}  // namespace

WordScanner::Kind WordScanner::kind_at(size_t pos, size_t& end, uint32_t& code_point) const {
  const auto byte = static_cast<unsigned char>(text_[pos]);
  if (byte < 0x80) {
    end = pos + 1;
    code_point = byte;
    return kAscii[byte] == 0 ? Kind::kSpace : kAscii[byte] == 1 ? Kind::kLetter : Kind::kOther;
  }
  end = pos;
  code_point = next_code_point(text_, end);
  const utf8proc_category_t category = utf8proc_category(static_cast<utf8proc_int32_t>(code_point));
  if (category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_NO) {  // L*, M*, N*
    const bool letter = category <= UTF8PROC_CATEGORY_LO;
    return letter && is_unspaced(code_point) ? Kind::kLoneLetter : Kind::kLetter;
  }
  const bool space = category == UTF8PROC_CATEGORY_ZS || category == UTF8PROC_CATEGORY_ZL ||
                     category == UTF8PROC_CATEGORY_ZP || category == UTF8PROC_CATEGORY_CC;
  return space ? Kind::kSpace : Kind::kOther;
}

void WordScanner::append(size_t begin, size_t end, uint32_t code_point) {
  if (code_point < 0x80) {
    char c = text_[begin];
    if (options_.lower_case && c >= 'A' && c <= 'Z') {
      c = static_cast<char>(c | 0x20);
    } else if (options_.zero_digits && c >= '0' && c <= '9') {
      c = '0';
    }
    word_ += c;
    return;
  }
  const auto c = static_cast<utf8proc_int32_t>(code_point);
  if (options_.zero_digits && utf8proc_category(c) == UTF8PROC_CATEGORY_ND) {
    word_ += '0';
  } else if (const utf8proc_int32_t lower = options_.lower_case ? utf8proc_tolower(c) : c; lower != c) {
    append_utf8(word_, static_cast<uint32_t>(lower));
  } else {
    word_ += text_.substr(begin, end - begin);
  }
}

bool WordScanner::next(std::string_view& word) {
  size_t end = 0;
  uint32_t code_point = 0;
  Kind kind = Kind::kSpace;
  after_space_ = pos_ == 0;
  while (pos_ < text_.size() && (kind = kind_at(pos_, end, code_point)) == Kind::kSpace) {
    pos_ = end;
    after_space_ = true;
  }
  if (pos_ >= text_.size()) {
    return false;
  }
  word_.clear();
  const Kind first = kind;
  do {
    append(pos_, end, code_point);
    pos_ = end;
  } while (first != Kind::kLoneLetter && pos_ < text_.size() && (kind = kind_at(pos_, end, code_point)) == first);
  word = word_;
  return true;
}

}  // namespace smelt
