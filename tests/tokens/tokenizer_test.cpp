#include "tokens/tokenizer.h"

#include <map>
#include <thread>

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/json.h"
#include "base/text.h"
#include "tokens/bpe/byte_alphabet.h"
#include "tokens/bpe/merge_table.h"
#include "tokens/data.h"
#include "tokens/split/pretokenizer.h"

namespace smelt {
namespace {

using Ids = std::vector<uint32_t>;

class Gpt2 : public testing::Test {
 protected:
  void SetUp() override {
    dir_ = test::data_dir() + "/gpt2";
    if (!path_exists(dir_)) {
      GTEST_SKIP() << "no test data";
    }
    tokenizer_ = std::make_unique<Tokenizer>(Tokenizer::load(dir_));
  }
  std::string dir_;
  std::unique_ptr<Tokenizer> tokenizer_;
};

// BPE as the paper tells it, on strings: join the best pair everywhere, start again.
class NaiveBpe {
 public:
  explicit NaiveBpe(const std::string& dir) : vocab_(Json::load(dir + "/vocab.json")) {
    for (const auto& [token, id] : vocab_.as_object()) {
      ids_[token] = static_cast<uint32_t>(id.as_int());
    }
    int rank = 0;
    const std::string merges = read_file(dir + "/merges.txt");
    for (const std::string_view line : split(merges, '\n')) {
      if (!line.empty() && !line.starts_with("#version")) {
        ranks_[std::string(line)] = rank++;
      }
    }
  }
  Ids encode_word(std::string_view word) const {
    std::vector<std::string> parts;
    for (const char c : word) {
      parts.push_back(ByteAlphabet::get().to_chars({&c, 1}));
    }
    while (parts.size() > 1) {
      int best = INT32_MAX;
      std::string left;
      std::string right;
      for (size_t i = 0; i + 1 < parts.size(); ++i) {
        const auto it = ranks_.find(parts[i] + " " + parts[i + 1]);
        if (it != ranks_.end() && it->second < best) {
          best = it->second;
          left = parts[i];
          right = parts[i + 1];
        }
      }
      if (best == INT32_MAX) {
        break;
      }
      std::vector<std::string> joined;
      for (size_t i = 0; i < parts.size(); ++i) {
        if (i + 1 < parts.size() && parts[i] == left && parts[i + 1] == right) {
          joined.push_back(left + right);
          ++i;
        } else {
          joined.push_back(parts[i]);
        }
      }
      parts.swap(joined);
    }
    Ids ids;
    for (const std::string& part : parts) {
      ids.push_back(ids_.at(part));
    }
    return ids;
  }

