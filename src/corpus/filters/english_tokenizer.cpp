#include "corpus/filters/english_tokenizer.h"

#include <algorithm>
#include <cstring>
#include <span>
#include <string>

#include "base/text.h"
#include "corpus/filters/characters.h"
#include "corpus/filters/english_runs.h"
#include "corpus/filters/english_splitter.h"
#include "corpus/filters/word_hash.h"

namespace smelt {

namespace {

size_t space_length(std::string_view text, size_t pos) {
  const auto byte = static_cast<uint8_t>(text[pos]);
  if (byte < 0x80) {
    return byte == ' ' || (byte >= 9 && byte <= 13) || (byte >= 0x1C && byte <= 0x1F) ? 1 : 0;
  }
  if (byte != 0xC2 && byte != 0xE1 && byte != 0xE2 && byte != 0xE3) {
    return 0;  // no space starts so
  }
  size_t end = pos;
  return has_class(next_code_point(text, end), kSpaceCharacter) ? end - pos : 0;
}

// memcmp of short words without the call.
bool equal_bytes(const char* a, const char* b, size_t size) {
  const auto differ = [&](auto word, size_t at) {
    auto other = word;
    std::memcpy(&word, a + at, sizeof(word));
    std::memcpy(&other, b + at, sizeof(word));
    return word != other;
  };
  if (size > 16) {
    return std::memcmp(a, b, size) == 0;
  }
  if (size >= 8) {
    return !differ(uint64_t{}, 0) && !differ(uint64_t{}, size - 8);
  }
  if (size >= 4) {
    return !differ(uint32_t{}, 0) && !differ(uint32_t{}, size - 4);
  }
  return a[0] == b[0] && a[size / 2] == b[size / 2] && a[size - 1] == b[size - 1];
}

// Where the word that begins at pos ends.
size_t word_end(std::string_view text, size_t pos) {
  while (pos < text.size()) {
    const auto byte = static_cast<uint8_t>(text[pos]);
    if (byte > ' ' && byte < 0x80) {
      ++pos;
      continue;
    }
    if (space_length(text, pos) > 0) {
      break;
    }
    ++pos;
    while (pos < text.size() && (static_cast<uint8_t>(text[pos]) & 0xC0) == 0x80) {
      ++pos;
    }
  }
  return pos;
}

}  // namespace

// Words and their tokens (places within the word), found again by the word's bytes.
struct EnglishTokenizer::State {
  static constexpr size_t kSlots = 1 << 15;
  static constexpr size_t kLongestKept = 48;

  struct Slot {
    uint32_t word_begin = 0;  // in words
    uint32_t word_size = 0;
    uint32_t first_token = 0;  // in kept
    uint32_t num_tokens = 0;   // 0: empty
  };
  std::vector<Slot> slots = std::vector<Slot>(kSlots);
  size_t used = 0;
  std::string words;
  std::vector<EnglishToken> kept;

  english::WordSplitter splitter;
  std::u32string decoded;
  std::vector<uint32_t> starts;  // bytes of each code point, and the end
  std::vector<english::Cut> cuts;
  std::vector<EnglishToken> split_tokens;

  english::RunJoiner runs;

  std::span<const EnglishToken> tokens_of(std::string_view word);
  void split(std::string_view word);
};

void EnglishTokenizer::State::split(std::string_view word) {
  decoded.clear();
  starts.clear();
  for (size_t pos = 0; pos < word.size();) {
    starts.push_back(static_cast<uint32_t>(pos));
    decoded += static_cast<char32_t>(next_code_point(word, pos));
  }
  starts.push_back(static_cast<uint32_t>(word.size()));
  splitter.split(decoded, true, cuts);
  split_tokens.clear();
  for (const english::Cut& cut : cuts) {
    EnglishToken token;
    token.begin = starts[cut.begin];
    token.end = starts[cut.end];
    describe_token(word.substr(token.begin, token.end - token.begin),
                   std::u32string_view(decoded).substr(cut.begin, cut.end - cut.begin), token);
    token.runs = english::runs_that_begin_with(token.hash);
    split_tokens.push_back(token);
  }
}

std::span<const EnglishToken> EnglishTokenizer::State::tokens_of(std::string_view word) {
  if (word.size() > kLongestKept) {
    split(word);
    return split_tokens;
  }
  size_t index = static_cast<size_t>(word_hash(word)) & (kSlots - 1);
  while (slots[index].num_tokens > 0) {
    const Slot& slot = slots[index];
    if (slot.word_size == word.size() && equal_bytes(words.data() + slot.word_begin, word.data(), word.size())) {
      return {kept.data() + slot.first_token, slot.num_tokens};
    }
    index = (index + 1) & (kSlots - 1);
  }
  split(word);
  if (2 * (used + 1) > kSlots) {
    std::fill(slots.begin(), slots.end(), Slot{});
    used = 0;
    words.clear();
    kept.clear();
    index = static_cast<size_t>(word_hash(word)) & (kSlots - 1);
  }
  slots[index] = {static_cast<uint32_t>(words.size()), static_cast<uint32_t>(word.size()),
                  static_cast<uint32_t>(kept.size()), static_cast<uint32_t>(split_tokens.size())};
  ++used;
  words += word;
  kept.insert(kept.end(), split_tokens.begin(), split_tokens.end());
  return split_tokens;
}

EnglishTokenizer::EnglishTokenizer() : state_(std::make_unique<State>()) {}
EnglishTokenizer::~EnglishTokenizer() = default;
EnglishTokenizer::EnglishTokenizer(EnglishTokenizer&&) noexcept = default;
EnglishTokenizer& EnglishTokenizer::operator=(EnglishTokenizer&&) noexcept = default;

void EnglishTokenizer::tokenize(std::string_view text, std::vector<EnglishToken>& tokens) {
  tokens.clear();
  size_t pos = 0;
  while (pos < text.size()) {
    const size_t space_begin = pos;
    for (size_t length = 0; pos < text.size() && (length = space_length(text, pos)) > 0;) {
      pos += length;
    }
    // A space behind a word is no token; all other white space is one.
    const size_t skipped = space_begin > 0 && pos > space_begin && text[space_begin] == ' ' ? 1 : 0;
    if (pos > space_begin + skipped) {
      EnglishToken token;
      token.begin = static_cast<uint32_t>(space_begin + skipped);
      token.end = static_cast<uint32_t>(pos);
      token.kind = EnglishToken::kSpace;
      tokens.push_back(token);
    }
    const size_t begin = pos;
    pos = word_end(text, begin);
    if (pos > begin) {
      for (EnglishToken token : state_->tokens_of(text.substr(begin, pos - begin))) {
        token.begin += static_cast<uint32_t>(begin);
        token.end += static_cast<uint32_t>(begin);
        tokens.push_back(token);
      }
    }
  }
  state_->runs.join(text, tokens);
}

}  // namespace smelt
