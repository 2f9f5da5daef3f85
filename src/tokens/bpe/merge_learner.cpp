#include "tokens/bpe/merge_learner.h"

#include <algorithm>
#include <queue>
#include <unordered_map>
#include <unordered_set>

#include "base/error.h"
#include "tokens/bpe/byte_alphabet.h"

namespace smelt {
namespace {

constexpr uint32_t kNone = UINT32_MAX;

uint64_t pair_key(uint32_t left, uint32_t right) {
  return static_cast<uint64_t>(left) << 32 | right;
}

// Counts by pair, with the queue entry that is being collected for it. Open addressing; pairs are never removed.
class PairTable {
 public:
  struct Pair {
    uint64_t key = UINT64_MAX;
    int64_t count = 0;
    uint32_t collecting = kNone;
  };

  PairTable() : slots_(1 << 16) {}

  Pair& operator[](uint64_t key) {
    if (size_ * 2 >= slots_.size()) {
      grow();
    }
    Pair& pair = slots_[find(key)];
    if (pair.key != key) {
      pair.key = key;
      ++size_;
    }
    return pair;
  }

 private:
  size_t find(uint64_t key) const {
    size_t at = (key * 0x9E3779B97F4A7C15ull) >> shift_;
    while (slots_[at].key != key && slots_[at].key != UINT64_MAX) {
      at = (at + 1) & (slots_.size() - 1);
    }
    return at;
  }
  void grow() {
    std::vector<Pair> old(slots_.size() * 2);
    old.swap(slots_);
    --shift_;
    for (const Pair& pair : old) {
      if (pair.key != UINT64_MAX) {
        slots_[find(pair.key)] = pair;
      }
    }
  }

  std::vector<Pair> slots_;
  size_t size_ = 0;
  int shift_ = 64 - 16;
};

class Learner {
 public:
  Learner(const WordCounts& words, const std::vector<std::string>& first_tokens) {
    for (const std::string& token : first_tokens) {
      intern(token);
    }
    std::vector<uint32_t> byte_ids(256);
    for (const uint8_t byte : ByteAlphabet::get().in_order()) {
      byte_ids[byte] = intern(std::string(1, static_cast<char>(byte)));
    }
    for (size_t w = 0; w < words.size(); ++w) {
      starts_.push_back(symbols_.size());
      counts_.push_back(words.count(w));
      for (const char c : words.word(w)) {
        symbols_.push_back(byte_ids[static_cast<uint8_t>(c)]);
      }
      lengths_.push_back(static_cast<uint32_t>(words.word(w).size()));
    }
    for (uint32_t w = 0; w < starts_.size(); ++w) {
      for (uint32_t i = 0; i + 1 < lengths_[w]; ++i) {
        add(symbols_[starts_[w] + i], symbols_[starts_[w] + i + 1], w);
      }
    }
    queue_collected();
  }

  // The next pair to merge, false where none is frequent enough.
  bool merge_next(int64_t min_frequency) {
    while (!queue_.empty()) {
      Candidate top = queue_.top();
      queue_.pop();
      // A candidate's count goes down, and up where another merge makes the same token; then it queues again.
      const int64_t now = pairs_[top.pair].count;
      if (top.count != now) {
        top.count = now;
        queue_.push(top);
        continue;
      }
      if (top.count < std::max<int64_t>(min_frequency, 1)) {
        return false;
      }
      const auto left = static_cast<uint32_t>(top.pair >> 32);
      const auto right = static_cast<uint32_t>(top.pair);
      const uint32_t merged = intern(tokens_[left] + tokens_[right]);
      merges_.emplace_back(left, right);
      const std::vector<uint32_t> words = std::move(places_[top.places]);
      for (const uint32_t w : words) {
        merge_in_word(w, left, right, merged);
      }
      queue_collected();
      return true;
    }
    return false;
  }

  size_t num_tokens() const { return tokens_.size(); }

