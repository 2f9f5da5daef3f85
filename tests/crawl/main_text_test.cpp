#include "crawl/main/main_text.h"

#include <cmath>
#include <random>

#include <gtest/gtest.h>

#include "base/text.h"
#include "crawl/main/boosted_trees.h"
#include "crawl/main/signals.h"
#include "crawl/main/structured_data.h"
#include "crawl/main/text_signals.h"

namespace smelt {
namespace {

TEST(BoostedTrees, SumTheLeavesThatTheAnswersName) {
  std::mt19937 random(7);
  std::normal_distribution<float> normal;
  constexpr size_t kTrees = 9;
  constexpr size_t kFeatures = 5;
  constexpr size_t kRows = 131;  // more than two chunks
  std::vector<uint16_t> features;
  std::vector<float> thresholds;
  std::vector<int16_t> leaves;
  for (size_t i = 0; i < kTrees * kTreeDepth; ++i) {
    features.push_back(static_cast<uint16_t>(random() % kFeatures));
    thresholds.push_back(normal(random));
  }
  for (size_t i = 0; i < kTrees * kTreeLeaves; ++i) {
    leaves.push_back(static_cast<int16_t>(static_cast<int>(random() % 20000) - 10000));
  }
  FeatureTable table(kRows, kFeatures);
  for (size_t row = 0; row < kRows; ++row) {
    for (size_t f = 0; f < kFeatures; ++f) {
      table.row(row)[f * FeatureTable::kChunk] = normal(random);
    }
  }
  const BoostedTrees model{0.25F, 1e-4F, features, thresholds, leaves};
  const std::vector<float> scores = predict(model, table);
  for (size_t row = 0; row < kRows; ++row) {
    double logit = 0.25;
    for (size_t tree = 0; tree < kTrees; ++tree) {
      size_t leaf = 0;
      for (size_t d = 0; d < kTreeDepth; ++d) {
        const size_t at = tree * kTreeDepth + d;
        leaf += table.at(row, features[at]) > thresholds[at] ? size_t{1} << d : 0;
      }
      logit += 1e-4 * leaves[tree * kTreeLeaves + leaf];
    }
    EXPECT_NEAR(scores[row], 1 / (1 + std::exp(-logit)), 1e-6) << row;
  }
}

std::vector<TextBlock> blocks_of(const std::vector<int64_t>& lengths) {
  std::vector<TextBlock> blocks;
  for (const int64_t length : lengths) {
    TextBlock block;
    block.text = std::to_string(blocks.size());
    block.length = length;
    blocks.push_back(block);
  }
  return blocks;
}

TEST(MainText, ChoosesTheSetThatPromisesTheBestF1) {
  std::mt19937 random(3);
  for (int round = 0; round < 200; ++round) {
    std::vector<int64_t> lengths;
    std::vector<float> scores;
    const size_t count = 1 + random() % 9;
    for (size_t i = 0; i < count; ++i) {
      lengths.push_back(1 + static_cast<int64_t>(random() % 140));  // no prose
      scores.push_back(static_cast<float>(random() % 1000) / 1000);
    }
    const std::vector<uint8_t> keep = choose_blocks(blocks_of(lengths), scores);
    double expected = 0;
    for (size_t i = 0; i < count; ++i) {
      expected += static_cast<double>(lengths[i]) * static_cast<double>(scores[i]);
    }
    const auto f1 = [&](size_t set) {
      double taken = 0;
      double right = 0;
      for (size_t i = 0; i < count; ++i) {
        const double length = (set >> i & 1U) != 0 ? static_cast<double>(lengths[i]) : 0;
        taken += length;
        right += length * static_cast<double>(scores[i]);
      }
      return taken + expected > 0 ? 2 * right / (taken + expected) : 0;
    };
    size_t ours = 0;
    double best = 0;
    for (size_t i = 0; i < count; ++i) {
      ours |= keep[i] != 0 ? size_t{1} << i : 0;
    }
    for (size_t set = 0; set < size_t{1} << count; ++set) {
      best = std::max(best, f1(set));
    }
    EXPECT_NEAR(f1(ours), best >= 0.2 ? best : 0, 1e-9);
  }
}

TEST(MainText, InProseShortParagraphsMustBeRatherSure) {
  EXPECT_EQ(choose_blocks(blocks_of({300, 50, 300}), {0.8F, 0.7F, 0.8F}), (std::vector<uint8_t>{1, 0, 1}));
  EXPECT_EQ(choose_blocks(blocks_of({300, 50, 300}), {0.8F, 0.85F, 0.8F}), (std::vector<uint8_t>{1, 1, 1}));
  EXPECT_EQ(choose_blocks(blocks_of({300, 120, 300}), {0.8F, 0.55F, 0.8F}), (std::vector<uint8_t>{1, 0, 1}));
  EXPECT_EQ(choose_blocks(blocks_of({300, 120, 300}), {0.8F, 0.65F, 0.8F}), (std::vector<uint8_t>{1, 1, 1}));
  EXPECT_EQ(choose_blocks(blocks_of({50, 50, 50}), {0.6F, 0.52F, 0.6F}), (std::vector<uint8_t>{1, 1, 1}));  // a list
  std::vector<TextBlock> blocks = blocks_of({300, 20, 300});
  blocks[1].kind = TextBlock::Kind::kHeading;
  blocks[1].level = 2;
  EXPECT_EQ(choose_blocks(blocks, {0.8F, 0.45F, 0.8F}), (std::vector<uint8_t>{1, 1, 1}));
  EXPECT_EQ(choose_blocks(blocks, {0.8F, 0.3F, 0.8F}), (std::vector<uint8_t>{1, 0, 1}));
}

TEST(MainText, NothingAnnouncesWhatWasLeftOutBehindProse) {
  std::vector<TextBlock> blocks = blocks_of({300, 20, 300, 20, 25, 40});
  blocks[1].kind = blocks[3].kind = TextBlock::Kind::kHeading;
  blocks[1].level = blocks[3].level = 2;
  blocks[4].text = "Read more:";
  const std::vector<float> scores = {0.9F, 0.9F, 0.9F, 0.9F, 0.9F, 0};
  EXPECT_EQ(choose_blocks(blocks, scores), (std::vector<uint8_t>{1, 1, 1, 0, 0, 0}));
  for (TextBlock& block : blocks) {
    block.kind = TextBlock::Kind::kHeading;
    block.level = 2;
  }
  EXPECT_EQ(choose_blocks(blocks, scores), (std::vector<uint8_t>{1, 1, 1, 1, 1, 0}));  // there is nothing else
}

TEST(MainText, KeepsRepeatedTextOnce) {
  std::vector<TextBlock> blocks = blocks_of({100, 100, 100});
  blocks[0].text = blocks[2].text = "the same";
  EXPECT_EQ(choose_blocks(blocks, {0.9F, 0.9F, 0.9F}), (std::vector<uint8_t>{1, 1, 0}));
}

TEST(MainText, KeepsTheTitleAboveTheText) {
  std::vector<TextBlock> blocks = blocks_of({20, 10, 30, 100});
  blocks[1].kind = TextBlock::Kind::kHeading;
  blocks[1].level = 1;
  EXPECT_EQ(choose_blocks(blocks, {0, 0, 0, 0.9F}), (std::vector<uint8_t>{0, 1, 0, 1}));
  blocks[1].link_length = 10;
  EXPECT_EQ(choose_blocks(blocks, {0, 0, 0, 0.9F}), (std::vector<uint8_t>{0, 0, 0, 1}));
  EXPECT_EQ(choose_blocks(blocks, {0.01F, 0, 0, 0.01F}), (std::vector<uint8_t>{0, 0, 0, 0}));
}

TEST(MainText, SignalsCountLevelsUpToWordsAndElements) {
  const HtmlTree tree = parse_html(
      "<article><div class='entry-content' id=mainNav><section style='DISPLAY : "
      "none'><p>x</p></section></div></article>");
  const std::vector<MarkupSignals> signals = find_signals(tree);
  const MarkupSignals& text = signals.back();
  EXPECT_EQ(text.at(MarkupElement::kParagraph), 0);
  EXPECT_EQ(text.at(MarkupElement::kHiddenStyle), 1);
  EXPECT_EQ(text.at(MarkupElement::kArticle), 3);
  EXPECT_EQ(text.at(MarkupElement::kFooter), kFarAway);
  EXPECT_EQ(text.at(MarkupWord::kContent), 2);
  EXPECT_EQ(text.at(MarkupWord::kNavigation), 2);
  EXPECT_EQ(text.at(MarkupWord::kComment), kFarAway);
}

// The same counts a character at a time.
TextSignals measure_plainly(std::string_view text) {
  TextSignals out;
  bool in_word = false;
  for (size_t pos = 0; pos < text.size();) {
    const uint32_t code = next_code_point(text, pos);
    const auto one_of = [&](std::u32string_view list) {
      return list.find(static_cast<char32_t>(code)) != std::u32string_view::npos;
    };
    const bool digit = code >= '0' && code <= '9';
    const bool capital = code >= 'A' && code <= 'Z';
    const bool word = digit || capital || (code >= 'a' && code <= 'z') || one_of(U"\u00FC\u0416\u4E00\U0001F600");
    out.words += word && !in_word ? 1 : 0;
    out.capital_words += word && !in_word && capital ? 1 : 0;
    out.letters += word ? 1 : 0;
    out.digits += digit ? 1 : 0;
    out.capitals += capital ? 1 : 0;
    out.stops += in_word && one_of(U".?!\u3002\uFF01") ? 1 : 0;
    out.commas += one_of(U",;\u3001\uFF0C") ? 1 : 0;
    out.separators += one_of(U"|>/\u00BB\u2192") ? 1 : 0;
    in_word = word;
  }
  return out;
}

TEST(MainText, MeasuresTextOfAnyLengthAsACharacterAtATimeDoes) {
  std::mt19937 random(11);
  const std::u32string alphabet =
      U"aZ09  .,;?!|>/-\u00FC\u0416\u4E00\U0001F600\u3002\uFF01\u3001\uFF0C\u00BB\u2192\u201D";
  for (int round = 0; round < 2000; ++round) {
    std::string text;
    const size_t ascii = random() % 3 == 0 ? 15 : alphabet.size();
    for (size_t i = random() % 200; i > 0; --i) {
      append_utf8(text, static_cast<uint32_t>(alphabet[random() % ascii]));
    }
    const TextSignals ours = measure_text(text);
    const TextSignals twin = measure_plainly(text);
    ASSERT_EQ(ours.words, twin.words) << text;
    ASSERT_EQ(ours.letters, twin.letters) << text;
    ASSERT_EQ(ours.digits, twin.digits) << text;
    ASSERT_EQ(ours.capitals, twin.capitals) << text;
    ASSERT_EQ(ours.capital_words, twin.capital_words) << text;
    ASSERT_EQ(ours.stops, twin.stops) << text;
    ASSERT_EQ(ours.commas, twin.commas) << text;
    ASSERT_EQ(ours.separators, twin.separators) << text;
  }
}

TEST(MainText, CountsFunctionWordsWhereverTheyStand) {
  for (size_t before = 0; before < 130; ++before) {
    const std::string text = std::string(before, 'x') +
                             " The \xC3\xBC"
                             "ber und " +
                             std::string(before, '-') + "was";
    EXPECT_EQ(measure_text(text).function_words, 4) << before;
  }
}

TEST(MainText, MeasuresText) {
  const TextSignals prose = measure_text("The cat, which was old, sat on 3 mats. Why?");
  EXPECT_EQ(prose.words, 10);
  EXPECT_EQ(prose.commas, 2);
  EXPECT_EQ(prose.stops, 2);
  EXPECT_EQ(prose.digits, 1);
  EXPECT_EQ(prose.capital_words, 2);
  EXPECT_EQ(prose.function_words, 4);  // the, which, was, on
  EXPECT_EQ(prose.end, 1);
  EXPECT_EQ(prose.phrases, 0U);
  EXPECT_NE(measure_text("Read more about our cookies").phrases, 0U);
  EXPECT_EQ(measure_text("").words, 0);
}

TEST(MainText, FindsTextInStructuredData) {
  const HtmlTree tree = parse_html(
      "<script type='application/ld+json'>{\"@graph\": [{\"@type\": \"Organization\", \"description\": \"a very long "
      "description of a firm that nobody asked for\"}, {\"@type\": \"Article\", \"articleBody\": \"One &amp; "
      "two.<br>Three.\"}]}</script><script type='application/ld+json'>{broken</script>",
      {.text_only = true});
  EXPECT_EQ(find_structured_text(tree), "One & two.\nThree.");
  EXPECT_EQ(find_structured_text(parse_html("<p>x")), "");
}

TEST(MainText, ScoresAreProbabilitiesOnAnyPage) {
  for (const char* page : {"", "<p>x", "<table><tr><td>a<td>b</table>", "<noscript><p>text</noscript>",
                           "<title>t</title><h1>t</h1><ul><li>a<li>a</ul>"}) {
    const HtmlTree tree = parse_html(page, {.text_only = true});
    const std::vector<TextBlock> blocks = split_blocks(tree, find_unread(tree));
    const std::vector<float> scores = score_blocks(tree, blocks, {});
    ASSERT_EQ(scores.size(), blocks.size());
    for (const float score : scores) {
      EXPECT_TRUE(score >= 0 && score <= 1) << page;
    }
    const FeatureTable table = block_features(tree, blocks, {});
    for (size_t row = 0; row < table.rows(); ++row) {
      for (size_t f = 0; f < table.features(); ++f) {
        EXPECT_TRUE(std::isfinite(table.at(row, f))) << page;
      }
    }
  }
}

}  // namespace
}  // namespace smelt
