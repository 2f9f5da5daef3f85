#include "corpus/privacy/characters.h"

#include <utf8proc.h>

#include "base/text.h"

namespace smelt {

namespace {

bool is_alphabetic(uint32_t code_point) {
  switch (utf8proc_category(static_cast<utf8proc_int32_t>(code_point))) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_MN:
      return true;
    default:
      return false;
  }
}

}  // namespace

size_t previous_code_point(std::string_view text, size_t pos) {
  size_t begin = pos - 1;
  while (begin > 0 && pos - begin < 4 && (static_cast<unsigned char>(text[begin]) & 0xC0u) == 0x80u) {
    --begin;
  }
  return begin;
}

bool is_foreign_letter_at(std::string_view text, size_t pos) {
  return pos < text.size() && is_non_ascii(text[pos]) && is_alphabetic(next_code_point(text, pos));
}

bool is_word_before(std::string_view text, size_t pos) {
  if (pos == 0) {
    return false;
  }
  const char before = text[pos - 1];
  return is_non_ascii(before) ? is_foreign_letter_at(text, previous_code_point(text, pos))
                              : is_alphanumeric(before) || before == '_';
}

bool is_word_at(std::string_view text, size_t pos) {
  const char c = byte_at(text, pos);
  return is_non_ascii(c) ? is_foreign_letter_at(text, pos) : is_alphanumeric(c) || c == '_';
}

}  // namespace smelt
