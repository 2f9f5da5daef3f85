#include "tokens/train/merge_learner.h"

#include <algorithm>
#include <unordered_map>

#include "base/error.h"
#include "tokens/train/candidate_queue.h"
#include "tokens/train/pair_table.h"

namespace smelt {

void SymbolWords::add(std::span<const uint32_t> symbols, int64_t count) {
  if (symbols.size() < 2) {
    return;
  }
  if (slots.size() + symbols.size() + 3 > UINT32_MAX) {
    throw resource_error("there are more than 4 billion symbols of distinct words to learn from", {},
                         "raise tokenizer.min_word_count or lower tokenizer.sample_bytes");
  }
  const auto begin = static_cast<uint32_t>(slots.size());
  slots.insert(slots.end(), symbols.begin(), symbols.end());
  if (symbols.size() > kLongWord) {
    long_words.push_back({begin, static_cast<uint32_t>(slots.size()), count});
  }
  slots.push_back(kEnd);
  slots.push_back(static_cast<uint32_t>(count));
  slots.push_back(static_cast<uint32_t>(count >> 32) | kNone);
}

namespace {

constexpr uint32_t kNone = SymbolWords::kNone;
constexpr uint32_t kEnd = SymbolWords::kEnd;
constexpr uint32_t kInside = kEnd - 1;  // a slot inside a token of three symbols or more

// What one merge changes, by the neighbour: of the pairs (neighbour, new token), or of (new token, neighbour).
class NeighbourChanges {
 public:
  struct Change {
    int64_t removed = 0;  // of the pair that the neighbour was in
    int64_t added = 0;    // to the pair with the new token
    uint32_t num_places = 0;
    uint32_t candidate = 0;  // number of the new candidate, from 1
  };

  void remove(uint32_t neighbour, int64_t count) {
    if (neighbour >= changes_.size()) {
      changes_.resize(neighbour + 1024);
    }
    Change& change = changes_[neighbour];
    if (change.removed == 0) {
      touched_.push_back(neighbour);
    }
    change.removed += count;
  }
  // After remove() of the same neighbour.
  void add(uint32_t neighbour, int64_t count, uint32_t place) {
    Change& change = changes_[neighbour];
    change.added += count;
    ++change.num_places;
    places_.emplace_back(neighbour, place);
  }

  const std::vector<uint32_t>& touched() const { return touched_; }
  const std::vector<std::pair<uint32_t, uint32_t>>& places() const { return places_; }
  Change& operator[](uint32_t neighbour) { return changes_[neighbour]; }
  void clear() {
    for (const uint32_t neighbour : touched_) {
      changes_[neighbour] = {};
    }
    touched_.clear();
    places_.clear();
  }

 private:
  std::vector<Change> changes_;
  std::vector<uint32_t> touched_;
  std::vector<std::pair<uint32_t, uint32_t>> places_;  // neighbour and place, words in order
};

// A token that covers n symbols takes n slots: its id in the first and the last, so that both neighbours are found from
// any token, kInside between. A place of a pair is the slot where its left token begins.
class Learner {
 public:
  Learner(SymbolWords words, std::vector<std::string> tokens, const MergeRules& rules)
      : rules_(rules), words_(std::move(words)), slots_(words_.slots), tokens_(std::move(tokens)) {
    spans_.assign(tokens_.size(), 0);
    for (const std::string& token : tokens_) {
      ids_.emplace(token, static_cast<uint32_t>(ids_.size()));
    }
    SMELT_CHECK(ids_.size() == tokens_.size());
    queue_first_pairs();
  }

  // Merges the next pair, false where none is frequent enough.
  bool merge_next() {
    while (!queue_.empty()) {
      Candidate top = queue_.pop();
      // A count goes down by other merges, and up where another merge makes the same token.
      const int64_t now = pairs_.count(top.pair);
      if (top.count != now) {
        top.count = now;
        queue_.push(std::move(top));
        continue;
      }
      if (top.count < std::max<int64_t>(rules_.min_count, 1)) {
        return false;
      }
      if (merge(top)) {
        return true;
      }
    }
    return false;
  }

  size_t num_tokens() const { return tokens_.size(); }