  // Where a pair was merged twice, its last rank counts.
  LearnedMerges finish() {
    std::unordered_set<uint64_t> seen;
    std::vector<std::pair<uint32_t, uint32_t>> kept;
    for (auto it = merges_.rbegin(); it != merges_.rend(); ++it) {
      if (seen.insert(pair_key(it->first, it->second)).second) {
        kept.push_back(*it);
      }
    }
    std::reverse(kept.begin(), kept.end());
    return {std::move(tokens_), std::move(kept)};
  }

 private:
  struct Candidate {
    int64_t count;
    uint64_t pair;
    uint32_t places;  // index into places_
    bool operator<(const Candidate& o) const {
      return count != o.count ? count < o.count : pair != o.pair ? pair > o.pair : places > o.places;
    }
  };

  uint32_t intern(const std::string& token) {
    const auto [it, is_new] = ids_.emplace(token, static_cast<uint32_t>(tokens_.size()));
    if (is_new) {
      tokens_.push_back(token);
    }
    return it->second;
  }

  void add(uint32_t left, uint32_t right, uint32_t word) {
    PairTable::Pair& pair = pairs_[pair_key(left, right)];
    pair.count += counts_[word];
    if (pair.collecting == kNone) {
      pair.collecting = static_cast<uint32_t>(places_.size());
      places_.emplace_back();
      collected_.push_back(pair.key);
    }
    std::vector<uint32_t>& places = places_[pair.collecting];
    if (places.empty() || places.back() != word) {
      places.push_back(word);
    }
  }

  void remove(uint32_t left, uint32_t right, uint32_t word) { pairs_[pair_key(left, right)].count -= counts_[word]; }

  void queue_collected() {
    for (const uint64_t key : collected_) {
      PairTable::Pair& pair = pairs_[key];
      if (pair.count > 0) {
        queue_.push({pair.count, key, pair.collecting});
      } else {
        places_[pair.collecting] = {};
      }
      pair.collecting = kNone;
    }
    collected_.clear();
  }

  // The count of the merged pair itself stays, as in the library: a second candidate of the same pair competes with it.
  void merge_in_word(uint32_t word, uint32_t left, uint32_t right, uint32_t merged) {
    uint32_t* const s = symbols_.data() + starts_[word];
    const uint32_t n = lengths_[word];
    uint32_t kept = 0;
    for (uint32_t i = 0; i < n; ++i) {
      if (s[i] != left || i + 1 >= n || s[i + 1] != right) {
        s[kept++] = s[i];
        continue;
      }
      if (kept > 0) {
        remove(s[kept - 1], left, word);
        add(s[kept - 1], merged, word);
      }
      if (i + 2 < n) {
        remove(right, s[i + 2], word);
        add(merged, s[i + 2], word);
      }
      s[kept++] = merged;
      ++i;
    }
    lengths_[word] = kept;
  }

  std::vector<std::string> tokens_;
  std::unordered_map<std::string, uint32_t> ids_;
  std::vector<std::pair<uint32_t, uint32_t>> merges_;
  std::vector<uint32_t> symbols_;  // of all words; a word's symbols move together as they merge
  std::vector<size_t> starts_;
  std::vector<uint32_t> lengths_;
  std::vector<int64_t> counts_;
  PairTable pairs_;
  std::vector<std::vector<uint32_t>> places_;  // words that may hold a candidate's pair
  std::vector<uint64_t> collected_;
  std::priority_queue<Candidate> queue_;
};

}  // namespace

LearnedMerges learn_merges(const WordCounts& words, const std::vector<std::string>& first_tokens, int64_t vocab_size,
                           int64_t min_frequency, const std::function<void(size_t)>& tick) {
  Learner learner(words, first_tokens);
  while (static_cast<int64_t>(learner.num_tokens()) < vocab_size && learner.merge_next(min_frequency)) {
    tick(learner.num_tokens());
  }
  return learner.finish();
}

}  // namespace smelt
