#include "tokens/split/word_scanner.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "tokens/data.h"

namespace smelt {
namespace {

std::vector<SplitRule> all_rules() {
  return {{SplitFamily::kGpt2},
          {SplitFamily::kCl100k, 0},
          {SplitFamily::kCl100k, 1},
          {SplitFamily::kCl100k, 2},
          {SplitFamily::kCl100k, 3},
          {SplitFamily::kTekken, 0},
          {SplitFamily::kTekken, 1},
          {SplitFamily::kTekken, 3, true},
          {SplitFamily::kTekken, 2, true},
          {SplitFamily::kTekken, 3, false}};
}

using Ends = std::vector<size_t>;

// Word by word, the definition.
Ends one_by_one(const SplitRule& rule, std::string_view text) {
  const SplitScanner scanner(rule);
  Ends ends;
  const char* const end = text.data() + text.size();
  for (const char* p = text.data(); p < end;) {
    switch (rule.family) {
      case SplitFamily::kGpt2:
        p = scanner.next<SplitFamily::kGpt2>(p, end);
        break;
      case SplitFamily::kCl100k:
        p = scanner.next<SplitFamily::kCl100k>(p, end);
        break;
      case SplitFamily::kTekken:
        p = scanner.next<SplitFamily::kTekken>(p, end);
        break;
    }
    ends.push_back(static_cast<size_t>(p - text.data()));
  }
  return ends;
}

// `count` at a time. The text is given in memory that ends with it, so that sanitizers see a read behind it.
Ends by_blocks(const WordScanner& scanner, std::string_view text, size_t count) {
  const std::vector<char> exact(text.begin(), text.end());
  std::vector<const char*> found(count + WordScanner::kSlack);
  Ends ends;
  const char* const end = exact.data() + exact.size();
  for (const char* p = exact.data(); p < end;) {
    const size_t n = scanner.next(p, end, found.data(), count);
    EXPECT_GT(n, 0U);
    for (size_t i = 0; i < n; ++i) {
      ends.push_back(static_cast<size_t>(found[i] - exact.data()));
    }
    p = found[n - 1];
  }
  return ends;
}

void expect_equal(const SplitRule& rule, std::string_view text) {
  const Ends expected = one_by_one(rule, text);
  for (const Isa isa : available_isas()) {
    const WordScanner scanner(rule, isa);
    ASSERT_EQ(by_blocks(scanner, text, 1 + text.size() % 7), expected)
        << isa_name(isa) << " " << split_regex(rule) << "\non <" << text << ">";
  }
}

TEST(WordScanner, EqualsTheScannerOfSingleWordsOnRandomTextOfFewCharacters) {
  const std::string ascii = " \t\n\r'aszSTLvre19/.,<_";
  const std::vector<uint32_t> any = test::telling_code_points();
  for (const SplitRule& rule : all_rules()) {
    for (uint64_t trial = 0; trial < 1500; ++trial) {
      Rng rng(11, "test/word-scanner", trial);
      std::vector<uint32_t> chosen;
      for (size_t i = 0, kinds = 1 + rng.below(7); i < kinds; ++i) {
        const bool is_ascii = rng.below(8) != 0;
        chosen.push_back(is_ascii ? static_cast<uint32_t>(ascii[rng.below(ascii.size())]) : any[rng.below(any.size())]);
      }
      std::string text;
      for (size_t i = 0, n = 1 + rng.below(260); i < n; ++i) {
        append_utf8(text, chosen[rng.below(chosen.size())]);
      }
      expect_equal(rule, text);
    }
  }
}

TEST(WordScanner, EqualsTheScannerOfSingleWordsOnRealTextFromEveryPlaceAndOfEveryLength) {
  const std::string prose =
      "It's  we'll\tgo--\"Don't!\" 'tis said; CamelCaseWord x1234567 (see p. 12).\n\n    if (a_b) {\n"
      "  \n\treturn 3.14159;  // caf\xC3\xA9's\r\n}\n/* */ e-mail@host.org/path/to?x=1&y=22\n   \n end   ";
  for (const SplitRule& rule : all_rules()) {
    for (size_t i = 0; i < prose.size(); ++i) {
      expect_equal(rule, std::string_view(prose).substr(i));
      expect_equal(rule, std::string_view(prose).substr(0, i));
    }
  }
}

TEST(WordScanner, EqualsTheScannerOfSingleWordsOnEveryCharacterOfTwoBytesAndTheOnesAroundKnownSymbols) {
  for (const SplitRule& rule : all_rules()) {
    std::string text;
    const auto add = [&](uint32_t code_point) {
      std::string c;
      append_utf8(c, code_point);
      text += "x" + c + "Y " + c + "b" + c + c + " a" + c + "\n" + c + "1 ";
    };
    for (uint32_t code_point = 0x80; code_point < 0x800; ++code_point) {
      add(code_point);
    }
    for (uint32_t code_point = 0x1FF0; code_point < 0x2080; ++code_point) {
      add(code_point);
    }
    expect_equal(rule, text);
  }
}

// What is left and what is right of every safe cut has the words of the whole.
void expect_cuts_safe(std::string_view text) {
  for (const SplitRule& rule : all_rules()) {
    const Ends whole = one_by_one(rule, text);
    for (size_t cut = next_safe_cut(text, 0); cut < text.size(); cut = next_safe_cut(text, cut + 1)) {
      Ends ends = one_by_one(rule, text.substr(0, cut));
      for (const size_t end : one_by_one(rule, text.substr(cut))) {
        ends.push_back(cut + end);
      }
      ASSERT_EQ(ends, whole) << split_regex(rule) << " cut at " << cut << " of <" << text << ">";
    }
  }
}

TEST(WordScanner, TextMayBeCutAtSafePlaces) {
  const std::string ascii = "  \n\r'asTe1/.";
  const std::vector<uint32_t> any = test::telling_code_points();
  size_t cuts = 0;
  for (uint64_t trial = 0; trial < 3000; ++trial) {
    Rng rng(19, "test/safe-cuts", trial);
    std::string text;
    for (size_t i = 0, n = 2 + rng.below(30); i < n; ++i) {
      const bool is_ascii = rng.below(4) != 0;
      append_utf8(text, is_ascii ? static_cast<uint32_t>(ascii[rng.below(ascii.size())]) : any[rng.below(any.size())]);
    }
    if (trial % 5 == 0) {
      text[rng.below(text.size())] = static_cast<char>(rng.below(256));
    }
    cuts += next_safe_cut(text, 0) < text.size() ? 1 : 0;
    expect_cuts_safe(text);
  }
  EXPECT_GT(cuts, 500U);
  EXPECT_EQ(next_safe_cut("no cut here: ends", 3), 6U);
  EXPECT_EQ(next_safe_cut("x1 y2 z3", 0), 8U);
}

TEST(WordScanner, EqualsTheScannerOfSingleWordsOnAnyBytes) {
  for (const SplitRule& rule : all_rules()) {
    Rng rng(5, "test/word-scanner-bytes");
    expect_equal(rule, test::random_bytes(rng, 20000));
    expect_equal(rule, std::string(3000, ' '));
    expect_equal(rule, std::string(3000, '7'));
    expect_equal(rule, std::string(3000, 'x'));
    expect_equal(rule, std::string(3000, '\n') + std::string(100, ' '));
  }
}

TEST(WordScanner, EqualsTheScannerOfSingleWordsOnBooksAnd75Languages) {
  const std::string dir = test::data_dir();
  if (!path_exists(dir + "/langid")) {
    GTEST_SKIP() << "no test data";
  }
  std::vector<std::string> texts = {read_file(dir + "/text/gutenberg/alice.11.txt"),
                                    read_file(dir + "/text/wikitext-2.valid.txt").substr(0, 200000)};
  for (const std::string& file : list_files(dir + "/langid")) {
    texts.push_back(read_file(dir + "/langid/" + file).substr(0, 5000));
  }
  for (const SplitRule& rule : {SplitRule{SplitFamily::kGpt2}, {SplitFamily::kCl100k, 3}, {SplitFamily::kTekken, 1}}) {
    for (const std::string& text : texts) {
      expect_equal(rule, text);
    }
  }
}

}  // namespace
}  // namespace smelt
