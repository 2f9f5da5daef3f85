#include "corpus/minhash.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <limits>

#include <utf8proc.h>

#include "base/cpu.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/rng.h"
#include "base/text.h"

namespace smelt {

namespace {

constexpr size_t kPadding = 16;           // values of the widest vector
constexpr size_t kVectors = 4;            // kept in registers at a time
constexpr size_t kShinglesAtOnce = 4096;  // 16 kB: stay in the first-level cache

template <size_t kLanes>
struct VectorOf {
  using Type __attribute__((vector_size(kLanes * sizeof(uint32_t)))) = uint32_t;
};

// Minima of V x kLanes affine maps modulo 2^32 over the shingles. Inlined into one function an instruction set, so that
// each compiles the same arithmetic to its own vectors.
template <size_t kLanes, size_t V>
inline __attribute__((always_inline)) void update_minima(std::span<const uint32_t> shingles,
                                                         const uint32_t* multipliers, const uint32_t* offsets,
                                                         uint32_t* minima) {
  using Lanes = typename VectorOf<kLanes>::Type;
  Lanes a[V];
  Lanes b[V];
  Lanes least[V];
  for (size_t v = 0; v < V; ++v) {
    std::memcpy(&a[v], multipliers + v * kLanes, sizeof(Lanes));
    std::memcpy(&b[v], offsets + v * kLanes, sizeof(Lanes));
    std::memcpy(&least[v], minima + v * kLanes, sizeof(Lanes));
  }
  for (const uint32_t shingle : shingles) {
    for (size_t v = 0; v < V; ++v) {
      const Lanes value = a[v] * shingle + b[v];
      least[v] = value < least[v] ? value : least[v];
    }
  }
  for (size_t v = 0; v < V; ++v) {
    std::memcpy(minima + v * kLanes, &least[v], sizeof(Lanes));
  }
}

// All three arrays are padded to whole vectors.
template <size_t kLanes>
inline __attribute__((always_inline)) void update_all(std::span<const uint32_t> shingles,
                                                      std::span<const uint32_t> multipliers, const uint32_t* offsets,
                                                      uint32_t* minima) {
  while (!shingles.empty()) {
    const std::span<const uint32_t> part = shingles.first(std::min(shingles.size(), kShinglesAtOnce));
    size_t i = 0;
    for (; i + kVectors * kLanes <= multipliers.size(); i += kVectors * kLanes) {
      update_minima<kLanes, kVectors>(part, multipliers.data() + i, offsets + i, minima + i);
    }
    for (; i < multipliers.size(); i += kLanes) {
      update_minima<kLanes, 1>(part, multipliers.data() + i, offsets + i, minima + i);
    }
    shingles = shingles.subspan(part.size());
  }
}

using UpdateFunction = void (*)(std::span<const uint32_t>, std::span<const uint32_t>, const uint32_t*, uint32_t*);

void update_generic(std::span<const uint32_t> shingles, std::span<const uint32_t> multipliers, const uint32_t* offsets,
                    uint32_t* minima) {
  update_all<4>(shingles, multipliers, offsets, minima);
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) void update_avx2(std::span<const uint32_t> shingles,
                                                 std::span<const uint32_t> multipliers, const uint32_t* offsets,
                                                 uint32_t* minima) {
  update_all<8>(shingles, multipliers, offsets, minima);
}

__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,prefer-vector-width=512"))) void update_avx512(
    std::span<const uint32_t> shingles, std::span<const uint32_t> multipliers, const uint32_t* offsets,
    uint32_t* minima) {
  update_all<16>(shingles, multipliers, offsets, minima);
}
#endif

UpdateFunction update_function() {
#if defined(__x86_64__)
  const Isa isa = active_isa();
  if (isa >= Isa::kAvx512) {
    return update_avx512;
  }
  if (isa >= Isa::kAvx2) {
    return update_avx2;
  }
#endif
  return update_generic;
}

uint64_t mix(uint64_t x) {
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
  return x ^ (x >> 31);
}

bool is_space(uint32_t c) {
  return c == ' ' || (c >= 9 && c <= 13) || c == 0x85 || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) ||
         c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
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

const std::array<char, 128>& normalized_ascii() {
  static const std::array<char, 128> kMap = [] {
    std::array<char, 128> map{};
    for (uint32_t c = 0; c < 128; ++c) {
      map[c] = is_space(c) ? ' ' : static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
    }
    return map;
  }();
  return kMap;
}

uint32_t finish(uint64_t hash) {
  return static_cast<uint32_t>(mix(hash) >> 32);
}

// shingle_hashes for text of ASCII characters, at least `shingle` of them.
void ascii_shingle_hashes(std::string_view text, size_t shingle, std::vector<uint32_t>& hashes) {
  const std::array<uint64_t, 128>& entering = ascii_hashes();
  std::array<uint64_t, 128> leaving{};
  for (size_t c = 0; c < leaving.size(); ++c) {
    leaving[c] = std::rotl(entering[c], static_cast<int>(shingle % 64));
  }
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  uint64_t hash = 0;
  for (size_t i = 0; i < shingle; ++i) {
    hash = std::rotl(hash, 1) ^ entering[bytes[i]];
  }
  hashes.resize(text.size() - shingle + 1);
  hashes[0] = finish(hash);
  for (size_t i = shingle; i < text.size(); ++i) {
    hash = std::rotl(hash, 1) ^ entering[bytes[i]] ^ leaving[bytes[i - shingle]];
    hashes[i - shingle + 1] = finish(hash);
  }
}

bool is_ascii(std::string_view text) {
  unsigned char all = 0;
  for (const char c : text) {
    all |= static_cast<unsigned char>(c);
  }
  return all < 0x80;
}

uint64_t next_character_hash(std::string_view text, size_t& pos) {
  const auto byte = static_cast<unsigned char>(text[pos]);
  if (byte < 0x80) {
    ++pos;
    return ascii_hashes()[byte];
  }
  return character_hash(next_code_point(text, pos));
}

}  // namespace

