// Words of English text as spaCy 3.8's rule tokenizer finds them (lang/en, blank pipeline with sentencizer): what
// datatrove's filters count. Words end at white space; punctuation and icons are split off both ends, hyphens and the
// like inside; web addresses stay whole; contractions and abbreviations follow a list.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace smelt {

struct EnglishToken {
  enum Kind : uint8_t {
    kSpace = 1,         // white space other than a single space between words
    kHasLetter = 2,     // category L
    kIsWord = 4,        // more than Gopher's punctuation
    kSentenceMark = 8,  // one code point that ends sentences
    kPunctuation = 16,  // nothing but category P
  };
  uint32_t begin = 0;  // bytes of the text
  uint32_t end = 0;
  uint32_t characters = 0;
  uint8_t kind = 0;
  uint8_t stop_word = 0;  // 1 to 8: the, be, to, of, and, that, have, with
  uint16_t runs = 0;      // not 0: may be the first of several that are one by the list
  uint64_t hash = 0;      // of the bytes: kHashBase's polynomial modulo 2^61 - 1
  uint64_t power = 0;     // kHashBase to the number of bytes
};

// Arithmetic modulo the prime 2^61 - 1, in which the hash of a concatenation follows from the hashes of its parts:
// hash(xy) = hash(x) power(y) + hash(y).
namespace polynomial {
constexpr uint64_t kPrime = (uint64_t{1} << 61) - 1;
constexpr uint64_t kBase = 0x0B47C7B9E1F3A65D;
inline uint64_t reduce(unsigned __int128 value) {
  const uint64_t sum = static_cast<uint64_t>(value & kPrime) + static_cast<uint64_t>(value >> 61);
  return sum >= kPrime ? sum - kPrime : sum;
}
inline uint64_t multiply_add(uint64_t a, uint64_t b, uint64_t c) {
  return reduce(static_cast<unsigned __int128>(a) * b + c);
}
}  // namespace polynomial

// One a thread: it keeps the splits of words that it saw.
class EnglishTokenizer {
 public:
  EnglishTokenizer();
  ~EnglishTokenizer();
  EnglishTokenizer(EnglishTokenizer&&) noexcept;
  EnglishTokenizer& operator=(EnglishTokenizer&&) noexcept;

  // Replaces what `tokens` holds. Linear in the text, which is shorter than 4 GiB; invalid UTF-8 counts as U+FFFD.
  void tokenize(std::string_view text, std::vector<EnglishToken>& tokens);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Sentences of the text that these tokens are, 1 where there is none (as datatrove counts).
int64_t count_sentences(std::span<const EnglishToken> tokens);

}  // namespace smelt
