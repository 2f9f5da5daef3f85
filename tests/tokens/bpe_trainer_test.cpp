#include "tokens/bpe_trainer.h"

#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/files.h"
#include "corpus/document_io.h"
#include "support/temporary_directory.h"
#include "support/test_context.h"
#include "tokens/bpe/merge_learner.h"
#include "tokens/data.h"
#include "tokens/split/pretokenizer.h"
#include "tokens/tokenizer.h"

namespace smelt {
namespace {

using testing::HasSubstr;
using Merges = std::vector<std::pair<uint32_t, uint32_t>>;

TextSource texts(std::vector<std::string> all) {
  auto rest = std::make_shared<std::vector<std::string>>(std::move(all));
  auto at = std::make_shared<size_t>(0);
  return [rest, at]() -> std::optional<TrainingText> {
    return *at < rest->size() ? std::optional<TrainingText>((*rest)[(*at)++]) : std::nullopt;
  };
}

std::string sample_text(size_t bytes) {
  const std::string path = test::data_dir() + "/text/tinyshakespeare.txt";
  if (path_exists(path)) {
    return read_file(path).substr(0, bytes);
  }
  std::string out;
  Rng rng(1, "test/text");
  while (out.size() < bytes) {
    out += static_cast<char>('a' + rng.below(4));
    out += rng.below(5) == 0 ? " " : "";
  }
  return out;
}

// Counts everything anew for each merge. Valid while no token is reached by two merges, which the test checks.
Merges naive_merges(const std::string& text, const SplitRule& rule, int count, uint32_t first_bytes,
                    const std::vector<std::string>& tokens) {
  std::map<std::string, uint32_t> ids;
  for (uint32_t id = first_bytes; id < tokens.size(); ++id) {
    ids[tokens[id]] = id;
  }
  std::map<std::vector<uint32_t>, int64_t> words;
  for_each_word(rule, text, [&](std::string_view word) {
    std::vector<uint32_t> symbols;
    for (const char c : word) {
      symbols.push_back(ids.at(std::string(1, c)));
    }
    ++words[symbols];
  });
  Merges merges;
  for (int m = 0; m < count; ++m) {
    std::map<std::pair<uint32_t, uint32_t>, int64_t> pairs;
    for (const auto& [symbols, times] : words) {
      for (size_t i = 0; i + 1 < symbols.size(); ++i) {
        pairs[{symbols[i], symbols[i + 1]}] += times;
      }
    }
    auto best = pairs.begin();
    for (auto it = pairs.begin(); it != pairs.end(); ++it) {
      if (it->second > best->second) {
        best = it;
      }
    }
    const auto pair = best->first;
    const uint32_t merged = first_bytes + 256 + static_cast<uint32_t>(m);
    merges.push_back(pair);
    std::map<std::vector<uint32_t>, int64_t> next;
    for (const auto& [symbols, times] : words) {
      std::vector<uint32_t> joined;
      for (size_t i = 0; i < symbols.size(); ++i) {
        const bool match = i + 1 < symbols.size() && symbols[i] == pair.first && symbols[i + 1] == pair.second;
        joined.push_back(match ? merged : symbols[i]);
        i += match ? 1 : 0;
      }
      next[joined] += times;
    }
    words.swap(next);
  }
  return merges;
}

TEST(BpeTrainer, EqualsANaiveTrainer) {
  const TestContext context;
  const std::string text = sample_text(20000);
  for (const char* split : {"gpt2", "llama3", "nemotron"}) {
    TokenizerOptions options;
    options.split = split;
    options.vocab_size = 5 + 256 + 150;
    const TrainedTokenizer trained = train_tokenizer(context.get(), options, texts({text}));
    ASSERT_EQ(trained.tokens.size(), 411u);
    ASSERT_EQ(trained.merges.size(), 150u) << "a token reached by two merges would break the naive trainer";
    const SplitRule rule = split == std::string("gpt2")     ? SplitRule{SplitFamily::kGpt2}
                           : split == std::string("llama3") ? SplitRule{SplitFamily::kCl100k, 3}
                                                            : SplitRule{SplitFamily::kTekken, 1};
    EXPECT_EQ(trained.merges, naive_merges(text, rule, 150, 5, trained.tokens)) << split;
    for (size_t m = 0; m < trained.merges.size(); ++m) {
      const auto [left, right] = trained.merges[m];
      EXPECT_EQ(trained.tokens[261 + m], trained.tokens[left] + trained.tokens[right]);
    }
  }
}

TEST(BpeTrainer, TiesGoToTheLowestIds) {
  WordCounts words;
  words.add("ab", 3);
  words.add("cd", 3);
  words.add("ca", 2);
  const LearnedMerges learned = learn_merges(words, {}, 259, 0, [](size_t) {});
  ASSERT_EQ(learned.tokens.size(), 259u);
  EXPECT_EQ(learned.tokens[256], "ab");
  EXPECT_EQ(learned.tokens[257], "cd");
  EXPECT_EQ(learned.tokens[258], "ca");
}

// "aaaa" by hand: aa (count 3, once counted per place), then aa aa.
TEST(BpeTrainer, OverlappingPairs) {
  WordCounts words;
  words.add("aaaa", 5);
  const LearnedMerges learned = learn_merges(words, {}, 300, 1, [](size_t) {});
  ASSERT_EQ(learned.tokens.size(), 258u);
  EXPECT_EQ(learned.tokens[257], "aaaa");
}

TEST(BpeTrainer, MinFrequencyStops) {
  WordCounts words;
  words.add("ab", 3);
  words.add("cd", 2);
  EXPECT_EQ(learn_merges(words, {}, 300, 3, [](size_t) {}).tokens.size(), 257u);
  EXPECT_EQ(learn_merges(words, {}, 300, 2, [](size_t) {}).tokens.size(), 258u);
}

TEST(BpeTrainer, WritesATokenizerThatLoadsAndRoundTrips) {
  const TestContext context;
  const TemporaryDirectory dir;
  const std::string text = sample_text(50000);
  for (const char* split : {"gpt2", "llama3", "nemotron"}) {
    TokenizerOptions options;
    options.split = split;
    options.vocab_size = 600;
    const TrainedTokenizer trained = train_tokenizer(context.get(), options, texts({text}));
    write_tokenizer(trained, options, dir.path());
    const Tokenizer tokenizer = Tokenizer::load(dir.path());
    EXPECT_EQ(tokenizer.vocab_size(), 600u);
    EXPECT_EQ(tokenizer.eos_id(), 0u);
    EXPECT_FALSE(tokenizer.bos_id().has_value());
    EXPECT_TRUE(tokenizer.is_special(2));
    EXPECT_FALSE(tokenizer.is_special(*tokenizer.token_id("<think>")));
    EXPECT_EQ(tokenizer.encode("<|im_start|>")[0], 1u);
    const std::vector<uint32_t> ids = tokenizer.encode(text);
    EXPECT_EQ(tokenizer.decode(ids), text);
    EXPECT_LT(ids.size(), text.size() * 6 / 10);
    for (uint32_t id = 0; id < 600; ++id) {
      EXPECT_EQ(tokenizer.token_bytes(id), trained.tokens[id]);
    }
  }
}

TEST(BpeTrainer, ThreadsAndCutsMakeNoDifference) {
  const std::string text = sample_text(200000);
  std::vector<std::string> documents;
  for (size_t at = 0; at < text.size(); at += 1000) {
    documents.push_back(text.substr(at, 1000));
  }
  TokenizerOptions options;
  options.vocab_size = 800;
  std::vector<Merges> merges;
  for (const int threads : {1, 2, 5}) {
    const TestContext context(threads);
    merges.push_back(train_tokenizer(context.get(), options, texts(documents)).merges);
  }
  EXPECT_EQ(merges[0], merges[1]);
  EXPECT_EQ(merges[0], merges[2]);
}

TEST(BpeTrainer, StageLearnsFromACorpusFolder) {
  const TestContext context;
  const TemporaryDirectory dir;
  make_directories(dir.file("corpus/train/a"));
  make_directories(dir.file("corpus/heldout"));
  for (const char* file : {"corpus/train/a/part-00000.jsonl.zst", "corpus/heldout/part-00000.jsonl.zst"}) {
    DocumentWriter writer(dir.file(file));
    Document document;
    document.id = "1";
    document.text = file[7] == 't' ? sample_text(20000) : "ZZZZZZZZZZZZZZZZZZ ZZZZZZZZZZZZZZZ";
    writer.write(document);
    writer.commit();
  }
  TokenizerOptions options;
  options.vocab_size = 400;
  const StageResult first = train_tokenizer_stage(context.get(), options, dir.file("corpus"), dir.file("tokenizer"));
  EXPECT_FALSE(first.skipped);
  EXPECT_EQ(first.manifest.counts.at("documents").as_int(), 1);
  EXPECT_EQ(first.manifest.counts.at("tokens").as_int(), 400);
  EXPECT_FALSE(Tokenizer::load(dir.file("tokenizer")).token_id("ZZ").has_value()) << "held-out text was learnt from";
  EXPECT_TRUE(train_tokenizer_stage(context.get(), options, dir.file("corpus"), dir.file("tokenizer")).skipped);
}

TEST(BpeTrainer, MistakesAreNamed) {
  const TestContext context;
  const auto error = [&](const TokenizerOptions& options, std::vector<std::string> all) -> std::string {
    try {
      train_tokenizer(context.get(), options, texts(std::move(all)));
    } catch (const UserError& e) {
      return e.what();
    }
    return "no error";
  };
  TokenizerOptions options;
  EXPECT_THAT(error(options, {}), HasSubstr("no text"));
  options.eos_token = "<eos>";
  EXPECT_THAT(error(options, {"x"}), HasSubstr("tokenizer.eos_token"));
  options = {};
  options.special_tokens.push_back("<think>");
  EXPECT_THAT(error(options, {"x"}), HasSubstr("listed twice"));
  options = {};
  options.vocab_size = 260;
  EXPECT_THAT(error(options, {"x"}), HasSubstr("tokenizer.vocab_size"));
}

}  // namespace
}  // namespace smelt
