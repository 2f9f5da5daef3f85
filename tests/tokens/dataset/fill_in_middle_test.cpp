#include "tokens/dataset/fill_in_middle.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>

#include <gtest/gtest.h>

#include "base/text.h"

namespace smelt {
namespace {

MarkerFinder markers() {
  return MarkerFinder({{"<file_sep>", 1}, {"<repo_name>", 2}, {"<cell>", 3}});
}

// What the parts of one cut document say, undone.
struct Undone {
  std::string text;
  bool valid = true;  // every part begins and ends at characters
};

Undone undo(const std::vector<FimPart>& parts) {
  using Kind = FimPart::Kind;
  Undone out;
  std::vector<Kind> tokens;
  std::string behind[3];  // <prefix>, <suffix>, <middle>
  for (const FimPart& part : parts) {
    if (part.kind != Kind::kText) {
      tokens.push_back(part.kind);
    } else if (!tokens.empty() && tokens.size() <= 3) {
      behind[tokens.size() - 1] += part.text;
    }
    out.valid = out.valid && is_valid_utf8(part.text);
  }
  EXPECT_EQ(tokens, (std::vector<Kind>{Kind::kPrefix, Kind::kSuffix, Kind::kMiddle}));
  // SPM has the prefix before the middle instead of behind its token: the text is this in both orders.
  out.text = behind[0] + behind[2] + behind[1];
  return out;
}

std::string random_text(Rng& rng) {
  static const char* const kPieces[] = {"a",  "\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x98\x80", "<cell>",
                                        "\n", "<",        "cell>"};
  std::string out;
  for (uint64_t n = rng.below(60); n > 0; --n) {
    out += kPieces[rng.below(std::size(kPieces))];
  }
  return out;
}

TEST(FillInMiddle, ThePartsJoinedAreTheDocument) {
  const FillInMiddle fim({.rate = 1}, markers(), 7);
  for (uint64_t item = 0; item < 2000; ++item) {
    Rng rng(3, "test/fim", item);
    const std::string text = random_text(rng);
    std::vector<FimPart> parts;
    fim.arrange(text, item, parts);
    const Undone undone = undo(parts);
    ASSERT_EQ(undone.text, text);
    ASSERT_TRUE(undone.valid) << "a character was cut";
    // No marker is cut through: each part has as many as the text has in that place.
    size_t whole = 0;
    for (const FimPart& part : parts) {
      for (auto m = markers().find(part.text, 0); m.marker != nullptr; m = markers().find(part.text, m.begin + 1)) {
        ++whole;
      }
    }
    size_t expected = 0;
    for (auto m = markers().find(text, 0); m.marker != nullptr; m = markers().find(text, m.begin + 1)) {
      ++expected;
    }
    ASSERT_EQ(whole, expected) << text;
  }
}

// Counts of n draws with chance p lie within 5 deviations, but for one case in a million.
void expect_share(double count, double n, double p) {
  EXPECT_NEAR(count, n * p, 5 * std::sqrt(n * p * (1 - p)));
}

TEST(FillInMiddle, SharesAreThoseOfTheSettings) {
  const FillInMiddle fim({.rate = 0.3, .spm = 0.7}, MarkerFinder(), 7);
  constexpr int kDocuments = 20000;
  const std::string text = "0123456789";
  int cut = 0;
  int spm = 0;
  std::map<size_t, int> middles;  // by length
  for (uint64_t item = 0; item < kDocuments; ++item) {
    std::vector<FimPart> parts;
    fim.arrange(text, item, parts);
    if (parts.size() > 1) {
      ++cut;
      spm += parts[1].kind == FimPart::Kind::kSuffix && parts.back().kind == FimPart::Kind::kText ? 1 : 0;
    }
  }
  expect_share(cut, kDocuments, 0.3);
  // SPM shows nothing between <prefix> and <suffix>; PSM does so too where the prefix is empty: (2 * 11 - 1) / 121 of
  // its cuts, of which all but the one with an empty middle end with text.
  expect_share(spm, cut, 0.7 * (1 - 1.0 / 121) + 0.3 * 20 / 121);
}

TEST(FillInMiddle, EveryCutIsEquallyLikely) {
  const FillInMiddle fim({.rate = 1, .spm = 0}, MarkerFinder(), 7);
  constexpr int kDocuments = 30000;
  std::map<std::pair<size_t, size_t>, int> cuts;
  for (uint64_t item = 0; item < kDocuments; ++item) {
    std::vector<FimPart> parts;
    fim.arrange(
        "\xC3\xA9"
        "bc",
        item, parts);
    size_t prefix = 0;
    size_t middle = 0;
    size_t* now = &prefix;
    for (const FimPart& part : parts) {
      if (part.kind == FimPart::Kind::kText) {
        *now += static_cast<size_t>(count_code_points(part.text));
      } else {
        static size_t suffix = 0;
        now = part.kind == FimPart::Kind::kPrefix ? &prefix : part.kind == FimPart::Kind::kMiddle ? &middle : &suffix;
      }
    }
    ++cuts[{prefix, middle}];
  }
  // Two draws from 0..3, sorted: 16 pairs.
  for (size_t from = 0; from <= 3; ++from) {
    for (size_t to = from; to <= 3; ++to) {
      expect_share(cuts[{from, to - from}], kDocuments, (from == to ? 1 : 2) / 16.0);
    }
  }
}

TEST(FillInMiddle, FilesOfARepositoryAreCutByThemselves) {
  const FillInMiddle fim({.rate = 1, .file_rate = 0.5}, markers(), 7);
  const std::string named = "<repo_name>a/b<file_sep>x.py\nx = 1\n<file_sep>y.py\ny = 2\n<file_sep>z.py\nz = 3\n";
  constexpr int kDocuments = 3000;
  int cut = 0;
  for (uint64_t item = 0; item < kDocuments; ++item) {
    std::vector<FimPart> parts;
    fim.arrange(named, item, parts);
    for (size_t i = 0; i < parts.size(); ++i) {
      if (parts[i].kind == FimPart::Kind::kPrefix) {
        ++cut;
        ASSERT_GT(i, 0u);
        ASSERT_TRUE(parts[i - 1].text.ends_with(".py\n")) << "the mark and the path stay in front";
      }
    }
  }
  expect_share(cut, 3.0 * kDocuments, 0.5);
  // Nothing says where a nameless file begins but the mark.
  std::vector<FimPart> parts;
  FillInMiddle({.rate = 1, .file_rate = 1}, markers(), 7).arrange("<file_sep>x = 1\n<file_sep>y = 2\n", 1, parts);
  EXPECT_EQ(parts[0].text, "<file_sep>");
  EXPECT_EQ(parts[1].kind, FimPart::Kind::kPrefix);
  EXPECT_EQ(
      std::count_if(parts.begin(), parts.end(), [](const FimPart& p) { return p.kind == FimPart::Kind::kMiddle; }), 2);
}

TEST(FillInMiddle, IsAPureFunctionOfSeedAndItem) {
  const auto parts_of = [](uint64_t seed, uint64_t item) {
    std::vector<FimPart> parts;
    FillInMiddle({.rate = 1}, MarkerFinder(), seed)
        .arrange("some text that is long enough to tell cuts apart", item, parts);
    std::string out;
    for (const FimPart& part : parts) {
      out += std::to_string(static_cast<int>(part.kind)) + std::string(part.text) + "|";
    }
    return out;
  };
  EXPECT_EQ(parts_of(1, 5), parts_of(1, 5));
  EXPECT_NE(parts_of(1, 5), parts_of(1, 6));
  EXPECT_NE(parts_of(1, 5), parts_of(2, 5));
}

}  // namespace
}  // namespace smelt
