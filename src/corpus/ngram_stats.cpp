#include "corpus/ngram_stats.h"

#include <algorithm>

namespace smelt {

namespace {

// Polynomial in an odd constant with a shift in between, so that equal words at different places do not cancel.
uint64_t extend(uint64_t hash, uint64_t word) {
  hash = (hash ^ (hash >> 29)) * 0xBF58476D1CE4E5B9u;
  return hash + word;
}

}  // namespace

int64_t ngram_characters(const std::vector<Word>& words, uint32_t place, uint32_t n) {
  int64_t characters = n - 1;
  for (uint32_t i = place; i < place + n; ++i) {
    characters += words[i].characters;
  }
  return characters;
}

void NgramCounter::count(const std::vector<Word>& words, TextStats& stats, uint32_t longest) {
  frequent_.fill({});
  repeated_.fill(0);
  places_.resize(words.size());
  hashes_.resize(words.size());
  for (uint32_t i = 0; i < words.size(); ++i) {
    places_[i] = i;
    hashes_[i] = words[i].hash;
  }
  for (uint32_t n = kMinTopNgram; n <= longest && !places_.empty(); ++n) {
    if (n <= kMaxTopNgram) {
      stats.top_ngram_characters[n - kMinTopNgram] = top_characters(words, n);
      frequent_[n - kMinTopNgram] = last_frequent_;
    } else {
      stats.duplicate_ngram_characters[n - kMinDuplicateNgram] = duplicate_characters(words, n);
      repeated_[n - kMinDuplicateNgram] = covered_characters(words, n);
    }
  }
}

// Extends places_ to n-grams and drops those that surely occur once: their few bits of the hash do. What is left fits
// into a small table.
void NgramCounter::keep_likely_repeats(const std::vector<Word>& words, uint32_t n) {
  size_t capacity = 256;
  int shift = 56;
  while (capacity < 4 * places_.size()) {
    capacity *= 2;
    --shift;
  }
  sketch_.assign(capacity, 0);
  size_t kept = 0;
  for (size_t k = 0; k < places_.size(); ++k) {
    const uint32_t place = places_[k];
    if (place + n > words.size()) {
      continue;
    }
    const uint64_t hash = extend(hashes_[k], words[place + n - 1].hash);
    uint8_t& seen = sketch_[(hash * 0x9E3779B97F4A7C15u) >> shift];
    seen = static_cast<uint8_t>(seen == 0 ? 1 : 2);
    places_[kept] = place;
    hashes_[kept] = hash;
    ++kept;
  }
  size_t likely = 0;
  for (size_t k = 0; k < kept; ++k) {
    places_[likely] = places_[k];
    hashes_[likely] = hashes_[k];
    likely += sketch_[(hashes_[k] * 0x9E3779B97F4A7C15u) >> shift] == 2 ? 1 : 0;
  }
  places_.resize(likely);
  hashes_.resize(likely);
}

// Counts the n-grams at places_, notes the repeats, and leaves in places_ those whose n-gram occurs twice or more.
int64_t NgramCounter::top_characters(const std::vector<Word>& words, uint32_t n) {
  keep_likely_repeats(words, n);
  repeats_.clear();
  table_.reset(places_.size());
  entries_.clear();
  for (size_t k = 0; k < places_.size(); ++k) {
    const uint32_t place = places_[k];
    bool is_new = false;
    Entry& entry = table_.insert(hashes_[k], is_new);
    if (!is_new) {
      repeats_.push_back(place);
    }
    ++entry.total;
    if (place >= entry.next_start) {
      ++entry.count;
      entry.next_start = place + n;
    }
    entries_.push_back(&entry);
  }
  last_frequent_ = {};
  uint32_t best_count = 1;
  int64_t best_characters = 0;
  size_t repeated = 0;
  for (size_t k = 0; k < places_.size(); ++k) {
    const Entry& entry = *entries_[k];
    if (entry.total < 2) {
      continue;
    }
    if (entry.total > last_frequent_.count) {
      last_frequent_ = {places_[k], entry.total};
    }
    if (entry.count >= best_count && entry.count > 1) {
      const int64_t characters = ngram_characters(words, places_[k], n);
      best_characters = entry.count > best_count ? characters : std::max(best_characters, characters);
      best_count = entry.count;
    }
    places_[repeated] = places_[k];
    hashes_[repeated] = hashes_[k];
    ++repeated;
  }
  places_.resize(repeated);
  hashes_.resize(repeated);
  return best_count * best_characters;
}

int64_t NgramCounter::duplicate_characters(const std::vector<Word>& words, uint32_t n) {
  top_characters(words, n);
  int64_t characters = 0;
  uint32_t covered_end = 0;  // words before this one have been counted
  for (const uint32_t place : repeats_) {
    const bool continues = covered_end > place;
    const uint32_t first_new = continues ? covered_end : place;
    for (uint32_t i = first_new; i < place + n; ++i) {
      characters += words[i].characters;
    }
    characters += place + n - first_new - (continues ? 0 : 1);
    covered_end = place + n;
  }
  return characters;
}

int64_t NgramCounter::covered_characters(const std::vector<Word>& words, uint32_t n) const {
  int64_t characters = 0;
  uint32_t covered_end = 0;
  for (const uint32_t place : places_) {
    for (uint32_t i = std::max(place, covered_end); i < place + n; ++i) {
      characters += words[i].characters;
    }
    covered_end = place + n;
  }
  return characters;
}

}  // namespace smelt
