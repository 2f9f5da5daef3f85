// Upper, lower and title case of UTF-8 text.
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

bool is_letter(uint32_t code) {
  const utf8proc_category_t category = utf8proc_category(static_cast<utf8proc_int32_t>(code));
  return category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO;
}

}  // namespace

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
