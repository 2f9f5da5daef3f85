#include "tokens/bpe/word_cache.h"

#include <algorithm>

namespace smelt {

WordCache::WordCache(int log2_sets) : shift_(64 - log2_sets), sets_(size_t{1} << log2_sets) {}

void WordCache::put(const Key& key, std::string_view word, std::span<const uint32_t> tokens) {
  constexpr size_t kLongestKept = 256;
  if (tokens.empty() || word.size() > kLongestKept) {
    return;
  }
  Entry entry{key.low, key.high, static_cast<uint32_t>(tokens.size()), {}};
  if (in_arena(key, tokens.size())) {
    const size_t units = 1 + tokens.size() + (word.size() + 3) / 4;
    if (arena_.size() + units > kArenaLimit) {
      arena_.clear();
      std::fill(sets_.begin(), sets_.end(), Set{});
    }
    const size_t at = arena_.size();
    arena_.resize(at + units);
    arena_[at] = static_cast<uint32_t>(word.size());
    std::copy(tokens.begin(), tokens.end(), arena_.begin() + static_cast<std::ptrdiff_t>(at) + 1);
    std::memcpy(arena_.data() + at + 1 + tokens.size(), word.data(), word.size());
    entry.tokens[0] = static_cast<uint32_t>(at);
  } else {
    std::copy(tokens.begin(), tokens.end(), entry.tokens);
  }
  Set& set = sets_[set_of(key)];
  set.ways[1] = set.ways[0];
  set.ways[0] = entry;
}

}  // namespace smelt
