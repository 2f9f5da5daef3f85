#include "corpus/clusters/embedding.h"

#include <cmath>
#include <map>

#include <gmock/gmock.h>

#include "base/rng.h"
#include "base/threads.h"
#include "corpus/clusters/kmeans.h"
#include "corpus/clusters/partitions.h"
#include "corpus/clusters/subspace.h"
#include "corpus/clusters/topics.h"
#include "corpus/testing.h"

namespace smelt {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  for_each_term(text, [&](std::string_view word, uint64_t) { words.emplace_back(word); });
  return words;
}

TEST(Terms, AreWordsOrPairsOfLetters) {
  EXPECT_THAT(words_of("The CAT's 42 tails, x1."), ElementsAre("the", "cat", "tails", "x1"));
  EXPECT_THAT(words_of("\xE6\x97\xA5\xE6\x9C\xAC\xE8\xAA\x9E abc"),
              ElementsAre("\xE6\x97\xA5\xE6\x9C\xAC", "\xE6\x9C\xAC\xE8\xAA\x9E", "abc"));
  EXPECT_TRUE(words_of("").empty());
  EXPECT_TRUE(words_of("12 ... \xFF\xFE").empty());
  const auto terms = count_terms("a bb cc bb");
  ASSERT_EQ(terms.size(), 2u);
  EXPECT_EQ(terms[0].count + terms[1].count, 3u);
}

// The projection keeps angles: cosines by the vectors against those of the tf-idf itself.
TEST(Embedding, KeepsTheCosinesOfTfIdf) {
  Rng rng(1, "test/embedding");
  std::vector<std::string> texts;
  for (int d = 0; d < 60; ++d) {
    std::string text;
    for (int w = 0; w < 120; ++w) {
      const auto topic = static_cast<uint64_t>(d % 6);
      text += "word" + std::to_string(rng.below(3) == 0 ? rng.below(400) : 1000 * (topic + 1) + rng.below(40)) + " ";
    }
    texts.push_back(text);
  }
  DocumentFrequencies frequencies;
  std::vector<std::vector<TermCount>> terms;
  for (const std::string& text : texts) {
    terms.push_back(count_terms(text));
    frequencies.add(terms.back());
  }
  std::vector<std::map<uint64_t, double>> weights;
  for (const auto& counts : terms) {
    std::map<uint64_t, double>& weight = weights.emplace_back();
    double square = 0;
    for (const TermCount& term : counts) {
      weight[term.term] = (1 + std::log(term.count)) * frequencies.idf(term.term);
      square += weight[term.term] * weight[term.term];
    }
    for (auto& [term, value] : weight) {
      value /= std::sqrt(square);
    }
  }
  const size_t dimensions = 1024;
  const Embedder embedder(frequencies, dimensions, 1);
  std::vector<std::vector<float>> vectors(texts.size(), std::vector<float>(dimensions));
  for (size_t d = 0; d < texts.size(); ++d) {
    embedder.embed(terms[d], vectors[d]);
  }
  double error = 0;
  double pairs = 0;
  for (size_t a = 0; a < texts.size(); ++a) {
    for (size_t b = 0; b < a; ++b) {
      double exact = 0;
      double projected = 0;
      for (const auto& [term, value] : weights[a]) {
        const auto found = weights[b].find(term);
        exact += found == weights[b].end() ? 0 : value * found->second;
      }
      for (size_t i = 0; i < dimensions; ++i) {
        projected += static_cast<double>(vectors[a][i]) * vectors[b][i];
      }
      error += (exact - projected) * (exact - projected);
      ++pairs;
    }
  }
  // The deviation of a cosine near 0 is 1 / sqrt(1024) = 0.031.
  EXPECT_LT(std::sqrt(error / pairs), 0.035);
  std::vector<float> none(dimensions, 1.0F);
  embedder.embed({}, none);
  EXPECT_EQ(none, std::vector<float>(dimensions));
}

// Clusters of texts, by the whole chain.
double recovered(const std::vector<std::string>& texts, const std::vector<std::string>& truth, size_t clusters) {
  ThreadPool threads(2);
  DocumentFrequencies frequencies;
  for (const std::string& text : texts) {
    frequencies.add(count_terms(text));
  }
  constexpr size_t kDimensions = 1024;
  constexpr size_t kComponents = 16;
  const Embedder embedder(frequencies, kDimensions, 1);
  std::vector<float> values(texts.size() * kDimensions);
  for (size_t i = 0; i < texts.size(); ++i) {
    embedder.embed(count_terms(texts[i]), std::span(values).subspan(i * kDimensions, kDimensions));
  }
  const Subspace subspace(threads, {values.data(), texts.size(), kDimensions}, kComponents, 1);
  std::vector<float> projected(texts.size() * kComponents);
  for (size_t i = 0; i < texts.size(); ++i) {
    subspace.project(std::span(values).subspan(i * kDimensions, kDimensions),
                     std::span(projected).subspan(i * kComponents, kComponents));
  }
  const PointSpan points{projected.data(), texts.size(), kComponents};
  return adjusted_rand(truth, assign_points(threads, points, learn_centroids(threads, points, {clusters, 30, 3, 1})));
}

