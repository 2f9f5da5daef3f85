#include "corpus/dedup/shingles.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <span>

#include <utf8proc.h>

#include "base/error.h"
#include "base/text.h"
#include "corpus/dedup/kernels.h"

namespace smelt {

namespace {

constexpr size_t kBlock = 512;  // windows hashed before they are finished: 4 kB

uint64_t mix(uint64_t x) {
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
  return x ^ (x >> 31);
}

uint64_t character_hash(uint32_t c) {
  return mix(c + 0x9E3779B97F4A7C15u);
}

// The table spares most texts the multiplications.
const std::array<uint64_t, 128>& ascii_hashes() {
  static const std::array<uint64_t, 128> kHashes = [] {
    std::array<uint64_t, 128> hashes{};
    for (uint32_t c = 0; c < 128; ++c) {
      hashes[c] = character_hash(c);
    }
    return hashes;
  }();
  return kHashes;
}

// Hashes of the characters from `pos` on, at most `count`; moves `pos` behind them. Returns their number.
size_t hash_characters(std::string_view text, size_t& pos, uint64_t* hashes, size_t count) {
  const std::array<uint64_t, 128>& ascii = ascii_hashes();
  size_t done = 0;
  for (; done < count && pos < text.size(); ++done) {
    const auto byte = static_cast<unsigned char>(text[pos]);
    if (byte < 0x80) {
      hashes[done] = ascii[byte];
      ++pos;
    } else {
      hashes[done] = character_hash(next_code_point(text, pos));
    }
  }
  return done;
}

// A cyclic polynomial: the hash of a window is the xor of its characters' hashes, each rotated by its distance from the
// end, so that it slides by one character entering and one leaving (Cohen, "Recursive hashing functions for n-grams",
// 1997). Block by block, each behind the last kMaxShingle characters of the one before.
void hash_character_windows(std::string_view text, size_t length, std::vector<uint32_t>& hashes) {
  const DedupKernels& kernels = dedup_kernels(active_isa());
  std::array<uint64_t, kMaxShingle + kBlock> characters{};
  std::array<uint64_t, kBlock> windows;
  const int leaving_rotation = static_cast<int>(length % 64);
  hashes.resize(text.size());
  uint64_t hash = 0;
  size_t written = 0;  // windows, those that begin before the text included
  for (size_t pos = 0; pos < text.size();) {
    uint64_t* const entering = characters.data() + kMaxShingle;
    const uint64_t* const leaving = entering - length;
    const size_t count = hash_characters(text, pos, entering, kBlock);
    for (size_t i = 0; i < count; ++i) {
      hash = std::rotl(hash, 1) ^ (entering[i] ^ std::rotl(leaving[i], leaving_rotation));
      windows[i] = hash;
    }
    kernels.finish_windows(windows.data(), hashes.data() + written, count);
    written += count;
    std::copy(characters.begin() + static_cast<std::ptrdiff_t>(count),
              characters.begin() + static_cast<std::ptrdiff_t>(count + kMaxShingle), characters.begin());
  }
  // The first whole window is the one that ends with the character number `length`; of a shorter text it is the last.
  const size_t first = std::min(length, written) - 1;
  hashes.resize(written);
  hashes.erase(hashes.begin(), hashes.begin() + static_cast<std::ptrdiff_t>(first));
}

enum class Kind : uint8_t { kSeparator, kPartOfWord, kWord };

bool is_of_unspaced_script(uint32_t c) {
  return (c >= 0x0E00 && c <= 0x0FFF) || (c >= 0x1000 && c <= 0x109F) || (c >= 0x1780 && c <= 0x17FF) ||
         (c >= 0x3040 && c <= 0x30FF) || (c >= 0x3400 && c <= 0x9FFF) || (c >= 0xF900 && c <= 0xFAFF) ||
         (c >= 0x20000 && c <= 0x3FFFF);
}

bool is_ascii_word_character(unsigned char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
}

Kind kind_of(uint32_t c) {
  if (c < 0x80) {
    return is_ascii_word_character(static_cast<unsigned char>(c)) ? Kind::kPartOfWord : Kind::kSeparator;
  }
  const utf8proc_category_t category = utf8proc_category(static_cast<utf8proc_int32_t>(c));
  const bool letter = (category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_NO);
  return !letter ? Kind::kSeparator : is_of_unspaced_script(c) ? Kind::kWord : Kind::kPartOfWord;
}

uint64_t word_hash(const char* word, size_t size) {
  uint64_t hash = size * 0x9E3779B97F4A7C15u;
  for (; size > 8; word += 8, size -= 8) {
    uint64_t bytes = 0;
    std::memcpy(&bytes, word, 8);
    hash = mix(hash ^ bytes);
  }
  uint64_t bytes = 0;
  std::memcpy(&bytes, word, size);
  return mix(hash ^ bytes);
}

constexpr uint64_t kHighBits = 0x8080808080808080u;

constexpr uint64_t eight(uint64_t byte) {
  return byte * 0x0101010101010101u;
}

// The high bit of each byte that is a-z or 0-9.
uint64_t ascii_word_bytes(uint64_t bytes) {
  const uint64_t low = bytes & ~kHighBits;
  const uint64_t letters = (low + eight(0x80 - 'a')) & ~(low + eight(0x7F - 'z'));
  const uint64_t digits = (low + eight(0x80 - '0')) & ~(low + eight(0x7F - '9'));
  return (letters | digits) & ~bytes & kHighBits;
}

// The word at text[pos] where it is short and plain: up to 7 ASCII letters and digits before an ASCII separator. Moves
// `pos` behind it; leaves it where there is no such word.
bool take_short_word(std::string_view text, size_t& pos, uint64_t& hash) {
  if (pos + 8 > text.size()) {
    return false;
  }
  uint64_t bytes = 0;
  std::memcpy(&bytes, text.data() + pos, 8);
  if constexpr (std::endian::native == std::endian::big) {
    return false;
  }
  const uint64_t others = ~ascii_word_bytes(bytes) & kHighBits;
  if (others == 0) {
    return false;
  }
  const auto size = static_cast<size_t>(std::countr_zero(others)) / 8;
  if (size == 0 || static_cast<unsigned char>(text[pos + size]) >= 0x80) {
    return false;
  }
  const uint64_t word = bytes & ((uint64_t{1} << (8 * size)) - 1);
  hash = mix((size * 0x9E3779B97F4A7C15u) ^ word);
  pos += size;
  return true;
}

// Any word at text[pos], or the character there that is none. True where there was a word.
bool take_word(std::string_view text, size_t& pos, uint64_t& hash) {
  const size_t begin = pos;
  while (pos < text.size() && is_ascii_word_character(static_cast<unsigned char>(text[pos]))) {
    ++pos;
  }
  size_t end = pos;
  while (pos < text.size()) {
    const Kind kind = kind_of(next_code_point(text, pos));
    if (kind != Kind::kPartOfWord) {
      pos = end > begin ? end : pos;
      end = kind == Kind::kWord && end == begin ? pos : end;
      break;
    }
    end = pos;
  }
  if (end > begin) {
    hash = word_hash(text.data() + begin, end - begin);
  }
  return end > begin;
}

void hash_word_windows(std::string_view text, size_t length, std::vector<uint32_t>& hashes) {
  std::array<uint64_t, kMaxShingle> window{};  // of the last words, a ring
  const int leaving_rotation = static_cast<int>(length % 64);
  uint64_t hash = 0;
  size_t slot = 0;
  size_t words = 0;
  for (size_t pos = 0; pos < text.size();) {
    uint64_t word = 0;
    const auto byte = static_cast<unsigned char>(text[pos]);
    if (byte < 0x80 && !is_ascii_word_character(byte)) {
      ++pos;
      continue;
    }
    if (!take_short_word(text, pos, word) && !take_word(text, pos, word)) {
      continue;
    }
    hash = std::rotl(hash, 1) ^ word ^ std::rotl(window[slot], leaving_rotation);
    window[slot] = word;
    slot = slot + 1 == length ? 0 : slot + 1;
    if (++words >= length) {
      hashes.push_back(finish_window(hash));
    }
  }
  if (hashes.empty() && words > 0) {
    hashes.push_back(finish_window(hash));
  }
}

}  // namespace

void shingle_hashes(std::string_view normalized, ShingleUnit unit, int64_t length, std::vector<uint32_t>& hashes) {
  SMELT_CHECK(length >= 1 && length <= kMaxShingle);
  hashes.clear();
  if (normalized.empty()) {
    return;
  }
  if (unit == ShingleUnit::kWords) {
    hash_word_windows(normalized, static_cast<size_t>(length), hashes);
  } else {
    hash_character_windows(normalized, static_cast<size_t>(length), hashes);
  }
}

void make_set(std::vector<uint32_t>& hashes) {
  std::sort(hashes.begin(), hashes.end());
  hashes.erase(std::unique(hashes.begin(), hashes.end()), hashes.end());
}

double jaccard(const std::vector<uint32_t>& a, const std::vector<uint32_t>& b) {
  size_t common = 0;
  for (size_t i = 0, j = 0; i < a.size() && j < b.size();) {
    common += a[i] == b[j] ? 1 : 0;
    const bool step_a = a[i] <= b[j];
    const bool step_b = b[j] <= a[i];
    i += step_a ? 1 : 0;
    j += step_b ? 1 : 0;
  }
  const size_t all = a.size() + b.size() - common;
  return all == 0 ? 0 : static_cast<double>(common) / static_cast<double>(all);
}

}  // namespace smelt
