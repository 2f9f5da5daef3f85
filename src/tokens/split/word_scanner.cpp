#include "tokens/split/word_scanner.h"

#include <algorithm>
#include <cstdint>

namespace smelt {
namespace {

WordScanner::Scan scan_for(SplitFamily family, Isa isa) {
#if defined(__x86_64__)
  if (isa >= Isa::kAvx2 && __builtin_cpu_supports("bmi2") != 0) {
    return word_scan_avx2(family);
  }
#endif
  return word_scan_generic(family);
}

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// Begins a character of several bytes that is no white space: not U+0080 to U+00BF, nor what begins with E0 to E3.
bool is_lead(char c) {
  const auto byte = static_cast<uint8_t>(c);
  return (byte >= 0xC3 && byte < 0xE0) || (byte >= 0xE4 && byte < 0xF5);
}

// The character that ends before `at` is no white space.
bool ends_word(std::string_view text, size_t at) {
  for (size_t back = 1; back <= 4 && back <= at; ++back) {
    const char c = text[at - back];
    if ((c & 0xC0) != 0x80) {
      return back == 1 ? c > ' ' && c < 0x7F : is_lead(c);
    }
  }
  return false;
}

}  // namespace

size_t next_safe_cut(std::string_view text, size_t from) {
  for (size_t at = std::max<size_t>(from, 1); at + 1 < text.size(); ++at) {
    if (text[at] == ' ' && is_letter(text[at - 1]) && is_letter(text[at + 1])) {
      return at;
    }
    if (text[at] == '\n' && (is_letter(text[at + 1]) || is_lead(text[at + 1])) && ends_word(text, at)) {
      return at + 1;
    }
  }
  return text.size();
}

WordScanner::WordScanner(const SplitRule& rule, Isa isa) : scanner_(rule), scan_(scan_for(rule.family, isa)) {}

}  // namespace smelt
