#include "tokens/bpe/byte_bpe.h"

#include <algorithm>
#include <bit>
#include <span>

namespace smelt {
namespace {

constexpr int kLeastSets = 15;  // 2 MB
constexpr int kMostSets = 19;   // 32 MB

LookUpWords look_up_for(int id_bytes, Isa isa) {
#if defined(__x86_64__)
  if (isa >= Isa::kAvx2 && __builtin_cpu_supports("bmi2") != 0) {
    return look_up_words_avx2(id_bytes);
  }
#endif
  return look_up_words_generic(id_bytes);
}

int id_bytes_of(const ByteBpe::Words& words) {
  uint32_t highest = 0;
  for (const auto& entry : words) {
    highest = std::max(highest, entry.second);
  }
  return highest < (1U << 16) ? 2 : 3;
}

}  // namespace

// Collects the ids of one text.
class ByteBpe::Sink final : public WordIds {
 public:
  Sink(const ByteBpe& bpe, Scratch& scratch, std::vector<uint32_t>& out) : bpe_(bpe), scratch_(scratch), out_(out) {}

  void encode(Unknown* words, size_t count) override {
    MergeTable::ShortWord merged[kBatchWords];
    Unknown* owners[kBatchWords];
    size_t to_merge = 0;
    for (size_t i = 0; i < count; ++i) {
      Unknown& word = words[i];
      if (!bpe_.ignore_merges_ && bpe_.merges_.is_short(word.word)) {
        owners[to_merge] = &word;
        merged[to_merge++] = {word.word, word.ids};
        continue;
      }
      std::vector<uint32_t>& tokens = scratch_.tokens_;
      tokens.clear();
      bpe_.encode_word(word.word, tokens);
      std::copy(tokens.begin(), tokens.end(), word.ids);
      word.count = tokens.size();
    }
    bpe_.merges_.encode_short(merged, to_merge);
    for (size_t i = 0; i < to_merge; ++i) {
      owners[i]->count = merged[i].count;
    }
    for (size_t i = 0; i < count; ++i) {
      scratch_.cache_.put(words[i].key, words[i].word, {words[i].ids, words[i].count});
    }
  }

  uint32_t* encode_long(std::string_view word, uint32_t* ids) override {
    flush(ids);
    bpe_.encode_word(word, out_);
    return scratch_.ids_.get();
  }

  void flush(const uint32_t* ids_end) {
    out_.insert(out_.end(), static_cast<const uint32_t*>(scratch_.ids_.get()), ids_end);
  }

 private:
  const ByteBpe& bpe_;
  Scratch& scratch_;
  std::vector<uint32_t>& out_;
};

ByteBpe::ByteBpe(const SplitRule& rule, const MergeTable& merges, const Words& words, bool ignore_merges, Isa isa)
    : scanner_(rule, isa),
      merges_(merges),
      words_(words),
      ignore_merges_(ignore_merges),
      look_up_(look_up_for(id_bytes_of(words), isa)),
      vocabulary_(id_bytes_of(words), kLeastSets, kMostSets) {
  std::vector<std::pair<uint32_t, std::string_view>> entries;
  constexpr uint32_t kMost = 1 << 16;
  for (const auto& [bytes, id] : words) {
    if (id < kMost && !bytes.empty() && bytes.size() <= WordCache::kInlineBytes) {
      entries.emplace_back(id, bytes);
    }
  }
  // The first entries of a vocabulary are the most frequent ones: they come last, so that they stay.
  std::sort(entries.begin(), entries.end(), std::greater<>());
  std::vector<uint32_t> ids;
  for (const auto& [id, bytes] : entries) {
    ids.clear();
    encode_word(bytes, ids);
    vocabulary_.put(WordCache::key_of(bytes), bytes, ids);
  }
}

ByteBpe::Scratch::Scratch(const ByteBpe& bpe)
    : cache_(bpe.vocabulary_),
      ends_(new const char*[kWords + WordScanner::kSlack]),
      ids_(new uint32_t[(kWords + WordScanner::kSlack) * WordCache::kLongestWord + 8]),
      aside_(new uint32_t[kBatchWords * WordCache::kLongestWord + 8]) {}

void ByteBpe::encode_word(std::string_view word, std::vector<uint32_t>& out) const {
  if (ignore_merges_) {
    if (const auto it = words_.find(word); it != words_.end()) {
      out.push_back(it->second);
      return;
    }
  }
  merges_.encode(word, out);
}

void ByteBpe::encode(std::string_view text, Scratch& scratch, std::vector<uint32_t>& out) const {
  Sink sink(*this, scratch, out);
  const char* p = text.data();
  const char* const end = p + text.size();
  while (p < end) {
    const char** const ends = scratch.ends_.get();
    const size_t count = scanner_.next(p, end, ends, Scratch::kWords);
    sink.flush(look_up_(scratch.cache_, p, end, ends, count, sink, scratch.aside_.get(), scratch.ids_.get()));
    p = ends[count - 1];
  }
}

}  // namespace smelt
