#include "corpus/quality/linear_head.h"

#include <cmath>
#include <map>

#include <gtest/gtest.h>

#include "base/rng.h"
#include "corpus/testing.h"

namespace smelt {
namespace {

// Texts of three topics that share half of their words.
LabelledTexts make_texts(int count, size_t labels) {
  LabelledTexts texts;
  for (size_t l = 0; l < labels; ++l) {
    texts.labels.push_back("topic" + std::to_string(l));
  }
  for (int i = 0; i < count; ++i) {
    Rng rng(5, "linear_test", static_cast<uint64_t>(i));
    const auto label = static_cast<int32_t>(rng.below(labels));
    std::string text;
    for (int w = 0; w < 30; ++w) {
      text += rng.below(2) == 0 ? "common" + std::to_string(rng.below(20))
                                : "t" + std::to_string(label) + "x" + std::to_string(rng.below(20));
      text += ' ';
    }
    texts.texts.push_back(text);
    texts.label.push_back(label);
    texts.bytes += static_cast<int64_t>(text.size());
  }
  return texts;
}

double objective_gradient(const LinearHead& head, const LabelledTexts& texts, const LinearOptions& options) {
  // By the definition, one text after the other, in double precision on maps.
  const size_t labels = texts.labels.size();
  const size_t first = labels - head.weights().size();
  std::map<std::pair<size_t, uint32_t>, double> gradient;
  std::vector<double> bias(labels, 0.0);
  for (size_t i = 0; i < texts.texts.size(); ++i) {
    std::vector<uint32_t> buckets;
    std::vector<double> p(labels);
    head.probabilities(texts.texts[i], buckets, p.data());
    for (size_t c = first; c < labels; ++c) {
      const double slope =
          (p[c] - (static_cast<int32_t>(c) == texts.label[i] ? 1 : 0)) / static_cast<double>(texts.texts.size());
      bias[c] += slope;
      for (const uint32_t b : buckets) {
        gradient[{c, b}] += slope / std::sqrt(static_cast<double>(buckets.size()));
      }
    }
  }
  double largest = 0;
  for (const auto& [key, value] : gradient) {
    const double weight = static_cast<double>(head.weights()[key.first - first][key.second]);
    largest = std::max(largest, std::abs(value + options.l2 * weight));
  }
  for (const double value : bias) {
    largest = std::max(largest, std::abs(value));
  }
  return largest;
}

class LinearHeads : public testing::TestWithParam<size_t> {};

TEST_P(LinearHeads, TrainingEndsWhereTheGradientIsZero) {
  TestContext test(2);
  const LabelledTexts texts = make_texts(200, GetParam());
  LinearOptions options;
  options.features.bits = 12;
  options.l2 = 1e-3;
  options.tolerance = 1e-7;
  const LinearTraining training = train_linear(test.context(), texts, options);
  EXPECT_LT(training.iterations, options.max_iterations);
  EXPECT_LE(training.gradient, options.tolerance);
  // Weights are kept as floats of size about 5: rounding moves the gradient by at most their half units in the last
  // place times the curvature, which is at most 1.
  EXPECT_LT(objective_gradient(training.head, texts, options), 1e-5);
}

TEST_P(LinearHeads, TellTopicsApart) {
  TestContext test(2);
  LabelledTexts texts = make_texts(400, GetParam());
  const LabelledTexts held = split_off(texts, 0.25, 1);
  EXPECT_NEAR(static_cast<double>(held.texts.size()), 100, 5 * std::sqrt(75.0));
  LinearOptions options;
  options.features.bits = 14;
  const LinearHead head = train_linear(test.context(), texts, options).head;
  size_t right = 0;
  std::vector<uint32_t> buckets;
  std::vector<double> p(GetParam());
  for (size_t i = 0; i < held.texts.size(); ++i) {
    head.probabilities(held.texts[i], buckets, p.data());
    right += std::max_element(p.begin(), p.end()) - p.begin() == held.label[i] ? 1 : 0;
    double sum = 0;
    for (const double value : p) {
      sum += value;
    }
    EXPECT_NEAR(sum, 1, 1e-12);
  }
  EXPECT_GE(right, held.texts.size() * 95 / 100);
}

INSTANTIATE_TEST_SUITE_P(Labels, LinearHeads, testing::Values(2, 3));

TEST(LinearHead, BytesDoNotDependOnThreadsAndReadBackEqual) {
  const TemporaryFolder folder;
  const LabelledTexts texts = make_texts(100, 3);
  LinearOptions options;
  options.features = {.bits = 10, .word_ngrams = 1, .min_characters = 2, .max_characters = 3};
  options.max_iterations = 20;
  for (const int threads : {1, 3}) {
    TestContext test(threads);
    train_linear(test.context(), texts, options).head.save(folder.file("head" + std::to_string(threads)));
  }
  const std::string bytes = read_file(folder.file("head1"));
  EXPECT_EQ(bytes, read_file(folder.file("head3")));
  const LinearHead head = LinearHead::parse(bytes, "head");
  EXPECT_EQ(head.labels(), texts.labels);
  EXPECT_EQ(head.features(), options.features);
  head.save(folder.file("again"));
  EXPECT_EQ(read_file(folder.file("again")), bytes);
  for (const size_t cut : {size_t{0}, size_t{5}, bytes.find('\n'), bytes.find('\n') + 1, bytes.size() - 1}) {
    EXPECT_THROW(LinearHead::parse(std::string_view(bytes).substr(0, cut), "cut"), UserError) << cut;
  }
}

TEST(LinearHead, BalancedTrainingHasNoPreferenceBetweenLabels) {
  TestContext test(1);
  LabelledTexts texts = make_texts(0, 2);
  for (int i = 0; i < 100; ++i) {  // no word tells the labels apart; one in ten is of the second
    texts.texts.push_back("word");
    texts.label.push_back(i % 10 == 0 ? 1 : 0);
  }
  LinearOptions options;
  options.features.bits = 8;
  options.l2 = 1e-2;
  std::vector<uint32_t> buckets;
  std::array<double, 2> p{};
  train_linear(test.context(), texts, options).head.probabilities("word", buckets, p.data());
  EXPECT_NEAR(p[1], 0.1, 1e-4);
  options.balanced = true;
  train_linear(test.context(), texts, options).head.probabilities("word", buckets, p.data());
  EXPECT_NEAR(p[1], 0.5, 1e-4);
}

TEST(LabelledTexts, ComeFromNamesMetadataAndPrefixes) {
  TestContext test(1);
  const TemporaryFolder folder;
  folder.write("good.jsonl", "{\"text\": \"fine\"}\n");
  folder.write("mixed.jsonl", "{\"text\": \"three\", \"label\": 10}\n{\"text\": \"__label__9 nine\"}\n");
  const LabelledTexts texts = read_labelled(
      test.context(),
      {parse_labelled_input("2=" + folder.file("good.jsonl")), parse_labelled_input(folder.file("mixed.jsonl"))},
      "label");
  EXPECT_EQ(texts.labels, (std::vector<std::string>{"2", "9", "10"}));
  EXPECT_EQ(texts.texts, (std::vector<std::string>{"fine", "three", "nine"}));
  EXPECT_EQ(texts.label, (std::vector<int32_t>{0, 2, 1}));
  EXPECT_THROW(read_labelled(test.context(), {parse_labelled_input(folder.file("good.jsonl"))}, "label"), UserError);
}

}  // namespace
}  // namespace smelt
