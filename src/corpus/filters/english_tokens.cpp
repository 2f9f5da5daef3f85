#include "corpus/filters/english_tokens.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <string>
#include <unordered_map>

#include "base/text.h"
#include "corpus/filters/characters.h"
#include "corpus/filters/english_rules.h"
#include "corpus/filters/word_hash.h"

namespace smelt {

namespace {

using english::Word;

constexpr std::array<std::string_view, 8> kStopWords = {"the", "be", "to", "of", "and", "that", "have", "with"};

// A token within its word, in code points.
struct Cut {
  size_t begin;
  size_t end;
};

const std::unordered_map<std::u32string_view, const english::Exception*>& exceptions_by_word() {
  static const auto kMap = [] {
    std::unordered_map<std::u32string_view, const english::Exception*> map;
    for (const english::Exception& exception : english::exceptions()) {
      map.emplace(exception.word, &exception);
    }
    return map;
  }();
  return kMap;
}

const english::Exception* find_exception(Word word) {
  if (word.size() > english::kLongestException) {
    return nullptr;
  }
  const auto found = exceptions_by_word().find(word);
  return found == exceptions_by_word().end() ? nullptr : found->second;
}

// Splits one word; `with_exceptions` is false for the words of the list themselves.
class WordSplitter {
 public:
  void split(Word word, bool with_exceptions, std::vector<Cut>& cuts) {
    word_ = word;
    with_exceptions_ = with_exceptions;
    begin_ = 0;
    end_ = word.size();
    cuts.clear();
    suffixes_.clear();
    strip_affixes(cuts);
    split_rest(cuts);
    cuts.insert(cuts.end(), suffixes_.rbegin(), suffixes_.rend());
  }

 private:
  bool is_exception(size_t begin, size_t end) const {
    return with_exceptions_ && begin < end && find_exception(word_.substr(begin, end - begin)) != nullptr;
  }

  // Both ends at once, until nothing more comes off or the rest is on the list.
  void strip_affixes(std::vector<Cut>& cuts) {
    while (begin_ < end_ && !is_exception(begin_, end_)) {
      const size_t prefix = english::prefix_length(word_.substr(begin_, end_ - begin_));
      if (prefix > 0 && is_exception(begin_ + prefix, end_)) {
        take_prefix(prefix, cuts);
        return;
      }
      const size_t suffix = english::suffix_length(word_.substr(begin_ + prefix, end_ - begin_ - prefix));
      if (suffix > 0 && is_exception(begin_, end_ - suffix)) {
        take_suffix(suffix);
        return;
      }
      if (prefix == 0 && suffix == 0) {
        return;
      }
      if (prefix > 0) {
        take_prefix(prefix, cuts);
      }
      if (suffix > 0) {
        take_suffix(suffix);
      }
    }
  }

  void take_prefix(size_t size, std::vector<Cut>& cuts) {
    cuts.push_back({begin_, begin_ + size});
    begin_ += size;
  }

  void take_suffix(size_t size) {
    suffixes_.push_back({end_ - size, end_});
    end_ -= size;
  }

  void split_rest(std::vector<Cut>& cuts) {
    if (begin_ == end_) {
      return;
    }
    const Word rest = word_.substr(begin_, end_ - begin_);
    const english::Exception* exception = with_exceptions_ ? find_exception(rest) : nullptr;
    if (exception != nullptr) {
      size_t begin = begin_;
      for (const uint8_t length : exception->lengths) {
        cuts.push_back({begin, begin + length});
        begin += length;
      }
      return;
    }
    if (english::is_address(rest)) {
      cuts.push_back({begin_, end_});
      return;
    }
    size_t start = 0;
    english::for_each_infix(rest, [&](size_t infix_begin, size_t infix_end) {
      if (infix_begin == 0) {
        return;
      }
      if (infix_begin != start) {
        cuts.push_back({begin_ + start, begin_ + infix_begin});
      }
      cuts.push_back({begin_ + infix_begin, begin_ + infix_end});
      start = infix_end;
    });
    if (start < rest.size()) {
      cuts.push_back({begin_ + start, end_});
    }
  }

