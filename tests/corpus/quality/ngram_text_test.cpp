#include "corpus/quality/ngram_text.h"

#include <cmath>
#include <map>

#include <gtest/gtest.h>

#include "base/rng.h"
#include "corpus/document_io.h"
#include "corpus/quality/ngram_build.h"
#include "corpus/testing.h"

namespace smelt {
namespace {

// Lines of words from a small grammar, with capitals, digits and punctuation.
std::string make_text(uint64_t item, int lines) {
  Rng rng(21, "ngram_text_test", item);
  static const std::vector<std::string> kWords = {"The", "cat", "dog",  "sat",  "ran",   "on",  "a",
                                                  "mat", "in",  "1984", "Über", "x-ray", "日本"};
  std::string text;
  for (int line = 0; line < lines; ++line) {
    size_t last = rng.below(kWords.size());
    for (uint64_t n = 1 + rng.below(9); n > 0; --n) {
      last = rng.below(3) == 0 ? rng.below(kWords.size()) : (last * 5 + 2) % kWords.size();
      text += kWords[last] + (n == 1 ? "." : " ");
    }
    text += rng.below(4) == 0 ? "\n\n" : "\n";
  }
  return text;
}

class NgramTexts : public testing::Test {
 protected:
  void SetUp() override {
    for (int part = 0; part < 2; ++part) {
      DocumentWriter writer(folder_.file("docs/part" + std::to_string(part) + ".jsonl"));
      for (uint64_t i = 0; i < 20; ++i) {
        Document document;
        document.id = std::to_string(i);
        document.text = make_text(100 * static_cast<uint64_t>(part) + i, 12);
        writer.write(document);
      }
      writer.commit();
    }
  }

  Json train(const NgramTextOptions& options, const std::string& name, int threads = 2) {
    TestContext test(threads);
    return train_ngram_text(test.context(), {parse_labelled_input(folder_.file("docs"))}, options, folder_.file(name));
  }

  TemporaryFolder folder_;
};

TEST_F(NgramTexts, BytesDoNotDependOnThreadsOrRuns) {
  NgramTextOptions options;
  options.order = 4;
  train(options, "whole", 1);
  options.sort_bytes = 1 << 14;  // 1,024 windows a run
  train(options, "runs", 3);
  EXPECT_EQ(read_file(folder_.file("whole")), read_file(folder_.file("runs")));
}

// Tokens by hand, scored by a model of token ids that the trie's own tests compare with the definition.
TEST_F(NgramTexts, PerplexityIsThatOfItsSentences) {
  NgramTextOptions options;
  options.order = 3;
  train(options, "model");
  const NgramText model = NgramText::load(folder_.file("model"));
  std::map<std::string, int32_t> ids;
  for (int32_t id = 0; id < model.model().vocab_size(); ++id) {
    ids[std::string(model.word(static_cast<uint32_t>(id)))] = id;
  }
  const std::vector<std::vector<std::string>> sentences = {
      {"the", "cat", "sat", "on", "0000", "."}, {"über", "x", "-", "ray"}, {"日", "本", "<unk>"}};
  double log_prob = 0;
  int64_t tokens = 0;
  for (const auto& sentence : sentences) {
    std::vector<int32_t> line;
    for (const std::string& word : sentence) {
      ASSERT_TRUE(ids.contains(word)) << word;
      line.push_back(ids[word]);
    }
    line.push_back(ids["</s>"]);
    for (const double p : model.model().score(line)) {
      log_prob += p;
      ++tokens;
    }
  }
  const TextPerplexity found = model.measure("The CAT sat  on 1776.\n\n \t\nÜBER x-ray\n日本 zebra");
  EXPECT_EQ(found.tokens, tokens);
  EXPECT_EQ(found.unknown, 1);
  EXPECT_NEAR(found.log_prob, log_prob, 1e-9 * std::abs(log_prob));
  EXPECT_NEAR(found.perplexity(), std::exp(-log_prob / static_cast<double>(tokens)), 1e-6);
  EXPECT_TRUE(std::isnan(model.measure(" \n ").perplexity()));
}

TEST_F(NgramTexts, LongTextsDoNotUnderflow) {
  train({}, "model");
  const NgramText model = NgramText::load(folder_.file("model"));
  std::string text;
  for (int i = 0; i < 3000; ++i) {
    text += "zebra mat 1984 ";
  }
  const double perplexity = model.measure(text).perplexity();
  EXPECT_TRUE(std::isfinite(perplexity));
  EXPECT_GT(perplexity, 1);
}

TEST_F(NgramTexts, QuantisedModelsAreSmallerAndNear) {
  NgramTextOptions options;
  options.order = 3;
  train(options, "floats");
  options.probability_bits = 8;
  train(options, "codes");
  const NgramText floats = NgramText::load(folder_.file("floats"));
  const NgramText codes = NgramText::load(folder_.file("codes"));
  // 256 codes for at most some thousand values: neighbours differ by a few per cent.
  const std::string text = make_text(999, 200);
  EXPECT_NEAR(std::log(codes.measure(text).perplexity()), std::log(floats.measure(text).perplexity()), 0.02);
}

TEST_F(NgramTexts, CharactersAreAUnitToo) {
  NgramTextOptions options;
  options.unit = "characters";
  options.order = 5;
  const Json counts = train(options, "model");
  EXPECT_LT(counts.at("vocabulary").as_int(), 40);
  const NgramText model = NgramText::load(folder_.file("model"));
  const TextPerplexity found = model.measure("the  cat\nü");
  EXPECT_EQ(found.tokens, 7 + 1 + 1 + 1);  // the two spaces are one; an end each
  EXPECT_EQ(found.unknown, 0);
}

TEST_F(NgramTexts, RareWordsAreUnknown) {
  NgramTextOptions options;
  options.max_vocabulary = 5;
  const Json counts = train(options, "model");
  EXPECT_EQ(counts.at("vocabulary").as_int(), 5);
  EXPECT_GT(counts.at("unknown").as_int(), 0);
  const NgramText model = NgramText::load(folder_.file("model"));
  std::vector<int32_t> none;
  EXPECT_GT(std::exp(model.model().log_prob(none, 0)), 0.1);  // most words are the unknown one
}

TEST_F(NgramTexts, DamagedFilesAreErrorsOrModels) {
  NgramTextOptions options;
  options.order = 3;
  train(options, "model");
  const std::string bytes = read_file(folder_.file("model"));
  for (size_t size = 0; size < bytes.size(); size += 1 + size / 5) {
    EXPECT_THROW(NgramText::parse(std::string_view(bytes).substr(0, size), "cut"), UserError) << size;
  }
  for (uint64_t i = 0; i < 300; ++i) {
    Rng rng(22, "ngram_text_test/damage", i);
    std::string damaged = bytes;
    damaged[rng.below(i < 100 ? 600 : bytes.size())] ^= static_cast<char>(1 + rng.below(255));
    try {
      NgramText::parse(damaged, "damaged").measure("The cat sat on a mat.\nzebra");
    } catch (const UserError& error) {
      EXPECT_EQ(error.code(), ExitCode::kInput);
    }
  }
}

}  // namespace
}  // namespace smelt
