#include <array>
#include <cmath>
#include <set>

#include <gtest/gtest.h>

#include "base/rng.h"
#include "corpus/quality/fasttext_train.h"
#include "corpus/testing.h"
#include "crawl/fasttext/fasttext_model.h"

namespace smelt {
namespace {

LabelledTexts make_texts() {
  LabelledTexts texts;
  texts.labels = {"even", "odd", "rare"};
  for (int i = 0; i < 240; ++i) {
    Rng rng(7, "fasttext_test", static_cast<uint64_t>(i));
    const int32_t label = i % 12 == 0 ? 2 : i % 2;
    std::string text;
    for (int w = 0; w < 12; ++w) {
      text += rng.below(3) == 0 ? "shared" : "word" + std::to_string(label) + std::to_string(rng.below(9)) + "é";
      text += w == 5 ? "\n" : " ";
    }
    texts.texts.push_back(text);
    texts.label.push_back(label);
  }
  return texts;
}

FasttextTrainOptions small_options() {
  FasttextTrainOptions options;
  options.dim = 10;
  options.buckets = 997;
  options.min_characters = 3;
  options.max_characters = 5;
  options.learning_rate = 0.5;
  return options;
}

class Fasttext : public testing::Test {
 protected:
  std::string train(const FasttextTrainOptions& options, int threads, const std::string& name) {
    TestContext test(threads);
    training_ = train_fasttext(test.context(), texts_, options, folder_.file(name));
    return folder_.file(name);
  }

