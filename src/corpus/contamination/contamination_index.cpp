#include "corpus/contamination/contamination_index.h"

#include <algorithm>
#include <array>
#include <tuple>

#include "base/hash.h"

namespace smelt {

namespace {

constexpr uint64_t kBase = 0xA0761D6478BD642Fu;  // odd, so that a polynomial's terms keep all 64 bits
constexpr size_t kMaxPattern = 512;
constexpr size_t kMinShortWords = 4;  // labels of one to three words stand in every text
constexpr size_t kNamedTexts = 8;
constexpr size_t kMaxNgram = 64;

// The table wants its bits mixed at both ends; a polynomial leaves its low bits to the last terms.
uint64_t mixed(uint64_t hash) {
  hash ^= hash >> 31;
  hash *= 0x7FB5D329728EA185u;
  return hash ^ hash >> 29;
}

uint64_t power(uint64_t base, size_t exponent) {
  uint64_t result = 1;
  for (size_t i = 0; i < exponent; ++i) {
    result *= base;
  }
  return result;
}

// The hash of the last `size` of a sequence of values.
class RollingHash {
 public:
  explicit RollingHash(size_t size) : leaving_(power(kBase, size)) {}
  // `old` left the window `entering` joins; 0 while the window fills.
  void roll(uint64_t entering, uint64_t old) { hash_ = hash_ * kBase + entering - old * leaving_; }
  uint64_t hash() const { return mixed(hash_); }

