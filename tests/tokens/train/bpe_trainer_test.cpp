#include "tokens/bpe_trainer.h"

#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/files.h"
#include "base/rng.h"
#include "corpus/document_io.h"
#include "support/temporary_directory.h"
#include "support/test_context.h"
#include "tokens/bpe/byte_alphabet.h"
#include "tokens/data.h"
#include "tokens/split/pretokenizer.h"
#include "tokens/tokenizer.h"
#include "tokens/train/merge_learner.h"

namespace smelt {
namespace {

using testing::ElementsAre;
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
    ids[*ByteAlphabet::get().to_bytes(tokens[id])] = id;
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

// Words of lower-case letters, whose ids are 0 to 25.
LearnedMerges learn(const std::vector<std::pair<std::string, int64_t>>& words, const MergeRules& rules) {
  std::vector<std::string> letters;
  for (char c = 'a'; c <= 'z'; ++c) {
    letters.emplace_back(1, c);
  }
  SymbolWords symbols;
  for (const auto& [word, count] : words) {
    std::vector<uint32_t> ids;
    for (const char c : word) {
      ids.push_back(static_cast<uint32_t>(c - 'a'));
    }
    symbols.add(ids, count);
  }
  LearnedMerges learned = learn_merges(std::move(symbols), std::move(letters), rules, [](size_t) {});
  learned.tokens.erase(learned.tokens.begin(), learned.tokens.begin() + 26);
  return learned;
}

MergeRules rules(size_t new_tokens, int64_t min_count = 1) {
  MergeRules out;
  out.vocab_size = 26 + new_tokens;
  out.min_count = min_count;
  return out;
}

TEST(MergeLearner, TiesGoToTheLowestIds) {
  EXPECT_THAT(learn({{"ab", 3}, {"cd", 3}, {"ca", 2}}, rules(3)).tokens, ElementsAre("ab", "cd", "ca"));
}

// "aaaa" by hand: aa (count 3, once counted per place), then aa aa.
TEST(MergeLearner, OverlappingPairs) {
  EXPECT_THAT(learn({{"aaaa", 5}}, rules(9)).tokens, ElementsAre("aa", "aaaa"));
  EXPECT_THAT(learn({{"aaaaa", 5}}, rules(9)).tokens, ElementsAre("aa", "aaa", "aaaaa"));  // (aa, a) before (aa, aa)
}

TEST(MergeLearner, MinFrequencyStops) {
  EXPECT_THAT(learn({{"ab", 3}, {"cd", 2}}, rules(9, 3)).tokens, ElementsAre("ab"));
  EXPECT_THAT(learn({{"ab", 3}, {"cd", 2}}, rules(9, 2)).tokens, ElementsAre("ab", "cd"));
}

TEST(MergeLearner, ForbiddenTokensAreNotMade) {
  MergeRules forbidding = rules(9);
  forbidding.forbidden = {"ab"};
  EXPECT_THAT(learn({{"abc", 3}, {"cd", 2}}, forbidding).tokens, ElementsAre("bc", "abc", "cd"));
}

TEST(MergeLearner, LongTokensAreNotMade) {
  MergeRules limited = rules(9);
  limited.max_token_length = 4;
  EXPECT_THAT(learn({{"abcd", 3}}, limited).tokens, ElementsAre("ab", "cd"));
  limited.max_token_length = 5;
  EXPECT_THAT(learn({{"abcd", 3}}, limited).tokens, ElementsAre("ab", "cd", "abcd"));
}

// A word of a million symbols is no harder than a million symbols of words: with work by the word's length for each
// merge this would take hours.
TEST(MergeLearner, LongWordsAreLinear) {
  Rng rng(1, "test/long");
  std::string word(300'000, 'a');
  for (char& c : word) {
    c = static_cast<char>('a' + rng.below(26));
  }
  const LearnedMerges learned = learn({{word, 2}, {std::string(100'000, 'z'), 1}}, rules(4000));
  EXPECT_EQ(learned.tokens.size(), 4000u);
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
      const std::string bytes = id < 5 ? trained.tokens[id] : *ByteAlphabet::get().to_bytes(trained.tokens[id]);
      EXPECT_EQ(tokenizer.token_bytes(id), bytes);
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

// With 16 MiB the words of this text go to files some times; the merges are those of the table in memory.
TEST(BpeTrainer, MemoryMakesNoDifference) {
  const TemporaryDirectory dir;
  Rng rng(3, "test/words");
  std::vector<std::string> documents(60);
  for (std::string& document : documents) {
    for (int i = 0; i < 2000; ++i) {
      for (uint64_t c = 0; c < 5 + rng.below(6); ++c) {
        document += static_cast<char>('a' + rng.below(20));
      }
      document += ' ';
    }
  }
  TokenizerOptions options;
  options.vocab_size = 500;
  options.memory = 16;
  const TestContext context(2);
  const TrainedTokenizer spilled = train_tokenizer(context.get(), options, texts(documents), dir.path());
  options.memory = 4096;
  const TrainedTokenizer held = train_tokenizer(context.get(), options, texts(documents), dir.path());
  EXPECT_GT(held.distinct_words, 90'000);
  EXPECT_EQ(spilled.distinct_words, held.distinct_words);
  EXPECT_EQ(spilled.merges, held.merges);
  EXPECT_TRUE(list_files(dir.path()).empty());
}

// A factor of 3 is the document three times, a factor of 0 none at all.
TEST(BpeTrainer, FactorsAreRepetitions) {
  const TestContext context;
  const TemporaryDirectory dir;
  const std::string text = sample_text(60000);
  const auto write = [&](const std::string& path, int german, int code, int other) {
    DocumentWriter writer(dir.file(path));
    int id = 0;
    const auto put = [&](const char* language, const char* source, size_t from, int times) {
      for (int i = 0; i < times; ++i) {
        Document document;
        document.id = std::to_string(id++);
        document.language = language;
        document.source = source;
        document.text = text.substr(from, 15000);
        writer.write(document);
      }
    };
    put("de", "web", 0, german);
    put("en", "code", 15000, code);
    put("de", "code", 30000, german * code);
    put("en", "web", 45000, other);
    writer.commit();
  };
  write("once.jsonl", 1, 1, 1);
  write("often.jsonl", 3, 2, 0);
  TokenizerOptions options;
  options.vocab_size = 700;
  const auto train = [&](const char* file) {
    return train_tokenizer(context.get(), options,
                           text_source(context.get(), options, {{"x", {{dir.file(file), file}}}}));
  };
  const TrainedTokenizer repeated = train("often.jsonl");
  EXPECT_NE(repeated.merges, train("once.jsonl").merges);
  options.factors = {{"", "de", 3}, {"code", "", 2}, {"web", "en", 0}};
  const TrainedTokenizer weighted = train("once.jsonl");
  EXPECT_EQ(weighted.merges, repeated.merges);
  EXPECT_EQ(weighted.words, repeated.words);
}

// Blocks of a long plain text are cut where no word is.
TEST(BpeTrainer, LongTextsAreCutBetweenWords) {
  const TemporaryDirectory dir;
  std::string text;
  while (text.size() < 3 << 20) {
    text += sample_text(100'000) + "\n\n  ";
  }
  write_file(dir.file("long.txt"), text);
  for (const char* split : {"gpt2", "llama3", "nemotron"}) {
    const TestContext context(2);
    TokenizerOptions options;
    options.vocab_size = 600;
    options.split = split;
    const TrainedTokenizer blocks = train_tokenizer(
        context.get(), options, text_source(context.get(), options, {{"x", {{dir.file("long.txt"), "long.txt"}}}}));
    EXPECT_EQ(blocks.documents, 1);
    EXPECT_EQ(blocks.bytes, static_cast<int64_t>(text.size()));
    std::map<std::string, int64_t> words;
    for_each_word(split == std::string("gpt2")     ? SplitRule{SplitFamily::kGpt2}
                  : split == std::string("llama3") ? SplitRule{SplitFamily::kCl100k, 3}
                                                   : SplitRule{SplitFamily::kTekken, 1},
                  text, [&](std::string_view word) { ++words[std::string(word)]; });
    EXPECT_EQ(blocks.distinct_words, static_cast<int64_t>(words.size())) << split;
  }
}

TEST(BpeTrainer, ProtectedTokensAreNotLearntFrom) {
  const TestContext context;
  TokenizerOptions options;
  options.vocab_size = 300;
  options.min_frequency = 1;
  options.special_tokens = {"<|endoftext|>", "thank"};
  options.eos_token = "<|endoftext|>";
  const auto has = [](const TrainedTokenizer& trained, const std::string& token) {
    return std::count(trained.tokens.begin(), trained.tokens.end(), token) > 0;
  };
  const std::vector<std::string> documents = {"<|endoftext|>", "<|endoftext|>thankthank", "than k thanx thanx"};
  const TrainedTokenizer guarded = train_tokenizer(context.get(), options, texts(documents));
  EXPECT_TRUE(has(guarded, "than"));
  EXPECT_FALSE(has(guarded, "endoftext"));
  options.protect_tokens = false;
  EXPECT_TRUE(has(train_tokenizer(context.get(), options, texts(documents)), "endoftext"));
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
  options = {};
  options.split = "metaspace";
  EXPECT_THAT(error(options, {"x"}), HasSubstr("tokenizer.split"));
  options = {};
  options.model = "wordpiece";
  EXPECT_THAT(error(options, {"x"}), HasSubstr("[UNK]"));
}

}  // namespace
}  // namespace smelt