  TemporaryFolder folder_;
  LabelledTexts texts_ = make_texts();
  FasttextTraining training_;
};

TEST_F(Fasttext, LearnsAndDoesNotDependOnThreads) {
  const std::string one = train(small_options(), 1, "one.bin");
  EXPECT_LT(training_.loss, 0.3);
  EXPECT_GT(training_.words, 20);
  EXPECT_EQ(read_file(one), read_file(train(small_options(), 3, "three.bin")));
  const FasttextModel model = FasttextModel::load(one);
  FasttextScorer scorer(model);
  int right = 0;
  for (size_t i = 0; i < texts_.texts.size(); ++i) {
    const std::vector<FasttextGuess> guesses = scorer.predict(texts_.texts[i]);
    right += model.label(guesses.at(0).label) == "__label__" + texts_.labels[static_cast<size_t>(texts_.label[i])];
  }
  EXPECT_GE(right, 236);
}

// By the definition: rows as fasttext_dictionary.h says, their mean, softmax.
TEST_F(Fasttext, ProbabilitiesAreTheDefinition) {
  const FasttextModel model = FasttextModel::load(train(small_options(), 2, "m.bin"));
  const FasttextDictionary& dictionary = model.dictionary();
  FasttextScorer scorer(model);
  for (const std::string text : {"word11é shared", "unknown words only", "", "shared\nshared\tword03é  x", "日本 é"}) {
    std::vector<int32_t> rows;
    std::vector<int64_t> hashes;
    std::vector<std::string> tokens;
    std::string token;
    for (const char c : text + "\n") {
      if (c == ' ' || c == '\n' || c == '\t') {
        if (!token.empty()) {
          tokens.push_back(token);
        }
        token.clear();
      } else {
        token += c;
      }
    }
    tokens.push_back("</s>");
    const auto bucket = [&](uint64_t hash) { return dictionary.num_words() + static_cast<int32_t>(hash % 997); };
    for (const std::string& word : tokens) {
      for (int32_t id = 0; id < dictionary.num_words(); ++id) {
        if (dictionary.entries()[static_cast<size_t>(id)].word == word) {
          rows.push_back(id);
        }
      }
      hashes.push_back(static_cast<int32_t>(fasttext_hash(word)));
      if (word == "</s>") {
        continue;
      }
      std::vector<std::string> characters{"<"};
      for (const char c : word) {
        if ((static_cast<unsigned char>(c) & 0xC0) == 0x80) {
          characters.back() += c;
        } else {
          characters.emplace_back(1, c);
        }
      }
      characters.emplace_back(">");
      for (size_t i = 0; i < characters.size(); ++i) {
        std::string gram;
        for (size_t n = 1; n <= 5 && i + n <= characters.size(); ++n) {
          gram += characters[i + n - 1];
          if (n >= 3) {
            rows.push_back(bucket(fasttext_hash(gram)));
          }
        }
      }
    }
    for (size_t i = 0; i + 1 < hashes.size(); ++i) {
      rows.push_back(bucket(static_cast<uint64_t>(hashes[i]) * 116049371 + static_cast<uint64_t>(hashes[i + 1])));
    }
    std::vector<double> hidden(10, 0.0);
    for (const int32_t row : rows) {
      std::array<float, 10> values{};
      model.input().add_row(row, values.data());
      for (size_t d = 0; d < 10; ++d) {
        hidden[d] += static_cast<double>(values[d]) / static_cast<double>(rows.size());
      }
    }
    std::array<double, 3> p{};
    double sum = 0;
    for (int32_t label = 0; label < 3; ++label) {
      std::array<float, 10> values{};
      model.output().add_row(label, values.data());
      double z = 0;
      for (size_t d = 0; d < 10; ++d) {
        z += static_cast<double>(values[d]) * hidden[d];
      }
      p[static_cast<size_t>(label)] = std::exp(z);
      sum += p[static_cast<size_t>(label)];
    }
    const std::vector<float> found = scorer.probabilities(text);
    for (size_t label = 0; label < 3; ++label) {
      EXPECT_NEAR(static_cast<double>(found.at(label)), p[label] / sum + 1e-5, 2e-6) << text;
    }
  }
}

TEST_F(Fasttext, WhatWasScoredBeforeDoesNotMatter) {
  const FasttextModel model = FasttextModel::load(train(small_options(), 2, "m.bin"));
  FasttextScorer used(model);
  for (const std::string& text : texts_.texts) {
    FasttextScorer fresh(model);
    EXPECT_EQ(fresh.probabilities(text), used.probabilities(text));
    EXPECT_EQ(used.probabilities(text), fresh.probabilities(text));
  }
}

TEST_F(Fasttext, LabelsAreFoundWithAndWithoutPrefix) {
  const FasttextModel model = FasttextModel::load(train(small_options(), 1, "m.bin"));
  EXPECT_EQ(model.find_label("rare"), 2);  // the rarest comes last
  EXPECT_EQ(model.find_label("__label__rare"), 2);
  EXPECT_EQ(model.find_label("other"), -1);
}

TEST_F(Fasttext, DamagedFilesAreErrors) {
  const std::string bytes = read_file(train(small_options(), 1, "m.bin"));
  EXPECT_NO_THROW(FasttextModel::parse(bytes, "whole"));
  for (size_t size = 0; size < bytes.size(); size += 1 + size / 7) {
    EXPECT_THROW(FasttextModel::parse(std::string_view(bytes).substr(0, size), "cut"), UserError) << size;
  }
  EXPECT_THROW(FasttextModel::parse(bytes.substr(0, bytes.size() - 1), "cut"), UserError);
  for (size_t i = 0; i < 400; ++i) {  // any damage to the head is an error, or a model that can be asked
    std::string damaged = bytes;
    Rng rng(8, "fasttext_test/damage", i);
    damaged[rng.below(i < 200 ? 100 : bytes.size())] ^= static_cast<char>(1 + rng.below(255));
    try {
      const FasttextModel model = FasttextModel::parse(damaged, "damaged");
      FasttextScorer scorer(model);
      for (const FasttextGuess& guess : scorer.predict("word11é shared", 2)) {
        EXPECT_LT(guess.label, model.num_labels());
      }
    } catch (const UserError& error) {
      EXPECT_EQ(error.code(), ExitCode::kInput);
    }
  }
}

TEST_F(Fasttext, RefusesLabelsThatItsFormatCannotHold) {
  TestContext test(1);
  texts_.labels[0] = "two words";
  EXPECT_THROW(train_fasttext(test.context(), texts_, small_options(), folder_.file("m.bin")), UserError);
}

}  // namespace
}  // namespace smelt
