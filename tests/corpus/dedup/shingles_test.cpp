#include "corpus/dedup/shingles.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include <gtest/gtest.h>
#include <utf8proc.h>

#include "base/rng.h"
#include "base/text.h"
#include "base/white_space.h"
#include "corpus/dedup/normalize.h"

namespace smelt {
namespace {

// Character after character, by the definition.
std::string plain_normal(std::string_view text) {
  std::string out;
  bool space = true;
  for (size_t pos = 0; pos < text.size();) {
    const uint32_t c = next_code_point(text, pos);
    if (!is_white_space(c)) {
      append_utf8(out, static_cast<uint32_t>(utf8proc_tolower(static_cast<int32_t>(c))));
    } else if (!space) {
      out += ' ';
    }
    space = is_white_space(c);
  }
  if (!out.empty() && out.back() == ' ') {
    out.pop_back();
  }
  return out;
}

TEST(Normalize, LowersAndJoinsWhiteSpace) {
  EXPECT_EQ(normalize_for_duplicates("  A\tB\n\nC\u00A0\u2003D  "), "a b c d");
  EXPECT_EQ(normalize_for_duplicates("ÄÖÜ ΣΑ Ж"), "äöü σα ж");
  EXPECT_EQ(normalize_for_duplicates(" \n "), "");
}

TEST(Normalize, IsTheDefinitionOnAnyText) {
  const std::vector<std::string> pieces = {
      "a",   "Z",    " ",        "\n",     "\t\v",   "word Word WORD", "\u00A0",
      "Ä",   "\x80", "\xE2\x80", "\u2028", "\u1E9E", "@[`{",           "The quick brown fox jumps. ",
      "\x1F"};
  for (uint64_t seed = 0; seed < 400; ++seed) {
    Rng rng(seed, "shingles_test");
    std::string text;
    const uint64_t kinds = 1 + rng.below(pieces.size());
    for (uint64_t i = rng.below(60); i > 0; --i) {
      text += pieces[rng.below(kinds)];
    }
    EXPECT_EQ(normalize_for_duplicates(text), plain_normal(text)) << seed;
  }
}

// Two windows have equal hashes exactly where they are equal as strings.
void expect_hashes_of(const std::vector<std::string>& windows, const std::vector<uint32_t>& hashes) {
  ASSERT_EQ(hashes.size(), windows.size());
  std::map<std::string, uint32_t> of_window;
  std::map<uint32_t, std::string> of_hash;
  for (size_t i = 0; i < windows.size(); ++i) {
    EXPECT_EQ(of_window.emplace(windows[i], hashes[i]).first->second, hashes[i]) << windows[i];
    EXPECT_EQ(of_hash.emplace(hashes[i], windows[i]).first->second, windows[i]);
  }
}

TEST(Shingles, OfCharactersAreOneAWindow) {
  std::vector<uint32_t> hashes;
  for (const std::string& text :
       {std::string("the quick brown föx jumps over the quick brown föx again, the quick brown"),
        std::string("the quick brown fox jumps over the quick brown fox again, the quick brown"),
        std::string(700, 'a')}) {
    std::vector<size_t> starts;
    for (size_t i = 0; i < text.size(); ++i) {
      if ((static_cast<unsigned char>(text[i]) & 0xC0) != 0x80) {
        starts.push_back(i);
      }
    }
    starts.push_back(text.size());
    for (const size_t length : {1u, 10u, 24u, 64u}) {
      std::vector<std::string> windows;
      for (size_t i = 0; i + length < starts.size(); ++i) {
        windows.push_back(text.substr(starts[i], starts[i + length] - starts[i]));
      }
      shingle_hashes(text, ShingleUnit::kCharacters, static_cast<int64_t>(length), hashes);
      expect_hashes_of(windows, hashes);
    }
  }
  shingle_hashes("short", ShingleUnit::kCharacters, 10, hashes);
  EXPECT_EQ(hashes.size(), 1u);
  shingle_hashes("", ShingleUnit::kCharacters, 10, hashes);
  EXPECT_TRUE(hashes.empty());
}

// Words cut by the definition, one code point after the other.
std::vector<std::string> plain_words(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  const auto end = [&] {
    if (!word.empty()) {
      words.push_back(word);
    }
    word.clear();
  };
  for (size_t pos = 0; pos < text.size();) {
    const uint32_t c = next_code_point(text, pos);
    const auto category = utf8proc_category(static_cast<int32_t>(c));
    const bool inside = category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_NO;
    const bool alone = inside && ((c >= 0xE00 && c < 0x10A0) || (c >= 0x3040 && c < 0xA000));
    if (!inside || alone) {
      end();
    }
    if (inside) {
      append_utf8(word, c);
    }
    if (alone) {
      end();
    }
  }
  end();
  return words;
}

TEST(Shingles, OfWordsAreOneARunOfWords) {
  const std::vector<std::string> pieces = {"the",     " ",  "a",    "x9",     "longerword", "eightchr",
                                           "sevench", ", ", "über", "straße", "中",         "文",
                                           ".",       "-",  "é",    "\u0301", "ไทย",        "nine12345"};
  std::vector<uint32_t> hashes;
  for (uint64_t seed = 0; seed < 200; ++seed) {
    Rng rng(seed, "shingles_test/words");
    std::string text;
    for (uint64_t i = 1 + rng.below(80); i > 0; --i) {
      text += pieces[rng.below(pieces.size())];
    }
    const std::vector<std::string> words = plain_words(text);
    for (const size_t length : {1u, 3u, 5u}) {
      std::vector<std::string> windows;
      for (size_t i = 0; i + length <= words.size(); ++i) {
        std::string window;
        for (size_t j = 0; j < length; ++j) {
          window += words[i + j] + "|";
        }
        windows.push_back(window);
      }
      shingle_hashes(text, ShingleUnit::kWords, static_cast<int64_t>(length), hashes);
      if (windows.empty()) {
        EXPECT_EQ(hashes.size(), words.empty() ? 0u : 1u) << text;
      } else {
        expect_hashes_of(windows, hashes);
      }
    }
  }
}

TEST(Shingles, JaccardIsThatOfTheSets) {
  Rng rng(1, "shingles_test/jaccard");
  for (int round = 0; round < 100; ++round) {
    std::vector<uint32_t> a;
    std::vector<uint32_t> b;
    for (uint64_t i = rng.below(30); i > 0; --i) {
      a.push_back(static_cast<uint32_t>(rng.below(40)));
      b.push_back(static_cast<uint32_t>(rng.below(40)));
    }
    const std::set<uint32_t> sa(a.begin(), a.end());
    const std::set<uint32_t> sb(b.begin(), b.end());
    std::set<uint32_t> all = sa;
    all.insert(sb.begin(), sb.end());
    make_set(a);
    make_set(b);
    const double common = static_cast<double>(sa.size() + sb.size() - all.size());
    EXPECT_EQ(jaccard(a, b), all.empty() ? 0 : common / static_cast<double>(all.size()));
  }
}

}  // namespace
}  // namespace smelt