  // Where a pair was merged twice, its last rank counts.
  LearnedMerges finish() {
    std::unordered_set<PairKey> seen;
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
  // Calls visit(place, left, right, count) for all pairs of the words as they are at first.
  template <class F>
  void for_each_first_pair(F&& visit) const {
    for (size_t begin = 1; begin < slots_.size();) {
      size_t end = begin;
      while (slots_[end] != kEnd) {
        ++end;
      }
      const int64_t count = count_behind(end);
      for (size_t i = begin; i + 1 < end; ++i) {
        visit(static_cast<uint32_t>(i), slots_[i], slots_[i + 1], count);
      }
      begin = end + 3;
    }
  }

  void queue_first_pairs() {
    PairTable numbers;
    for_each_first_pair([&](uint32_t, uint32_t left, uint32_t right, int64_t count) {
      spans_[left] = 1;
      spans_[right] = 1;
      pairs_.add(pair_key(left, right), count);
      numbers.add(pair_key(left, right), 1);
    });
    std::vector<Candidate> candidates;
    std::vector<uint32_t*> next;
    PairTable indices;  // from 1
    numbers.for_each([&](PairKey pair, int64_t number) {
      candidates.push_back({pairs_.count(pair), pair, PlaceList(static_cast<uint32_t>(number))});
      indices.add(pair, static_cast<int64_t>(candidates.size()));
    });
    for (Candidate& candidate : candidates) {
      next.push_back(candidate.places.data());
    }
    for_each_first_pair([&](uint32_t place, uint32_t left, uint32_t right, int64_t) {
      *next[static_cast<size_t>(indices.count(pair_key(left, right)) - 1)]++ = place;
    });
    for (Candidate& candidate : candidates) {
      queue_.push(std::move(candidate));
    }
  }

  int64_t count_behind(size_t end) const {
    return static_cast<int64_t>(uint64_t{slots_[end + 2] & ~kNone} << 32 | slots_[end + 1]);
  }

  // How often the word occurs that holds the slot.
  int64_t count_at(uint32_t slot) const {
    for (size_t end = slot; end <= slot + SymbolWords::kLongWord; ++end) {
      if (slots_[end] == kEnd) {
        return count_behind(end);
      }
    }
    const auto& all = words_.long_words;
    return std::prev(std::upper_bound(all.begin(), all.end(), slot,
                                      [](uint32_t s, const SymbolWords::LongWord& word) { return s < word.begin; }))
        ->count;
  }

  std::string spelled(uint32_t left, uint32_t right) const {
    std::string_view rest = tokens_[right];
    if (!rules_.continuing_prefix.empty() && rest.starts_with(rules_.continuing_prefix)) {
      rest.remove_prefix(rules_.continuing_prefix.size());
    }
    std::string out = tokens_[left];
    out += rest;
    return out;
  }

  // False where the token is forbidden.
  bool merge(Candidate& candidate) {
    const uint32_t left = left_of(candidate.pair);
    const uint32_t right = right_of(candidate.pair);
    std::string token = spelled(left, right);
    if (rules_.forbidden.count(token) != 0) {
      return false;
    }
    const uint32_t span = spans_[left] + spans_[right];
    const auto [known, is_new] = ids_.emplace(token, static_cast<uint32_t>(tokens_.size()));
    const uint32_t merged = known->second;
    if (is_new) {
      tokens_.push_back(std::move(token));
      spans_.push_back(span);
    } else if (spans_[merged] == 0) {
      spans_[merged] = span;  // of the first vocabulary, but no symbol
    } else if (spans_[merged] != span) {
      return false;  // spelled like a symbol
    }
    merges_.emplace_back(left, right);
    if (requeued_.count(candidate.pair) != 0) {
      replace_everywhere_in_words(candidate, left, right, merged);
    } else {
      replace_all(candidate.places.view(), left, right, merged);
    }
    candidate.places = {};
    apply_changes(left, right, merged, is_new);
    return true;
  }

  void replace_all(std::span<const uint32_t> places, uint32_t left, uint32_t right, uint32_t merged) {
    constexpr size_t kAhead = 12;
    for (size_t i = 0; i < places.size(); ++i) {
      if (i + kAhead < places.size()) {
        __builtin_prefetch(&slots_[places[i + kAhead]], 1);
      }
      replace(places[i], left, right, merged);
    }
  }

  // A place may be out of date: its pair is gone where one of its tokens went into another merge.
  void replace(uint32_t place, uint32_t left, uint32_t right, uint32_t merged) {
    const uint32_t second = place + spans_[left];
    if (slots_[place] != left || slots_[second] != right) {
      return;
    }
    const uint32_t end = second + spans_[right];
    const int64_t count = count_at(end);
    slots_[second - 1] = kInside;
    slots_[second] = kInside;
    slots_[place] = merged;
    slots_[end - 1] = merged;
    if (const uint32_t before = slots_[place - 1]; before < kNone) {
      left_.remove(before, count);
      if (may_join(before, merged)) {
        left_.add(before, count, place - spans_[before]);
      }
    }
    if (const uint32_t after = slots_[end]; after < kNone) {
      right_.remove(after, count);
      if (may_join(merged, after)) {
        right_.add(after, count, place);
      }
    }
  }

  bool may_join(uint32_t left, uint32_t right) const {
    return rules_.max_token_length == 0 || spans_[left] + spans_[right] < rules_.max_token_length;
  }

  // As the library has it, which keeps words, not places: every such pair of a word is merged, also one that another
  // candidate of the same pair stands for.
  void replace_everywhere_in_words(Candidate& candidate, uint32_t left, uint32_t right, uint32_t merged) {
    uint32_t done = 0;  // end of the last word
    for (const uint32_t place : candidate.places.view()) {
      if (place < done) {
        continue;
      }
      uint32_t slot = place;
      while (slots_[slot - 1] < kNone || slots_[slot - 1] == kInside) {
        --slot;
      }
      for (; slots_[slot] != kEnd; slot += spans_[slots_[slot]]) {
        replace(slot, left, right, merged);
      }
      done = slot;
    }
  }

  void apply_changes(uint32_t left, uint32_t right, uint32_t merged, bool is_new) {
    const auto with_left = [=](uint32_t before) { return pair_key(before, merged); };
    const auto with_right = [=](uint32_t after) { return pair_key(merged, after); };
    // First what came, then what went, as a pair that comes can go again: (aa, a) in aaaa.
    count_new(left_, with_left, is_new);
    count_new(right_, with_right, is_new);
    for (const uint32_t before : left_.touched()) {
      pairs_.subtract(pair_key(before, left), left_[before].removed);
    }
    for (const uint32_t after : right_.touched()) {
      pairs_.subtract(pair_key(right, after), right_[after].removed);
    }
    queue_new(left_, with_left);
    queue_new(right_, with_right);
    left_.clear();
    right_.clear();
  }

  template <class PairWith>
  void count_new(NeighbourChanges& changes, const PairWith& pair_with, bool is_new) {
    for (const uint32_t neighbour : changes.touched()) {
      if (const int64_t added = changes[neighbour].added; added > 0) {
        if (!is_new && pairs_.contains(pair_with(neighbour))) {
          requeued_.insert(pair_with(neighbour));
        }
        pairs_.add(pair_with(neighbour), added);
      }
    }
  }

  template <class PairWith>
  void queue_new(NeighbourChanges& changes, const PairWith& pair_with) {
    for (const uint32_t neighbour : changes.touched()) {
      NeighbourChanges::Change& change = changes[neighbour];
      const int64_t count = change.num_places == 0 ? 0 : pairs_.count(pair_with(neighbour));
      if (count > 0) {
        fresh_.push_back({count, pair_with(neighbour), PlaceList(change.num_places)});
        change.candidate = static_cast<uint32_t>(fresh_.size());
        change.num_places = 0;
      }
    }
    for (const auto& [neighbour, place] : changes.places()) {
      NeighbourChanges::Change& change = changes[neighbour];
      if (change.candidate != 0) {
        fresh_[change.candidate - 1].places.data()[change.num_places++] = place;
      }
    }
    for (Candidate& candidate : fresh_) {
      queue_.push(std::move(candidate));
    }
    fresh_.clear();
  }

  const MergeRules& rules_;
  SymbolWords words_;
  std::vector<uint32_t>& slots_;
  std::vector<std::string> tokens_;
  std::unordered_map<std::string, uint32_t> ids_;
  std::vector<uint32_t> spans_;  // symbols that a token covers, 0 where it is none and no merge made it
  std::vector<std::pair<uint32_t, uint32_t>> merges_;
  PairTable pairs_;
  CandidateQueue queue_;
  std::unordered_set<PairKey> requeued_;  // that came again after they had been queued
  std::vector<Candidate> fresh_;
  NeighbourChanges left_;   // pairs (neighbour, left) become (neighbour, merged)
  NeighbourChanges right_;  // pairs (right, neighbour) become (merged, neighbour)
};

}  // namespace

LearnedMerges learn_merges(SymbolWords words, std::vector<std::string> tokens, const MergeRules& rules,
                           const std::function<void(size_t)>& tick) {
  Learner learner(std::move(words), std::move(tokens), rules);
  while (learner.num_tokens() < rules.vocab_size && learner.merge_next()) {
    tick(learner.num_tokens());
  }
  return learner.finish();
}

}  // namespace smelt