 private:
  uint64_t leaving_;
  uint64_t hash_ = 0;
};

// Calls emit(hash, first byte, last byte, word number) for each n-gram of the text's words.
template <class Emit>
void for_each_ngram(std::string_view text, size_t n, Emit emit) {
  std::array<FoldedWord, kMaxNgram> ring{};
  RollingHash rolling(n);
  size_t count = 0;
  size_t slot = 0;
  for_each_word(text, [&](const FoldedWord& word) {
    rolling.roll(word.hash, ring[slot].hash);
    ring[slot] = word;
    slot = slot + 1 == n ? 0 : slot + 1;
    if (++count >= n) {
      emit(rolling.hash(), ring[slot].begin, word.end, count);
    }
  });
}

uint64_t hash_of(std::u32string_view characters) {
  return hash64({reinterpret_cast<const char*>(characters.data()), characters.size() * sizeof(char32_t)});
}

uint64_t prefix_hash(std::u32string_view characters, size_t size) {
  RollingHash rolling(size);
  for (const char32_t c : characters.substr(0, size)) {
    rolling.roll(c + 1, 0);
  }
  return rolling.hash();
}

// Without marks around it, which a quotation may leave out.
std::u32string_view without_outer_marks(const SqueezedText& text) {
  const TextFold& table = TextFold::table();
  const auto is_word = [&](char32_t c) {
    const auto type = table.entry(c).type;
    return type == TextFold::Class::kWord || type == TextFold::Class::kSingle;
  };
  const std::u32string_view all = text.characters;
  const auto first = std::find_if(all.begin(), all.end(), is_word);
  const auto last = std::find_if(all.rbegin(), std::make_reverse_iterator(first), is_word);
  return all.substr(static_cast<size_t>(first - all.begin()), static_cast<size_t>(last.base() - first));
}

}  // namespace

void ContaminationIndex::add(const BenchmarkText& text) {
  const auto number = static_cast<uint32_t>(texts_.size());
  const auto n = static_cast<size_t>(rules_.ngram);
  size_t words = 0;
  for_each_word(text.text, [&](const FoldedWord&) { ++words; });
  for_each_ngram(text.text, n, [&](uint64_t hash, size_t, size_t, size_t) { pairs_.emplace_back(hash, number); });
  const size_t patterns = short_texts_.size();
  // A text of n or n + 1 words has an n-gram that its first or last word must not be glued to others for.
  if (rules_.all_texts || (rules_.short_texts && words < n + 2)) {
    add_substring(text.text, words);
  }
  if (words < n && short_texts_.size() == patterns) {
    ++too_short_;
    return;
  }
  texts_.push_back({text.benchmark, text.item, text.field});
}

void ContaminationIndex::add_substring(std::string_view text, size_t words) {
  SqueezedText squeezed;
  squeeze(text, squeezed);
  const std::u32string_view pattern = without_outer_marks(squeezed).substr(0, kMaxPattern);
  if (words >= kMinShortWords && pattern.size() >= static_cast<size_t>(rules_.min_characters)) {
    short_texts_.emplace_back(pattern);
    short_owners_.push_back(static_cast<uint32_t>(texts_.size()));
  }
}

void ContaminationIndex::finish() {
  ngrams_ = NgramTable(std::move(pairs_));
  pairs_ = {};
  if (short_texts_.empty()) {
    return;
  }
  window_ = kMaxPattern;
  for (const std::u32string& text : short_texts_) {
    window_ = std::min(window_, text.size());
  }
  for (size_t i = 0; i < short_texts_.size(); ++i) {
    const std::u32string& text = short_texts_[i];
    patterns_.push_back(
        {prefix_hash(text, window_), hash_of(text), static_cast<uint32_t>(text.size()), short_owners_[i]});
  }
  // By prefix and length, then hash: candidates of one prefix stand together, so that each length is hashed once.
  std::sort(patterns_.begin(), patterns_.end(), [](const Pattern& a, const Pattern& b) {
    return std::tie(a.prefix, a.length, a.hash, a.text) < std::tie(b.prefix, b.length, b.hash, b.text);
  });
  std::vector<std::pair<uint64_t, uint32_t>> firsts;
  for (size_t i = 0; i < patterns_.size(); ++i) {
    if (i == 0 || patterns_[i].prefix != patterns_[i - 1].prefix || patterns_[i].length != patterns_[i - 1].length) {
      firsts.emplace_back(patterns_[i].prefix, static_cast<uint32_t>(i));
    }
  }
  prefixes_ = NgramTable(std::move(firsts));
  short_texts_ = {};
  short_owners_ = {};
}

std::vector<ContaminationHit> ContaminationIndex::find(std::string_view text, Scratch& scratch) const {
  std::vector<ContaminationHit> hits;
  if (ngrams_.size() > 0) {
    find_ngrams(text, scratch.active, hits);
  }
  if (!patterns_.empty()) {
    squeeze(text, scratch.squeezed);
    find_substrings(scratch.squeezed, hits);
  }
  return hits;
}

void ContaminationIndex::find_ngrams(std::string_view text, std::vector<size_t>& active,
                                     std::vector<ContaminationHit>& hits) const {
  active.clear();
  for_each_ngram(text, static_cast<size_t>(rules_.ngram),
                 [&](uint64_t hash, size_t first_byte, size_t last_byte, size_t word) {
                   if (ngrams_.may_contain(hash)) {
                     extend_hits(ngrams_.find(hash), first_byte, last_byte, word, active, hits);
                   }
                 });
}

// `active` are the hits that an n-gram ending at `word` may go on: those that end less than n words before.
void ContaminationIndex::extend_hits(std::span<const uint32_t> texts, size_t first_byte, size_t last_byte, size_t word,
                                     std::vector<size_t>& active, std::vector<ContaminationHit>& hits) const {
  if (texts.empty()) {
    return;
  }
  std::erase_if(active, [&](size_t i) { return word - hits[i].last_word > static_cast<size_t>(rules_.ngram); });
  for (const uint32_t text : texts.first(std::min(texts.size(), kNamedTexts))) {
    const auto found = std::find_if(active.begin(), active.end(), [&](size_t i) { return hits[i].text == text; });
    if (found == active.end()) {
      active.push_back(hits.size());
      hits.push_back({text, first_byte, last_byte, 1, word});
      continue;
    }
    ContaminationHit& hit = hits[*found];
    hit.end = last_byte;
    hit.last_word = word;
    ++hit.ngrams;
  }
}

void ContaminationIndex::find_substrings(const SqueezedText& text, std::vector<ContaminationHit>& hits) const {
  RollingHash rolling(window_);
  const std::u32string& characters = text.characters;
  for (size_t i = 0; i < characters.size(); ++i) {
    rolling.roll(characters[i] + 1, i < window_ ? 0 : characters[i - window_] + 1);
    const uint64_t hash = rolling.hash();
    if (i + 1 >= window_ && prefixes_.may_contain(hash)) {
      check_patterns(text, i + 1 - window_, prefixes_.find(hash), hits);
    }
  }
}

void ContaminationIndex::check_patterns(const SqueezedText& text, size_t begin, std::span<const uint32_t> candidates,
                                        std::vector<ContaminationHit>& hits) const {
  const std::u32string_view rest = std::u32string_view(text.characters).substr(begin);
  for (const uint32_t first : candidates) {
    const Pattern& sample = patterns_[first];
    if (sample.length > rest.size()) {
      continue;
    }
    const Pattern wanted{sample.prefix, hash_of(rest.substr(0, sample.length)), sample.length, 0};
    auto pattern =
        std::lower_bound(patterns_.begin() + first, patterns_.end(), wanted, [](const Pattern& a, const Pattern& b) {
          return std::tie(a.prefix, a.length, a.hash) < std::tie(b.prefix, b.length, b.hash);
        });
    const size_t last = begin + sample.length - 1;
    size_t next = last + 1;  // the character after it, past those that share its bytes
    while (next < text.characters.size() && text.offsets[next] == text.offsets[last]) {
      ++next;
    }
    for (size_t named = 0; pattern != patterns_.end() && named < kNamedTexts && pattern->prefix == wanted.prefix &&
                           pattern->length == wanted.length && pattern->hash == wanted.hash;
         ++pattern, ++named) {
      hits.push_back({pattern->text, text.offsets[begin], text.offsets[next], 0, 0});
    }
  }
}

}  // namespace smelt
