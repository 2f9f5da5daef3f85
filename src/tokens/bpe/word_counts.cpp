#include "tokens/bpe/word_counts.h"

#include <cstring>

#include "base/error.h"
#include "base/hash.h"

namespace smelt {

void WordCounts::grow() {
  slots_.assign(slots_.empty() ? 1024 : slots_.size() * 2, 0);
  const size_t mask = slots_.size() - 1;
  for (size_t i = 0; i < words_.size(); ++i) {
    size_t at = words_[i].hash & mask;
    while (slots_[at] != 0) {
      at = (at + 1) & mask;
    }
    slots_[at] = static_cast<uint32_t>(i + 1);
  }
}

void WordCounts::add(std::string_view word, int64_t count) {
  if (word.empty() || word.size() > kLongestWord) {
    return;
  }
  if (words_.size() * 2 >= slots_.size()) {
    grow();
  }
  const uint64_t hash = hash64(word);
  const size_t mask = slots_.size() - 1;
  size_t at = hash & mask;
  for (; slots_[at] != 0; at = (at + 1) & mask) {
    Word& known = words_[slots_[at] - 1];
    if (known.hash == hash && known.length == word.size() &&
        std::memcmp(arena_.data() + known.begin, word.data(), word.size()) == 0) {
      known.count += count;
      return;
    }
  }
  SMELT_CHECK(words_.size() < UINT32_MAX - 1);
  words_.push_back({hash, arena_.size(), count, static_cast<uint32_t>(word.size())});
  arena_.insert(arena_.end(), word.begin(), word.end());
  slots_[at] = static_cast<uint32_t>(words_.size());
}

void WordCounts::add(const WordCounts& other) {
  for (size_t i = 0; i < other.size(); ++i) {
    add(other.word(i), other.count(i));
  }
}

}  // namespace smelt
