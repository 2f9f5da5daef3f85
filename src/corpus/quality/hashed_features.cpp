#include "corpus/quality/hashed_features.h"

#include <array>

#include "base/hash.h"
#include "corpus/quality/words.h"

namespace smelt {
namespace {

constexpr size_t kLongestNgram = 5;
constexpr uint64_t kCharacterSeed = 0x63686172;  // keeps "the" the word apart from "the" the characters

uint32_t bucket_of(uint64_t hash, int64_t bits) {
  return static_cast<uint32_t>(hash >> (64 - bits));
}

void append_characters(std::string_view word, const FeatureOptions& options, std::string& marked,
                       std::vector<uint32_t>& out) {
  marked.assign(1, '\x02');
  marked += word;
  marked += '\x03';
  const auto continues = [&](size_t i) { return (static_cast<unsigned char>(marked[i]) & 0xC0) == 0x80; };
  for (size_t i = 0; i < marked.size(); ++i) {
    if (continues(i)) {
      continue;
    }
    size_t end = i;
    for (int64_t n = 1; n <= options.max_characters && end < marked.size(); ++n) {
      do {
        ++end;
      } while (end < marked.size() && continues(end));
      if (n >= options.min_characters) {
        out.push_back(bucket_of(hash64(std::string_view(marked).substr(i, end - i), kCharacterSeed), options.bits));
      }
    }
  }
}

}  // namespace

void append_features(std::string_view text, const FeatureOptions& options, std::vector<uint32_t>& out) {
  const auto longest = static_cast<size_t>(options.word_ngrams);
  std::array<uint64_t, kLongestNgram> ending{};  // [n]: hash of the n + 1 words before this one
  size_t seen = 0;
  std::string marked;
  WordScanner words(text, {.lower_case = options.lower_case, .zero_digits = false});
  for (std::string_view word; words.next(word); ++seen) {
    const uint64_t hash = hash64(word);
    for (size_t n = std::min(longest, seen + 1); n > 0; --n) {
      const uint64_t gram = n == 1 ? hash : (ending[n - 2] ^ hash) * 0x9E3779B97F4A7C15u;
      out.push_back(bucket_of(gram, options.bits));
      // Longest first, so that ending[n - 2] is still that of the word before; kept unfolded for the next word.
      ending[n - 1] = (gram << 7) | (gram >> 57);
    }
    if (options.max_characters > 0) {
      append_characters(word, options, marked, out);
    }
  }
}

}  // namespace smelt