  Word word_;
  bool with_exceptions_ = true;
  size_t begin_ = 0;
  size_t end_ = 0;
  std::vector<Cut> suffixes_;
};

uint64_t polynomial_hash(std::string_view bytes, uint64_t& power) {
  uint64_t hash = 0;
  power = 1;
  for (const char c : bytes) {
    hash = polynomial::multiply_add(hash, polynomial::kBase, static_cast<uint8_t>(c) + 1);
    power = polynomial::multiply_add(power, polynomial::kBase, 0);
  }
  return hash;
}

// Fills in everything but the place.
void describe(std::string_view bytes, Word word, EnglishToken& token) {
  token.characters = static_cast<uint32_t>(word.size());
  token.hash = polynomial_hash(bytes, token.power);
  uint32_t any = 0;
  bool is_word = false;
  bool punctuation = true;
  for (const char32_t c : word) {
    const uint32_t classes = character_classes(c);
    any |= classes;
    is_word = is_word || (classes & kGopherPunctuation) == 0;
    punctuation = punctuation && (classes & kPunctuationCategory) != 0;
  }
  token.kind =
      static_cast<uint8_t>(((any & kLetterCharacter) != 0 ? EnglishToken::kHasLetter : 0) |
                           (is_word ? EnglishToken::kIsWord : 0) | (punctuation ? EnglishToken::kPunctuation : 0) |
                           (word.size() == 1 && (any & kSentenceMark) != 0 ? EnglishToken::kSentenceMark : 0));
  const auto stop = std::find(kStopWords.begin(), kStopWords.end(), bytes);
  token.stop_word = stop == kStopWords.end() ? 0 : static_cast<uint8_t>(stop - kStopWords.begin() + 1);
}

// Runs of tokens that are an exception when nothing stands between them: "a" and "." of "foo-a.". They matter because
// the rules split before they look at the list.
struct JoinedRun {
  std::vector<uint64_t> hashes;
  const english::Exception* exception;
};

std::string utf8_of(Word word) {
  std::string bytes;
  for (const char32_t c : word) {
    append_utf8(bytes, c);
  }
  return bytes;
}

uint64_t hash_of(Word word) {
  uint64_t power = 0;
  return polynomial_hash(utf8_of(word), power);
}

// Runs by their first token, and the number of each such token's list by its hash; list 0 is empty.
struct JoinedRuns {
  std::vector<std::vector<JoinedRun>> lists = {{}};
  std::unordered_map<uint64_t, uint16_t> by_first;

  uint16_t list_of(uint64_t hash) const {
    const auto found = by_first.find(hash);
    return found == by_first.end() ? 0 : found->second;
  }
};

const JoinedRuns& joined_runs() {
  static const auto kRuns = [] {
    JoinedRuns runs;
    WordSplitter splitter;
    std::vector<Cut> cuts;
    for (const english::Exception& exception : english::exceptions()) {
      const Word word = exception.word;
      bool has_affix = english::prefix_length(word) > 0 || english::suffix_length(word) > 0;
      english::for_each_infix(word, [&](size_t, size_t) { has_affix = true; });
      if (!has_affix) {
        continue;
      }
      splitter.split(word, false, cuts);
      JoinedRun run{{}, &exception};
      for (const Cut& cut : cuts) {
        run.hashes.push_back(hash_of(word.substr(cut.begin, cut.end - cut.begin)));
      }
      const auto [list, is_new] = runs.by_first.emplace(run.hashes.front(), static_cast<uint16_t>(runs.lists.size()));
      if (is_new) {
        runs.lists.emplace_back();
      }
      runs.lists[list->second].push_back(std::move(run));
    }
    return runs;
  }();
  return kRuns;
}

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

  WordSplitter splitter;
  std::u32string decoded;
  std::vector<uint32_t> starts;  // bytes of each code point, and the end
  std::vector<Cut> cuts;
  std::vector<EnglishToken> split_tokens;

  struct Match {
    size_t begin;
    size_t end;
    const english::Exception* exception;
  };
  std::vector<Match> matches;
  std::vector<uint8_t> seen;

