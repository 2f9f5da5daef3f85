#include "tokens/train/alphabet.h"

#include <algorithm>

#include <fmt/core.h>

#include "base/text.h"
#include "tokens/bpe/byte_alphabet.h"

namespace smelt {
namespace {

constexpr uint32_t kSpaceMarkCode = 0x2581;

// Characters by code point with how often they occur, and whether inside a word.
struct Character {
  int64_t count = 0;
  bool inside = false;
};
using Characters = std::unordered_map<uint32_t, Character>;

template <class F>
void for_each_character(std::string_view word, bool marks_spaces, F&& visit) {
  for (size_t pos = 0; pos < word.size();) {
    const bool first = pos == 0;
    const uint32_t code_point = next_code_point(word, pos);
    visit(marks_spaces && code_point == ' ' ? kSpaceMarkCode : code_point, first);
  }
}

std::string utf8(uint32_t code_point) {
  std::string out;
  append_utf8(out, code_point);
  return out;
}

// The code points to keep, ascending: the most frequent ones, of equals the lower.
std::vector<uint32_t> kept(const Characters& characters, const TokenizerOptions& options) {
  std::vector<std::pair<int64_t, uint32_t>> by_count;
  double total = 0;
  for (const auto& [code_point, character] : characters) {
    by_count.emplace_back(-character.count, code_point);
    total += character.count == INT64_MAX ? 0 : static_cast<double>(character.count);
  }
  std::sort(by_count.begin(), by_count.end());
  size_t number = by_count.size();
  if (options.limit_alphabet > 0) {
    number = std::min(number, static_cast<size_t>(options.limit_alphabet));
  } else {
    double covered = 0;
    for (number = 0; number < by_count.size(); ++number) {
      const bool forced = by_count[number].first == -INT64_MAX;
      if (!forced && covered >= options.character_coverage * total) {
        break;
      }
      covered += forced ? 0 : -static_cast<double>(by_count[number].first);
    }
  }
  std::vector<uint32_t> out;
  for (size_t i = 0; i < number; ++i) {
    out.push_back(by_count[i].second);
  }
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace

Alphabet::Alphabet(const TokenizerOptions& options, const WordList& words)
    : continues_(options.model == "wordpiece"), by_bytes_(options.model == "byte_level") {
  for (const auto* list : {&options.special_tokens, &options.marker_tokens}) {
    for (const std::string& token : *list) {
      intern(token);
    }
  }
  if (by_bytes_) {
    add_bytes();
    return;
  }
  if (!continues_) {
    for (int byte = 0; byte < 256; ++byte) {
      intern(fmt::format("<0x{:02X}>", byte));
    }
  }
  add_characters(options, words);
}

uint32_t Alphabet::intern(const std::string& token) {
  const auto [it, is_new] = ids_.emplace(token, static_cast<uint32_t>(tokens_.size()));
  if (is_new) {
    tokens_.push_back(token);
  }
  return it->second;
}

void Alphabet::add_bytes() {
  const ByteAlphabet& alphabet = ByteAlphabet::get();
  for (const uint8_t byte : alphabet.in_order()) {
    bytes_[byte] = intern(utf8(alphabet.code_point(byte)));
  }
}

void Alphabet::add_characters(const TokenizerOptions& options, const WordList& words) {
  Characters characters;
  words([&](std::string_view word, int64_t count) {
    for_each_character(word, !continues_, [&](uint32_t code_point, bool first) {
      Character& character = characters[code_point];
      character.count += count;
      character.inside = character.inside || !first;
    });
  });
  for_each_character(options.initial_alphabet, !continues_,
                     [&](uint32_t code_point, bool) { characters[code_point].count = INT64_MAX; });
  const std::vector<uint32_t> code_points = kept(characters, options);
  for (const uint32_t code_point : code_points) {
    first_[code_point] = intern(utf8(code_point));
  }
  for (const uint32_t code_point : code_points) {
    if (continues_ && characters[code_point].inside) {
      inside_[code_point] = intern(kContinuingPrefix + utf8(code_point));
    }
  }
}

void Alphabet::spell(std::string_view word, std::vector<uint32_t>& symbols) const {
  symbols.clear();
  if (by_bytes_) {
    for (const char c : word) {
      symbols.push_back(bytes_[static_cast<uint8_t>(c)]);
    }
    return;
  }
  for_each_character(word, !continues_, [&](uint32_t code_point, bool first) {
    const auto& ids = first || !continues_ ? first_ : inside_;
    if (const auto found = ids.find(code_point); found != ids.end()) {
      symbols.push_back(found->second);
    }
  });
}

}  // namespace smelt