std::string normalize_for_duplicates(std::string_view text) {
  const std::array<char, 128>& ascii = normalized_ascii();
  std::string out(text.size(), '\0');
  std::string wide;  // a mapped character that is not ASCII
  size_t end = 0;
  bool space = true;  // the last character written is one, or there is none: no further space is wanted
  for (size_t pos = 0; pos < text.size();) {
    const auto byte = static_cast<unsigned char>(text[pos]);
    if (byte < 0x80) {
      const char mapped = ascii[byte];
      out[end] = mapped;
      end += space && mapped == ' ' ? 0 : 1;
      space = mapped == ' ';
      ++pos;
      continue;
    }
    const uint32_t c = next_code_point(text, pos);
    wide.clear();
    if (!is_space(c)) {
      append_utf8(wide, static_cast<uint32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(c))));
    } else if (!space) {
      wide = " ";
    }
    // A mapped character may be longer than what it stands for: U+FFFD for one bad byte.
    if (end + wide.size() + (text.size() - pos) > out.size()) {
      out.resize(out.size() + out.size() / 2 + 16);
    }
    wide.copy(out.data() + end, wide.size());
    end += wide.size();
    space = is_space(c);
  }
  out.resize(end > 0 && out[end - 1] == ' ' ? end - 1 : end);
  return out;
}

// A cyclic polynomial: the hash of a window is the xor of its characters' hashes, each rotated by its distance from the
// end, so that sliding by a character takes two table look-ups (Cohen, "Recursive hashing functions for n-grams",
// 1997).
void shingle_hashes(std::string_view normalized, int64_t shingle, std::vector<uint32_t>& hashes) {
  SMELT_CHECK(shingle >= 1 && shingle <= 64);
  hashes.clear();
  if (normalized.empty()) {
    return;
  }
  if (normalized.size() >= static_cast<size_t>(shingle) && is_ascii(normalized)) {
    ascii_shingle_hashes(normalized, static_cast<size_t>(shingle), hashes);
    return;
  }
  hashes.reserve(normalized.size());
  const int leaving_rotation = static_cast<int>(shingle % 64);
  uint64_t hash = 0;
  int64_t inside = 0;
  size_t tail = 0;
  for (size_t head = 0; head < normalized.size();) {
    hash = std::rotl(hash, 1) ^ next_character_hash(normalized, head);
    if (++inside > shingle) {
      hash ^= std::rotl(next_character_hash(normalized, tail), leaving_rotation);
      --inside;
    }
    if (inside == shingle) {
      hashes.push_back(finish(hash));
    }
  }
  if (hashes.empty()) {
    hashes.push_back(finish(hash));
  }
}

MinHasher::MinHasher(const MinHashShape& shape) : shape_(shape) {
  SMELT_CHECK(shape.bands >= 1 && shape.rows >= 1 && shape.bands * shape.rows <= (1 << 16));
  const auto size = static_cast<size_t>(shape.bands * shape.rows);
  const size_t padded = (size + kPadding - 1) / kPadding * kPadding;
  Rng rng(shape.seed, "corpus/minhash");
  for (size_t i = 0; i < padded; ++i) {
    multipliers_.push_back(rng.u32() | 1);
    offsets_.push_back(rng.u32());
  }
}

void MinHasher::sign(std::span<const uint32_t> shingles, std::span<uint32_t> signature) const {
  SMELT_CHECK(static_cast<int64_t>(signature.size()) == size());
  std::vector<uint32_t> minima(multipliers_.size(), std::numeric_limits<uint32_t>::max());
  update_function()(shingles, multipliers_, offsets_.data(), minima.data());
  std::copy_n(minima.begin(), signature.size(), signature.begin());
}

void MinHasher::band_keys(std::span<const uint32_t> signature, std::span<uint64_t> keys) const {
  const auto rows = static_cast<size_t>(shape_.rows);
  SMELT_CHECK(signature.size() == keys.size() * rows);
  for (size_t band = 0; band < keys.size(); ++band) {
    keys[band] = hash64({reinterpret_cast<const char*>(&signature[band * rows]), rows * sizeof(uint32_t)}, band);
  }
}

double estimated_similarity(std::span<const uint32_t> a, std::span<const uint32_t> b) {
  SMELT_CHECK(a.size() == b.size() && !a.empty());
  size_t equal = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    equal += a[i] == b[i] ? 1 : 0;
  }
  return static_cast<double>(equal) / static_cast<double>(a.size());
}

}  // namespace smelt
