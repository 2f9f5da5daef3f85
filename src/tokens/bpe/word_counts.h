// How often each word occurs: what BPE is trained on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace smelt {

// A hash table from words to counts; the words' bytes lie in one arena. Not thread-safe.
class WordCounts {
 public:
  // Longer words (there are none in natural text) are not counted.
  static constexpr size_t kLongestWord = 1024;

  void add(std::string_view word, int64_t count = 1);
  void add(const WordCounts& other);

  size_t size() const { return words_.size(); }
  std::string_view word(size_t i) const { return {arena_.data() + words_[i].begin, words_[i].length}; }
  int64_t count(size_t i) const { return words_[i].count; }

 private:
  struct Word {
    uint64_t hash;
    uint64_t begin;
    int64_t count;
    uint32_t length;
  };
  void grow();

  std::vector<uint32_t> slots_;  // index + 1, 0 where free
  std::vector<Word> words_;
  std::vector<char> arena_;
};

}  // namespace smelt