 private:
  Json vocab_;
  std::map<std::string, uint32_t> ids_;
  std::map<std::string, int> ranks_;
};

TEST_F(Gpt2, GivesThePublishedIds) {
  EXPECT_EQ(tokenizer_->encode("Hello world"), (Ids{15496, 995}));
  EXPECT_EQ(tokenizer_->encode("Hello, world!"), (Ids{15496, 11, 995, 0}));
  EXPECT_EQ(tokenizer_->encode("hello world"), (Ids{31373, 995}));
  EXPECT_EQ(tokenizer_->encode("<|endoftext|>"), (Ids{50256}));
  EXPECT_EQ(tokenizer_->encode("The quick brown fox jumps over the lazy dog"),
            (Ids{464, 2068, 7586, 21831, 18045, 625, 262, 16931, 3290}));
  EXPECT_EQ(tokenizer_->vocab_size(), 50257u);
  EXPECT_EQ(tokenizer_->eos_id(), 50256u);
  EXPECT_TRUE(tokenizer_->is_special(50256));
  EXPECT_EQ(tokenizer_->token_id(" world"), 995u);
  EXPECT_EQ(tokenizer_->token_bytes(995), " world");
  EXPECT_TRUE(tokenizer_->encode("").empty());
}

TEST_F(Gpt2, TextOfOthersCannotWriteControlTokens) {
  Ids ids;
  tokenizer_->encode_plain("a<|endoftext|>b", ids);
  EXPECT_EQ(std::count(ids.begin(), ids.end(), 50256u), 0);
  EXPECT_EQ(tokenizer_->decode(ids), "a<|endoftext|>b");
  EXPECT_EQ(tokenizer_->decode(tokenizer_->encode("a<|endoftext|>b"), true), "ab");
}

TEST_F(Gpt2, EqualsNaiveBpeOnRealAndOddWords) {
  const NaiveBpe naive(dir_);
  std::string text;
  for (const char* file : {"/text/tinyshakespeare.txt", "/langid/hi.txt", "/langid/de.txt", "/langid/zh.txt"}) {
    text += read_file(test::data_dir() + file).substr(2000, 12000);
  }
  Rng rng(1, "test/naive");
  for (const size_t size : {47, 48, 49, 50, 100, 300}) {  // around the border between the two merge loops
    text += "  " + std::string(size, 'a') + "\n";
    std::string word;
    for (size_t i = 0; i < size; ++i) {
      word += static_cast<char>('a' + rng.below(6));
    }
    text += word + " ";
  }
  text += test::random_bytes(rng, 3000);
  Ids expected;
  for_each_word({SplitFamily::kGpt2}, text, [&](std::string_view word) {
    const Ids ids = naive.encode_word(word);
    expected.insert(expected.end(), ids.begin(), ids.end());
  });
  EXPECT_EQ(tokenizer_->encode(text), expected);
  EXPECT_EQ(tokenizer_->encode(text), expected) << "again, now from the cache";
}

TEST_F(Gpt2, RoundTripsTextsAndRandomBytes) {
  for (const std::string& file : list_files(test::data_dir() + "/langid")) {
    const std::string text = read_file(test::data_dir() + "/langid/" + file).substr(0, 8000);
    ASSERT_EQ(tokenizer_->decode(tokenizer_->encode(text)), text) << file;
  }
  for (uint64_t trial = 0; trial < 200; ++trial) {
    Rng rng(2, "test/round", trial);
    const std::string text = test::random_bytes(rng, rng.below(300));
    ASSERT_EQ(tokenizer_->decode(tokenizer_->encode(text)), text);
  }
}

TEST_F(Gpt2, ThreadsAgree) {
  const std::string text = read_file(test::data_dir() + "/text/tinyshakespeare.txt").substr(0, 200000);
  const Ids expected = tokenizer_->encode(text);
  std::vector<Ids> got(4);
  {
    std::vector<std::jthread> threads;
    for (Ids& ids : got) {
      threads.emplace_back([&] { ids = tokenizer_->encode(text); });
    }
  }
  for (const Ids& ids : got) {
    EXPECT_EQ(ids, expected);
  }
}

TEST_F(Gpt2, ThreadsThatShareATextGiveTheIdsOfOne) {
  std::string text;
  for (const std::string& file : list_files(test::data_dir() + "/langid")) {
    text += read_file(test::data_dir() + "/langid/" + file);
  }
  text.insert(text.size() / 2, std::string(1'500'000, ' ') + "<|endoftext|>");
  ThreadPool pool(3);
  Ids shared = {1};
  tokenizer_->encode(text, pool, shared);
  Ids alone = {1};
  tokenizer_->encode(text, alone);
  EXPECT_EQ(shared, alone);
}

TEST_F(Gpt2, StreamsWholeCharactersOnly) {
  const std::string text = "naïve 中文 😀 done";
  StreamDecoder stream(*tokenizer_);
  std::string joined;
  for (const uint32_t id : tokenizer_->encode(text)) {
    const std::string part = stream.push(id);
    EXPECT_TRUE(is_valid_utf8(part));
    joined += part;
  }
  EXPECT_EQ(joined + stream.finish(), text);
  // Any bytes in any cut come out as replacing the invalid parts of the whole does.
  for (uint64_t trial = 0; trial < 300; ++trial) {
    Rng rng(5, "test/stream", trial);
    std::string bytes;
    StreamDecoder decoder(*tokenizer_);
    std::string shown;
    for (int i = 0; i < 20; ++i) {
      const char* kBytes = "a\xC3\xA9\xE4\xB8\xAD\xF0\x9F\x98\x80\xED\xA0\xFF";
      const std::string byte(1, kBytes[rng.below(13)]);
      bytes += byte;
      shown += decoder.push(*tokenizer_->token_id(byte));
    }
    EXPECT_EQ(shown + decoder.finish(), replace_invalid_utf8(bytes));
  }
}

TEST_F(Gpt2, HugeWordsAreEncodedInReasonableTime) {
  const std::string word(1 << 18, 'x');
  EXPECT_EQ(tokenizer_->decode(tokenizer_->encode(word)), word);
}

}  // namespace
}  // namespace smelt
