#include "corpus/dedup/repeats.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/rng.h"
#include "base/text.h"
#include "base/threads.h"
#include "corpus/dedup/cuts.h"
#include "corpus/dedup/paragraphs.h"
#include "corpus/testing.h"

namespace smelt {
namespace {

template <class Symbol>
using Texts = std::vector<std::vector<Symbol>>;

// Which symbols lie in a window that equals an earlier one that it does not overlap: all pairs compared.
template <class Symbol>
std::vector<std::vector<bool>> brute_force(const Texts<Symbol>& texts, size_t length) {
  struct Place {
    size_t text;
    size_t begin;
  };
  std::vector<Place> windows;
  std::vector<std::vector<bool>> cut;
  for (size_t t = 0; t < texts.size(); ++t) {
    cut.emplace_back(texts[t].size());
    for (size_t i = 0; i + length <= texts[t].size(); ++i) {
      windows.push_back({t, i});
    }
  }
  for (size_t j = 0; j < windows.size(); ++j) {
    for (size_t i = 0; i < j; ++i) {
      const bool apart = windows[i].text != windows[j].text || windows[i].begin + length <= windows[j].begin;
      const auto at = [&](const Place& place) { return texts[place.text].begin() + static_cast<int64_t>(place.begin); };
      if (apart && std::equal(at(windows[i]), at(windows[i]) + static_cast<int64_t>(length), at(windows[j]))) {
        std::fill_n(cut[windows[j].text].begin() + static_cast<int64_t>(windows[j].begin), length, true);
        break;
      }
    }
  }
  return cut;
}

template <class Symbol>
RangeList find(const Texts<Symbol>& texts, size_t length, const ScratchSpace& space, int threads = 1) {
  RepeatFinder<Symbol> finder(static_cast<int64_t>(length), 1, space);
  std::vector<uint64_t> starts;
  uint64_t start = 1000;
  for (const auto& text : texts) {
    starts.push_back(start);
    start += text.size() + 1;
  }
  ThreadPool pool(threads);
  pool.run(static_cast<int64_t>(texts.size()),
           [&](int64_t i) { finder.scan(starts[static_cast<size_t>(i)], texts[static_cast<size_t>(i)]); });
  finder.select();
  pool.run(static_cast<int64_t>(texts.size()),
           [&](int64_t i) { finder.collect(starts[static_cast<size_t>(i)], texts[static_cast<size_t>(i)]); });
  return finder.ranges();
}

template <class Symbol>
std::vector<std::vector<bool>> found(const Texts<Symbol>& texts, const RangeList& ranges) {
  std::vector<std::vector<bool>> cut;
  uint64_t start = 1000;
  for (const auto& text : texts) {
    cut.emplace_back(text.size());
    for (const TextRange& range : ranges.within(start, start + text.size())) {
      EXPECT_LE(range.end, start + text.size());
      for (uint64_t i = range.begin; i < range.end; ++i) {
        cut.back()[i - start] = true;
      }
    }
    start += text.size() + 1;
  }
  return cut;
}

// Few symbols, so that repeats of every kind abound: overlapping, nested, periodic, across documents.
template <class Symbol>
void compare_with_brute_force(Symbol first) {
  const TemporaryFolder folder;
  for (uint64_t seed = 0; seed < 120; ++seed) {
    Rng rng(seed, "repeats_test");
    const uint64_t alphabet = 1 + rng.below(4);
    const size_t length = 2 + rng.below(12);
    Texts<Symbol> texts(1 + rng.below(5));
    for (auto& text : texts) {
      for (uint64_t size = rng.below(90); size > 0; --size) {
        text.push_back(static_cast<Symbol>(first + rng.below(alphabet)));
      }
    }
    const ScratchSpace space{folder.path(), seed % 2 == 0 ? size_t{1} : size_t{1} << 24};
    const RangeList ranges = find(texts, length, space, 1 + static_cast<int>(seed % 3));
    EXPECT_EQ(found(texts, ranges), brute_force(texts, length)) << seed;
  }
}

TEST(Repeats, OfBytesAreThoseOfBruteForce) {
  compare_with_brute_force<uint8_t>('a');
}

TEST(Repeats, OfTokensAreThoseOfBruteForce) {
  compare_with_brute_force<uint16_t>(65532);
  compare_with_brute_force<uint32_t>(4294967290u);
}

TEST(Repeats, PlantedPassagesAreAllFoundAndNothingElse) {
  const TemporaryFolder folder;
  Rng rng(5, "repeats_test");
  const auto random_bytes = [&](uint64_t size) {
    std::vector<uint8_t> out;
    for (; size > 0; --size) {
      out.push_back(static_cast<uint8_t>('!' + rng.below(90)));
    }
    return out;
  };
  Texts<uint8_t> texts;
  for (int i = 0; i < 200; ++i) {
    texts.push_back(random_bytes(500 + rng.below(1500)));
  }
  std::vector<std::vector<bool>> expected;
  for (const auto& text : texts) {
    expected.emplace_back(text.size());
  }
  for (size_t i = 100; i < 200; ++i) {  // a passage of an earlier text, 99 bytes to 250
    const size_t length = 99 + rng.below(152);
    const auto& from = texts[i - 100];
    const uint64_t begin = rng.below(from.size() - length);
    const uint64_t at = rng.below(texts[i].size() - length);
    std::copy_n(from.begin() + static_cast<int64_t>(begin), length, texts[i].begin() + static_cast<int64_t>(at));
    if (length >= 100) {
      std::fill_n(expected[i].begin() + static_cast<int64_t>(at), length, true);
    }
  }
  auto cut = found(texts, find(texts, 100, {folder.path(), 1 << 20}));
  for (size_t i = 0; i < texts.size(); ++i) {
    // Bytes beside a passage are equal by chance in 1 of 90 cases.
    size_t differing = 0;
    for (size_t j = 0; j < texts[i].size(); ++j) {
      EXPECT_TRUE(cut[i][j] || !expected[i][j]) << i << " " << j;
      differing += cut[i][j] != expected[i][j] ? 1 : 0;
    }
    EXPECT_LE(differing, 4u) << i;
  }
}

TEST(Repeats, CutWholeCharacters) {
  const TemporaryFolder folder;
  std::string passage;
  for (uint32_t i = 0; i < 60; ++i) {
    append_utf8(passage, 0x4E00 + i * 37 % 997);
  }
  // The bytes before differ in their last bytes only: the repeat begins within a character.
  const std::vector<std::string> texts = {"\u4E2D" + passage + "\u00E4 one",
                                          "other text \u962D" + passage + "\u00E5 two"};
  Texts<uint8_t> bytes;
  for (const std::string& text : texts) {
    bytes.emplace_back(text.begin(), text.end());
  }
  const RangeList ranges = find(bytes, 100, {folder.path(), 1 << 20});
  ASSERT_EQ(ranges.all().size(), 1u);
  const uint64_t start = 1000 + texts[0].size() + 1;
  const std::string left = cut_text(texts[1], ranges.within(start, start + texts[1].size()), start);
  EXPECT_EQ(left, "other text \u962D\u00E5 two");
}

TEST(Cuts, TrimOnlyWhereSomethingIsCut) {
  EXPECT_EQ(cut_text(" ab cd ", {}, 10), " ab cd ");
  const std::vector<TextRange> ranges = {{10, 12}, {15, 16}};
  EXPECT_EQ(cut_text("ab cd ef ", ranges, 10), "cdef");
}

TEST(Paragraphs, CoverTheText) {
  const auto pieces = [](std::string_view text, bool lines) {
    std::vector<std::string> out;
    for_each_paragraph(text, lines,
                       [&](size_t begin, size_t end) { out.emplace_back(text.substr(begin, end - begin)); });
    return out;
  };
  const std::string text = "\n one\ntwo\n \n\nthree\n\n";
  EXPECT_EQ(pieces(text, false), (std::vector<std::string>{" one\ntwo\n \n\n", "three\n\n"}));
  EXPECT_EQ(pieces(text, true), (std::vector<std::string>{" one\n", "two\n \n\n", "three\n\n"}));
  EXPECT_TRUE(pieces(" \n\n", false).empty());
  EXPECT_EQ(pieces("a", false), (std::vector<std::string>{"a"}));
}

// Against a plain count in the order of the texts.
TEST(Paragraphs, StayForTheFirstCopies) {
  const TemporaryFolder folder;
  const std::vector<std::string> texts = {"Alpha beta.\n\nShort.\n\nalpha  BETA.",
                                          "Other one here.\n\nShort.\n\nAlpha beta.",
                                          "Alpha beta.\n\nOther one here.\nsecond line"};
  for (const size_t memory : {size_t{1}, size_t{1} << 20}) {
    ParagraphOptions options;
    options.min_length = 8;
    const auto left = [&](std::vector<std::string> expected) {
      ParagraphFinder finder(options, {folder.path(), memory});
      for (size_t i = texts.size(); i-- > 0;) {  // in any order
        finder.scan(100 * i, texts[i]);
      }
      const RangeList ranges = finder.ranges();
      for (size_t i = 0; i < texts.size(); ++i) {
        EXPECT_EQ(cut_text(texts[i], ranges.within(100 * i, 100 * i + texts[i].size()), 100 * i), expected[i]) << i;
      }
    };
    left({"Alpha beta.\n\nShort.", "Other one here.\n\nShort.", "Other one here.\nsecond line"});
    options.max_copies = 2;
    left({texts[0], "Other one here.\n\nShort.", "Other one here.\nsecond line"});
    options.max_copies = 1;
    options.unit = "line";
    left({"Alpha beta.\n\nShort.", "Other one here.\n\nShort.", "second line"});
  }
}

}  // namespace
}  // namespace smelt
