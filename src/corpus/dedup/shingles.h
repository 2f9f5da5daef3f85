// Shingles: the overlapping pieces of a text by which documents are compared, as 32-bit hashes.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace smelt {

enum class ShingleUnit { kCharacters, kWords };

constexpr int64_t kMaxShingle = 64;

// Hashes of all shingles of a normalised text, in order, one a window of `length` units (1 to kMaxShingle); of the
// whole text where it is shorter, none where it is empty. Equal shingles have equal hashes, different ones with
// probability 2^-32. A character is a code point. A word is a maximal run of letters, marks and digits; a character of
// a script that is written without spaces (Han, Kana, Thai, Lao, Khmer, Myanmar, Tibetan) is a word by itself; a text
// without any word has no shingles. Linear time.
void shingle_hashes(std::string_view normalized, ShingleUnit unit, int64_t length, std::vector<uint32_t>& hashes);

// Jaccard similarity of two sets, each sorted and without repetitions; 0 where both are empty.
double jaccard(const std::vector<uint32_t>& a, const std::vector<uint32_t>& b);
// The hashes as such a set.
void make_set(std::vector<uint32_t>& hashes);

}  // namespace smelt