  std::span<const EnglishToken> tokens_of(std::string_view word);
  void split(std::string_view word);
  void find_runs(const std::vector<EnglishToken>& tokens);
  void join_runs(std::string_view text, std::vector<EnglishToken>& tokens);
  void replace_run(std::string_view text, const Match& match, std::vector<EnglishToken>& tokens,
                   std::vector<EnglishToken>& out);
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
  for (const Cut& cut : cuts) {
    EnglishToken token;
    token.begin = starts[cut.begin];
    token.end = starts[cut.end];
    describe(word.substr(token.begin, token.end - token.begin), Word(decoded).substr(cut.begin, cut.end - cut.begin),
             token);
    token.runs = joined_runs().list_of(token.hash);
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

void EnglishTokenizer::State::find_runs(const std::vector<EnglishToken>& tokens) {
  matches.clear();
  for (size_t i = 0; i < tokens.size(); ++i) {
    if (tokens[i].runs == 0) {
      continue;
    }
    for (const JoinedRun& run : joined_runs().lists[tokens[i].runs]) {
      const size_t size = run.hashes.size();
      if (i + size <= tokens.size() &&
          std::equal(run.hashes.begin(), run.hashes.end(), tokens.begin() + static_cast<ptrdiff_t>(i),
                     [](uint64_t hash, const EnglishToken& token) {
                       return hash == token.hash && (token.kind & EnglishToken::kSpace) == 0;
                     })) {
        matches.push_back({i, i + size, run.exception});
      }
    }
  }
}

void EnglishTokenizer::State::replace_run(std::string_view text, const Match& match, std::vector<EnglishToken>& tokens,
                                          std::vector<EnglishToken>& out) {
  const auto first = tokens.begin() + static_cast<ptrdiff_t>(match.begin);
  const auto last = tokens.begin() + static_cast<ptrdiff_t>(match.end);
  const bool touch = std::adjacent_find(first, last, [](const EnglishToken& a, const EnglishToken& b) {
                       return a.end != b.begin;
                     }) == last;
  if (!touch) {
    out.insert(out.end(), first, last);
    return;
  }
  size_t begin = 0;
  uint32_t place = first->begin;
  for (const uint8_t length : match.exception->lengths) {
    const Word part = Word(match.exception->word).substr(begin, length);
    EnglishToken token;
    token.begin = place;
    token.end = place + static_cast<uint32_t>(utf8_of(part).size());
    describe(text.substr(token.begin, token.end - token.begin), part, token);
    out.push_back(token);
    place = token.end;
    begin += length;
  }
}

// The longest runs win, of equal ones the first; a run that loses still hides its tokens from shorter ones.
void EnglishTokenizer::State::join_runs(std::string_view text, std::vector<EnglishToken>& tokens) {
  find_runs(tokens);
  if (matches.empty()) {
    return;
  }
  std::sort(matches.begin(), matches.end(), [](const Match& a, const Match& b) {
    const size_t a_size = a.end - a.begin;
    const size_t b_size = b.end - b.begin;
    return a_size != b_size ? a_size > b_size : a.begin < b.begin;
  });
  seen.assign(tokens.size(), 0);
  size_t chosen = 0;
  for (const Match& match : matches) {
    if (seen[match.begin] == 0 && seen[match.end - 1] == 0) {
      matches[chosen++] = match;
    }
    std::fill(seen.begin() + static_cast<ptrdiff_t>(match.begin), seen.begin() + static_cast<ptrdiff_t>(match.end), 1);
  }
  matches.resize(chosen);
  std::sort(matches.begin(), matches.end(), [](const Match& a, const Match& b) { return a.begin < b.begin; });
  std::vector<EnglishToken> out;
  out.reserve(tokens.size());
  size_t done = 0;
  for (const Match& match : matches) {
    out.insert(out.end(), tokens.begin() + static_cast<ptrdiff_t>(done),
               tokens.begin() + static_cast<ptrdiff_t>(match.begin));
    replace_run(text, match, tokens, out);
    done = match.end;
  }
  out.insert(out.end(), tokens.begin() + static_cast<ptrdiff_t>(done), tokens.end());
  tokens.swap(out);
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
  state_->join_runs(text, tokens);
}

int64_t count_sentences(std::span<const EnglishToken> tokens) {
  int64_t sentences = 1;
  bool ended = false;
  for (const EnglishToken& token : tokens) {
    const bool mark = (token.kind & EnglishToken::kSentenceMark) != 0;
    if (mark) {
      ended = true;
    } else if (ended && (token.kind & EnglishToken::kPunctuation) == 0) {
      ++sentences;
      ended = false;
    }
  }
  return sentences;
}

}  // namespace smelt
