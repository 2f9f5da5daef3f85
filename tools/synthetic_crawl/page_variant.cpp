#include "page_variant.h"

#include <algorithm>
#include <array>

#include "base/hash.h"

namespace smelt {
namespace {

constexpr size_t kShortestWord = 5;

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_word_byte(char c) {
  return is_letter(c) || (c >= '0' && c <= '9') || c == '_' || static_cast<uint8_t>(c) >= 0x80;
}
char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

bool starts_with_name(std::string_view text, std::string_view name) {
  return text.size() > name.size() &&
         std::equal(name.begin(), name.end(), text.begin(), [](char a, char b) { return a == lower(b); }) &&
         !is_word_byte(text[name.size()]);
}

// Where the markup that begins at `at` ends: a comment, a tag, or an element whose content is no prose, whole.
size_t markup_end(std::string_view page, size_t at) {
  static constexpr std::array<std::string_view, 6> kWhole = {"script", "style", "pre", "code", "math", "svg"};
  const auto behind = [&](std::string_view mark, size_t from) {
    const size_t found = page.find(mark, from);
    return found == std::string_view::npos ? page.size() : found + mark.size();
  };
  if (page.substr(at).starts_with("<!--")) {
    return behind("-->", at);
  }
  for (const std::string_view name : kWhole) {
    if (starts_with_name(page.substr(at + 1), name)) {
      return behind("</" + std::string(name), at);
    }
  }
  return behind(">", at);
}

// Calls copy(bytes) for what stays as it is and word(bytes) for each word, in order.
template <class Copy, class Word>
void for_each_part(std::string_view page, const Copy& copy, const Word& word) {
  size_t at = 0;
  while (at < page.size()) {
    size_t end = at + 1;
    if (page[at] == '<') {
      end = markup_end(page, at);
    } else if (page[at] == '&') {
      while (end < page.size() && is_word_byte(page[end])) {
        ++end;
      }
    } else if (is_word_byte(page[at])) {
      bool letters = is_letter(page[at]);
      for (; end < page.size() && is_word_byte(page[end]); ++end) {
        letters = letters && is_letter(page[end]);
      }
      if (letters && end - at >= kShortestWord) {
        word(page.substr(at, end - at));
        at = end;
        continue;
      }
    }
    copy(page.substr(at, end - at));
    at = end;
  }
}

bool is_capital(std::string_view word) {
  return word[0] <= 'Z';
}

}  // namespace

void WordPool::add(std::string_view page) {
  for_each_part(page, [](std::string_view) {}, [&](std::string_view word) { ++counts_[std::string(word)]; });
}

void WordPool::finish() {
  for (auto& [word, count] : counts_) {
    if (count > 1) {
      words_[{word.size(), is_capital(word)}].push_back(word);
    }
  }
  for (auto& [kind, words] : words_) {
    std::sort(words.begin(), words.end());
  }
  counts_.clear();
}

std::string WordPool::variant(std::string_view page, double changed, uint64_t seed) const {
  std::string out;
  out.reserve(page.size());
  const auto copy = [&](std::string_view bytes) { out += bytes; };
  const auto word = [&](std::string_view bytes) {
    const uint64_t draw = hash64(bytes, seed);
    const auto pool = words_.find({bytes.size(), is_capital(bytes)});
    const bool change = static_cast<double>(draw >> 40) < changed * static_cast<double>(1 << 24);
    out += change && pool != words_.end() ? std::string_view(pool->second[(draw & 0xFFFFFFFFFF) % pool->second.size()])
                                          : bytes;
  };
  for_each_part(page, copy, word);
  return out;
}

}  // namespace smelt
