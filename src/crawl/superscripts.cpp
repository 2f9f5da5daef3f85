#include "crawl/superscripts.h"

#include <algorithm>
#include <array>
#include <string>

#include "base/text.h"

namespace smelt {
namespace {

constexpr size_t kLongest = 12;      // bytes
constexpr uint32_t kMostNodes = 12;  // of a superscript
constexpr std::array<std::string_view, 5> kUnits = {"sec", "mol", "\xC2\xB5m", "\xCE\xBCm", "inch"};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80;
}

// Off a sign: ASCII or U+2212, U+2013.
std::string_view without_sign(std::string_view text) {
  for (const std::string_view sign : {"+", "-", "\xE2\x88\x92", "\xE2\x80\x93"}) {
    if (text.starts_with(sign)) {
      return text.substr(sign.size());
    }
  }
  return text;
}

// Digits with at most one point or bar between them.
bool is_number(std::string_view text) {
  return !text.empty() && is_digit(text.front()) && is_digit(text.back()) &&
         std::count_if(text.begin(), text.end(), is_digit) + 1 >= static_cast<int64_t>(text.size()) &&
         text.find_first_not_of("0123456789./") == std::string_view::npos;
}

// 1 or 1,2 or 3-5, an asterisk, a dagger, any of them in brackets.
bool is_note_sign(std::string_view text) {
  if (text.starts_with('[') && text.ends_with(']')) {
    return true;
  }
  if (text == "*" || text == "**" || text == "\xE2\x80\xA0" || text == "\xE2\x80\xA1") {
    return true;
  }
  return is_digit(text[0]) && text.find_first_not_of("0123456789,-; ") == std::string_view::npos;
}

// A number, or a letter as in 2^n, with or without a sign.
bool is_exponent(std::string_view text) {
  const std::string_view rest = without_sign(text);
  return is_number(rest) || rest == "n" || rest == "k" || rest == "x";
}

// Whether a number can be raised: no price with its cents, and no year with a note.
bool is_base_number(std::string_view before, std::string_view raised) {
  const size_t end = before.find_last_not_of("0123456789.,");
  const std::string_view number = end == std::string_view::npos ? before : before.substr(end + 1);
  const bool price =
      end != std::string_view::npos && (before[end] == '$' || static_cast<unsigned char>(before[end]) >= 0x80);
  const bool is_signed = without_sign(raised).size() < raised.size();
  if (is_signed || number == "10" || number == "2") {
    return !price || is_signed;
  }
  return !price && number.size() < 4 && raised.size() == 1;
}

// Whether a word can: a variable or two, a unit of measure; any with a sign, as in mol^-1.
bool is_base_word(std::string_view word, std::string_view raised) {
  return !word.empty() && (word.size() <= 2 || without_sign(raised).size() < raised.size() ||
                           std::find(kUnits.begin(), kUnits.end(), word) != kUnits.end());
}

std::string_view last_word(std::string_view text) {
  size_t begin = text.size();
  while (begin > 0 && is_letter(text[begin - 1])) {
    --begin;
  }
  return text.substr(begin);
}

bool is_followed_by_bar(const HtmlTree& tree, uint32_t node) {
  const uint32_t next = tree.nodes()[node].end;
  if (next >= tree.nodes().size() || !tree.nodes()[next].is_text()) {
    return false;
  }
  const std::string_view text = tree.nodes()[next].text;
  return text.starts_with('/') || text.starts_with("\xE2\x81\x84");
}

bool is_link_to_note(const HtmlTree& tree, uint32_t node) {
  const std::vector<HtmlNode>& nodes = tree.nodes();
  for (uint32_t i = node + 1; i < nodes[node].end; ++i) {
    if (nodes[i].tag == HtmlTag::kA && tree.attribute(nodes[i], "href").find('#') != std::string_view::npos) {
      return true;
    }
  }
  const uint32_t parent = nodes[node].parent;
  return nodes[parent].tag == HtmlTag::kA && tree.attribute(nodes[parent], "href").starts_with('#');
}

}  // namespace

Superscript read_superscript(const HtmlTree& tree, uint32_t node, std::string_view before) {
  const std::vector<HtmlNode>& nodes = tree.nodes();
  if (before.empty() || nodes[node].end - node > kMostNodes) {
    return Superscript::kPlain;
  }
  std::string text;
  for (uint32_t i = node + 1; i < nodes[node].end; ++i) {
    if (nodes[i].is_text()) {
      text += nodes[i].text.substr(0, kLongest + 1);
    }
  }
  const std::string_view raised = trim(text);
  if (raised.empty() || raised.size() > kLongest) {
    return Superscript::kPlain;
  }
  const bool sign = is_note_sign(raised);
  if (sign && is_link_to_note(tree, node)) {
    return Superscript::kNoteLink;
  }
  if (is_number(raised) && is_followed_by_bar(tree, node)) {
    return is_digit(before.back()) ? Superscript::kFraction : Superscript::kPlain;
  }
  const char last = before.back();
  const bool base =
      is_digit(last) ? is_base_number(before, raised) : last == ')' || is_base_word(last_word(before), raised);
  if (base && is_exponent(raised)) {
    return Superscript::kExponent;
  }
  if (is_digit(last) && before.find_first_of("$\xC2\xE2") != std::string_view::npos) {
    return Superscript::kPlain;  // cents
  }
  return sign && raised[0] != '[' ? Superscript::kNote : Superscript::kPlain;
}

}  // namespace smelt
