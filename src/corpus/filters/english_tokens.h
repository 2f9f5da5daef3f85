// What is known of a token of English text (english_tokenizer.h finds them).
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

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
  uint64_t hash = 0;      // of the bytes (namespace polynomial)
  uint64_t power = 0;     // polynomial::kBase to the number of bytes
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

// The hash of these bytes, and the power that goes with it.
uint64_t polynomial_hash(std::string_view bytes, uint64_t& power);

// Fills in everything but the place and `runs` of the token that is these bytes, the same decoded.
void describe_token(std::string_view bytes, std::u32string_view word, EnglishToken& token);

// Sentences of the text that these tokens are, 1 where there is none (as datatrove counts).
int64_t count_sentences(std::span<const EnglishToken> tokens);

}  // namespace smelt
