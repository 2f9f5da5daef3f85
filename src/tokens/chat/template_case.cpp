// Upper, lower and title case of UTF-8 text, and the classes of its characters.
#include <algorithm>
#include <iterator>
#include <utility>

#include <utf8proc.h>

#include "base/text.h"
#include "tokens/chat/template_builtins.h"

namespace smelt::jinja {

namespace {

uint32_t map_code(uint32_t code, bool upper) {
  if (code < 0x80) {
    const bool changes = upper ? code >= 'a' && code <= 'z' : code >= 'A' && code <= 'Z';
    return changes ? code ^ 0x20U : code;
  }
  const auto point = static_cast<utf8proc_int32_t>(code);
  return static_cast<uint32_t>(upper ? utf8proc_toupper(point) : utf8proc_tolower(point));
}

utf8proc_category_t category_of(uint32_t code) {
  return utf8proc_category(static_cast<utf8proc_int32_t>(code));
}

bool is_letter(uint32_t code) {
  const utf8proc_category_t category = category_of(code);
  return category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO;
}

bool is_number(uint32_t code) {
  const utf8proc_category_t category = category_of(code);
  return category >= UTF8PROC_CATEGORY_ND && category <= UTF8PROC_CATEGORY_NO;
}

// Decimal digits and those that stand for one otherwise: superscripts, circled ones and their kin.
bool is_digit(uint32_t code) {
  static constexpr std::pair<uint32_t, uint32_t> kOthers[] = {
      {0xB2, 0xB3},     {0xB9, 0xB9},     {0x1369, 0x1371}, {0x19DA, 0x19DA}, {0x2070, 0x2070},   {0x2074, 0x2079},
      {0x2080, 0x2089}, {0x2460, 0x2468}, {0x2474, 0x247C}, {0x2488, 0x2490}, {0x24EA, 0x24EA},   {0x24F5, 0x24FD},
      {0x24FF, 0x24FF}, {0x2776, 0x277E}, {0x2780, 0x2788}, {0x278A, 0x2792}, {0x10A40, 0x10A43}, {0x1F100, 0x1F10A}};
  return category_of(code) == UTF8PROC_CATEGORY_ND ||
         std::any_of(std::begin(kOthers), std::end(kOthers),
                     [code](const auto& range) { return code >= range.first && code <= range.second; });
}

enum class Case { kNone, kUpper, kLower, kTitle };

Case case_of(uint32_t code) {
  switch (category_of(code)) {
    case UTF8PROC_CATEGORY_LU:
      return Case::kUpper;
    case UTF8PROC_CATEGORY_LL:
      return Case::kLower;
    case UTF8PROC_CATEGORY_LT:
      return Case::kTitle;
    default:
      return code == 0xAA || code == 0xBA ? Case::kLower : Case::kNone;
  }
}

bool is_title(std::string_view text) {
  bool in_word = false;
  bool any = false;
  for (size_t pos = 0; pos < text.size();) {
    const Case now = case_of(next_code_point(text, pos));
    if (now != Case::kNone && in_word != (now == Case::kLower)) {
      return false;
    }
    in_word = now != Case::kNone;
    any = any || in_word;
  }
  return any;
}

bool has_only_case(std::string_view text, Case wanted) {
  bool any = false;
  for (size_t pos = 0; pos < text.size();) {
    const Case now = case_of(next_code_point(text, pos));
    if (now != Case::kNone && now != wanted) {
      return false;
    }
    any = any || now == wanted;
  }
  return any;
}

}  // namespace

bool is_space_code(uint32_t c) {
  return c == ' ' || (c >= 9 && c <= 13) || (c >= 0x1C && c <= 0x1F) || c == 0x85 || c == 0xA0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

bool is_word_code(uint32_t code) {
  return code == '_' || is_letter(code) || is_number(code);
}

bool is_text_class(std::string_view text, std::string_view method) {
  if (method == "isupper" || method == "islower") {
    return has_only_case(text, method == "isupper" ? Case::kUpper : Case::kLower);
  }
  if (method == "istitle") {
    return is_title(text);
  }
  for (size_t pos = 0; pos < text.size();) {
    const bool first = pos == 0;
    const uint32_t code = next_code_point(text, pos);
    const bool fits = method == "isdigit"     ? is_digit(code)
                      : method == "isdecimal" ? category_of(code) == UTF8PROC_CATEGORY_ND
                      : method == "isnumeric" ? is_number(code)
                      : method == "isalpha"   ? is_letter(code)
                      : method == "isalnum"   ? is_letter(code) || is_number(code)
                      : method == "isspace"   ? is_space_code(code)
                      : method == "isascii"   ? code < 0x80
                                              : code == '_' || is_letter(code) || (!first && is_number(code));
    if (!fits) {
      return false;
    }
  }
  return !text.empty() || method == "isascii";
}

std::string swap_case(std::string_view text) {
  std::string out;
  for (size_t pos = 0; pos < text.size();) {
    const uint32_t code = next_code_point(text, pos);
    append_utf8(out, map_code(code, case_of(code) == Case::kLower));
  }
  return out;
}

std::string map_case(std::string_view text, bool upper) {
  std::string out;
  out.reserve(text.size());
  for (size_t pos = 0; pos < text.size();) {
    const uint32_t code = next_code_point(text, pos);
    if (upper && code == 0xDF) {  // sharp s, whose capital form is two letters
      out += "SS";
    } else {
      append_utf8(out, map_code(code, upper));
    }
  }
  return out;
}

std::string capitalize_text(std::string_view text) {
  std::string out;
  for (size_t pos = 0; pos < text.size();) {
    const bool first = pos == 0;
    append_utf8(out, map_code(next_code_point(text, pos), first));
  }
  return out;
}

std::string title_text(std::string_view text) {
  std::string out;
  bool in_word = false;
  for (size_t pos = 0; pos < text.size();) {
    const uint32_t code = next_code_point(text, pos);
    append_utf8(out, map_code(code, !in_word));
    in_word = is_letter(code);
  }
  return out;
}

// Jinja's filter: words begin after white space, hyphens and opening brackets alone (Python's str.title sees more of
// them).
std::string title_words(std::string_view text) {
  std::string out;
  bool in_word = false;
  for (size_t pos = 0; pos < text.size();) {
    const uint32_t code = next_code_point(text, pos);
    append_utf8(out, map_code(code, !in_word));
    const bool separates =
        code < 0x80 && std::string_view("- \t\n\r\v\f({[<").find(static_cast<char>(code)) != std::string_view::npos;
    in_word = !separates;
  }
  return out;
}

}  // namespace smelt::jinja