double dot(std::span<const float> x, std::span<const float> y) {
  double sum = 0;
  for (size_t i = 0; i < x.size(); ++i) {
    sum += static_cast<double>(x[i]) * static_cast<double>(y[i]);
  }
  return sum;
}

// Vectors of three directions and a little noise: the subspace holds the three, so angles stay what they are.
TEST(Subspace, HoldsTheDominantDirections) {
  constexpr size_t kDimensions = 64;
  Rng rng(4, "test/subspace");
  std::vector<double> axes(3 * kDimensions);
  for (double& value : axes) {
    value = rng.normal() / 8;
  }
  std::vector<float> values;
  for (int i = 0; i < 500; ++i) {
    const std::vector<double> weights = {rng.normal(), rng.normal(), rng.normal()};
    for (size_t d = 0; d < kDimensions; ++d) {
      values.push_back(static_cast<float>(weights[0] * axes[d] + weights[1] * axes[kDimensions + d] +
                                          weights[2] * axes[2 * kDimensions + d] + 0.001 * rng.normal()));
    }
  }
  std::vector<float> expected;
  for (const int width : {1, 3}) {
    ThreadPool threads(width);
    const Subspace subspace(threads, {values.data(), 500, kDimensions}, 16, 1);
    std::vector<float> projected(200 * 16);
    for (size_t a = 0; a < 200; ++a) {
      subspace.project(std::span(values).subspan(a * kDimensions, kDimensions),
                       std::span(projected).subspan(a * 16, 16));
    }
    for (size_t a = 0; a < 100; ++a) {
      const std::span<const float> x = std::span(values).subspan(a * kDimensions, kDimensions);
      const std::span<const float> y = std::span(values).subspan((a + 100) * kDimensions, kDimensions);
      EXPECT_NEAR(dot(std::span(projected).subspan(a * 16, 16), std::span(projected).subspan((a + 100) * 16, 16)),
                  dot(x, y) / std::sqrt(dot(x, x) * dot(y, y)), 0.02);
    }
    expected = expected.empty() ? projected : expected;
    EXPECT_EQ(projected, expected);
  }
}

TEST(Embedding, LanguagesAreClusters) {
  const std::string folder = test_data("langid");
  if (folder.empty()) {
    GTEST_SKIP() << "no test data";
  }
  std::vector<std::string> texts;
  std::vector<std::string> truth;
  for (const char* language : {"de", "en", "es", "fi", "ja", "pl", "ru", "th", "tr", "zh"}) {
    const std::string lines = read_file(folder + "/" + language + ".txt");
    std::string text;
    int count = 0;
    for (const std::string_view line : split(lines, '\n')) {
      text += std::string(line) + "\n";
      if (++count % 10 == 0) {
        texts.push_back(std::move(text));
        truth.emplace_back(language);
        text.clear();
      }
    }
  }
  EXPECT_GT(recovered(texts, truth, 10), 0.9);
}

TEST(Embedding, BooksAreClusters) {
  const std::string folder = test_data("text/gutenberg");
  if (folder.empty()) {
    GTEST_SKIP() << "no test data";
  }
  std::vector<std::string> texts;
  std::vector<std::string> truth;
  size_t books = 0;
  for (const std::string& name : list_files(folder)) {
    const std::string book = read_file(folder + "/" + name);
    ++books;
    for (size_t begin = 20000; begin + 30000 < book.size() && begin < 400000; begin += 20000) {
      texts.push_back(book.substr(begin, 10000));
      truth.push_back(name);
    }
  }
  EXPECT_GT(recovered(texts, truth, books), 0.75);
}

TEST(Topics, AreNamedByTheTermsThatSetThemApart) {
  DocumentFrequencies frequencies;
  std::vector<std::string> texts;
  Rng rng(2, "test/topics");
  const std::vector<std::string> stars = {"galaxy", "telescope", "orbit", "nebula"};
  const std::vector<std::string> food = {"butter", "flour", "oven", "sugar"};
  for (int d = 0; d < 80; ++d) {
    std::string text;
    for (int w = 0; w < 60; ++w) {
      const std::vector<std::string>& own = d % 2 == 0 ? stars : food;
      text += rng.below(2) == 0 ? own[rng.below(4)] + " " : "common" + std::string(1 + rng.below(9), 'x') + " ";
    }
    texts.push_back(text + "unique" + std::to_string(d));
    frequencies.add(count_terms(texts.back()));
  }
  TopicNames names(2);
  for (size_t d = 0; d < texts.size(); ++d) {
    names.add(d % 2, document_keywords(texts[d], frequencies, 20));
  }
  for (const std::string& word : stars) {
    EXPECT_THAT(names.name(0), HasSubstr(word));
  }
  for (const std::string& word : food) {
    EXPECT_THAT(names.name(1), HasSubstr(word));
  }
}

}  // namespace
}  // namespace smelt
