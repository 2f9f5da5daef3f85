// Text to token ids for the tokenizers that matter most: byte-level BPE behind one known split rule.
//
// A text is cut into words 64 bytes at a time (split/word_scanner.h), each word is looked up in a cache that begins
// with the vocabulary's own entries, and only words that are not found go through the merges (merge_table.h). The ids
// are those of the plain merge loop on every text.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/cpu.h"
#include "tokens/bpe/merge_table.h"
#include "tokens/bpe/word_cache.h"
#include "tokens/split/word_scanner.h"

namespace smelt {

// Encodes the words that a look-up does not find.
class WordIds {
 public:
  struct Unknown {
    WordKey key;
    std::string_view word;  // at most kLongestWord bytes
    uint32_t* ids;          // room for as many
    size_t count;
  };
  virtual ~WordIds() = default;
  // Writes the ids of words and puts them into the cache.
  virtual void encode(Unknown* words, size_t count) = 0;
  // For longer words: takes away the ids before `ids`, then the word's; returns where the next ones go.
  virtual uint32_t* encode_long(std::string_view word, uint32_t* ids) = 0;
};

// Looks up `count` words that lie one behind the other from p on; `end` is the end of the text. Writes their ids at
// `ids` (room for kLongestWord a word) and returns where the next ones go; `aside` has room for those of kBatchWords
// words.
constexpr size_t kBatchWords = 64;
using LookUpWords = uint32_t* (*)(const WordCache& cache, const char* p, const char* end, const char* const* word_ends,
                                  size_t count, WordIds& others, uint32_t* aside, uint32_t* ids);
LookUpWords look_up_words_generic(int id_bytes);
LookUpWords look_up_words_avx2(int id_bytes);

// Immutable and thread-safe.
class ByteBpe {
 public:
  using Words = std::unordered_map<std::string_view, uint32_t>;  // the vocabulary: bytes, id

  // `merges` and `words` must outlive it. ignore_merges: a word that is an entry of the vocabulary is that token,
  // whatever the merges would make of it.
  ByteBpe(const SplitRule& rule, const MergeTable& merges, const Words& words, bool ignore_merges,
          Isa isa = active_isa());

  // What one thread at a time works with.
  class Scratch {
   public:
    explicit Scratch(const ByteBpe& bpe);

   private:
    friend class ByteBpe;
    static constexpr size_t kWords = 1024;
    WordCache cache_;
    std::unique_ptr<const char*[]> ends_;
    std::unique_ptr<uint32_t[]> ids_;
    std::unique_ptr<uint32_t[]> aside_;
    std::vector<uint32_t> tokens_;
  };

  // Appends the ids of a text of any bytes.
  void encode(std::string_view text, Scratch& scratch, std::vector<uint32_t>& out) const;

 private:
  class Sink;
  void encode_word(std::string_view word, std::vector<uint32_t>& out) const;

  WordScanner scanner_;
  const MergeTable& merges_;
  const Words& words_;
  bool ignore_merges_;
  LookUpWords look_up_;
  WordCache vocabulary_;  // what the cache of a new scratch holds
};

}  // namespace smelt
