#include "tokens/train/bert_text.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include <utf8proc.h>

#include "base/text.h"
#include "tokens/split/unicode_classes.h"

namespace smelt {
namespace {

utf8proc_category_t category_of(uint32_t code_point) {
  return utf8proc_category(static_cast<utf8proc_int32_t>(code_point));
}

bool is_space(uint32_t code_point) {
  return (UnicodeClasses::get().of(code_point) & kClassSpace) != 0;
}

bool is_dropped(uint32_t code_point) {
  if (code_point == 0 || code_point == kReplacementCharacter) {
    return true;
  }
  const utf8proc_category_t category = category_of(code_point);
  return category == UTF8PROC_CATEGORY_CC || category == UTF8PROC_CATEGORY_CF || category == UTF8PROC_CATEGORY_CO;
}

bool is_ideograph(uint32_t code_point) {
  static constexpr std::pair<uint32_t, uint32_t> kRanges[] = {
      {0x4E00, 0x9FFF},   {0x3400, 0x4DBF},   {0x20000, 0x2A6DF}, {0x2A700, 0x2B73F},
      {0x2B740, 0x2B81F}, {0x2B920, 0x2CEAF}, {0xF900, 0xFAFF},   {0x2F800, 0x2FA1F}};
  return code_point >= 0x3400 && std::any_of(std::begin(kRanges), std::end(kRanges), [code_point](const auto& range) {
           return code_point >= range.first && code_point <= range.second;
         });
}

void append_plain_lower(uint32_t code_point, std::string& out) {
  std::array<utf8proc_int32_t, 64> parts{};
  int last_class = 0;
  const utf8proc_ssize_t count = utf8proc_decompose_char(static_cast<utf8proc_int32_t>(code_point), parts.data(),
                                                         parts.size(), UTF8PROC_DECOMPOSE, &last_class);
  for (utf8proc_ssize_t i = 0; i < std::min<utf8proc_ssize_t>(count, parts.size()); ++i) {
    const auto part = static_cast<uint32_t>(parts[static_cast<size_t>(i)]);
    if (category_of(part) != UTF8PROC_CATEGORY_MN) {
      append_utf8(out, static_cast<uint32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(part))));
    }
  }
}

}  // namespace

void normalize_bert(std::string_view text, bool lowercase, std::string& out) {
  out.clear();
  for (size_t pos = 0; pos < text.size();) {
    const uint32_t code_point = next_code_point(text, pos);
    if (code_point < 0x80 && code_point > ' ') {
      const bool is_capital = lowercase && code_point >= 'A' && code_point <= 'Z';
      if (code_point != 0x7F) {
        out += static_cast<char>(is_capital ? code_point | 0x20 : code_point);
      }
    } else if (code_point == '\t' || code_point == '\n' || code_point == '\r') {
      out += ' ';
    } else if (is_dropped(code_point)) {
      continue;
    } else if (is_space(code_point)) {
      out += ' ';
    } else {
      const bool apart = is_ideograph(code_point);
      out += apart ? " " : "";
      if (lowercase) {
        append_plain_lower(code_point, out);
      } else {
        append_utf8(out, code_point);
      }
      out += apart ? " " : "";
    }
  }
}

bool is_bert_punctuation(uint32_t code_point) {
  if (code_point < 0x80) {
    return (code_point >= 33 && code_point <= 47) || (code_point >= 58 && code_point <= 64) ||
           (code_point >= 91 && code_point <= 96) || (code_point >= 123 && code_point <= 126);
  }
  const utf8proc_category_t category = category_of(code_point);
  return category >= UTF8PROC_CATEGORY_PC && category <= UTF8PROC_CATEGORY_PO;
}

}  // namespace smelt
