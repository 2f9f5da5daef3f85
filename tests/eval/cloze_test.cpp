#include "eval/cloze.h"

#include <set>

#include <gtest/gtest.h>

#include "eval/byte_tokenizer.h"
#include "support/temporary_directory.h"

namespace smelt {
namespace {

HeldoutSet set_of(const std::vector<std::string>& texts) {
  HeldoutSet set;
  for (const std::string& text : texts) {
    set.documents.push_back({"", text, {}});
  }
  return set;
}

TEST(ChooseClozeItems, takes_last_words_of_sentences_with_enough_before_them) {
  const HeldoutSet set =
      set_of({"One two three four five. Six seven eight nine ten! Is 42. Odd (word). Tail without end", "Too short.",
              "a b c d e f-g. The line\nbroke. Grüße an alle Welt."});
  const std::vector<ClozeItem> items = choose_cloze_items(set, 100, 4, 1);
  ASSERT_EQ(items.size(), 3);
  EXPECT_EQ(items[0].prompt, "One two three four");
  EXPECT_EQ(items[0].word, "five");
  EXPECT_EQ(items[1].prompt, "Six seven eight nine");
  EXPECT_EQ(items[1].word, "ten");
  EXPECT_EQ(items[2].prompt, "broke. Grüße an alle");
  EXPECT_EQ(items[2].word, "Welt");
  EXPECT_EQ(items[2].document, 2);
}

TEST(ChooseClozeItems, draws_the_same_part_each_time) {
  std::string text;
  for (int i = 0; i < 300; ++i) {
    text += "alpha beta gamma delta w" + std::string(static_cast<size_t>(i % 7), 'x') + ". ";
  }
  const HeldoutSet set = set_of({text, text});
  const auto once = choose_cloze_items(set, 50, 4, 1);
  const auto again = choose_cloze_items(set, 50, 4, 1);
  const auto other = choose_cloze_items(set, 50, 4, 2);
  const auto words = [](const std::vector<ClozeItem>& items) {
    std::string out;
    for (const ClozeItem& item : items) {
      out += std::to_string(item.document) + item.word + " ";
    }
    return out;
  };
  EXPECT_EQ(once.size(), 50);
  EXPECT_EQ(words(once), words(again));
  EXPECT_NE(words(once), words(other));
  EXPECT_NE(once.front().document, once.back().document);
}

class GuessesWord : public testing::Test {
 protected:
  // Whether a model that writes `output` after the prompt guesses " word".
  bool guess(const std::string& output, size_t* used = nullptr) {
    size_t at = 0;
    const auto decode = [&](std::span<const uint32_t> prompt, OnToken on_token) {
      EXPECT_EQ(prompt[0], kTestEos);
      EXPECT_EQ(tokenizer_.decode(prompt.subspan(1)), "The last");
      uint32_t id = 0;
      do {
        id = at < output.size() ? static_cast<uint8_t>(output[at]) : kTestEos;
        ++at;
      } while (on_token(id));
    };
    const bool right = guesses_word({0, "The last", "word"}, tokenizer_, kTestEos, decode);
    if (used != nullptr) {
      *used = at;
    }
    return right;
  }
  TemporaryDirectory folder_;
  Tokenizer tokenizer_ = write_byte_tokenizer(folder_.path());
};

TEST_F(GuessesWord, only_when_the_word_is_whole_and_alone) {
  EXPECT_TRUE(guess(" word."));
  EXPECT_TRUE(guess(" word and more"));
  EXPECT_TRUE(guess(" word"));  // then the end of the document
  EXPECT_TRUE(guess(" word\n"));
  EXPECT_FALSE(guess(" words."));
  EXPECT_FALSE(guess(" wor."));
  EXPECT_FALSE(guess("word."));
  EXPECT_FALSE(guess(" Word."));
  EXPECT_FALSE(guess(""));
  EXPECT_FALSE(guess(" wordé"));
}

TEST_F(GuessesWord, decoding_stops_at_the_first_difference) {
  size_t used = 0;
  guess(" wxxxxxxxxxxxx", &used);
  EXPECT_EQ(used, 3);
}

TEST(SummarizeGuesses, is_the_interval_of_wilson) {
  const double z2 = 1.959963984540054 * 1.959963984540054;
  const Accuracy none = summarize_guesses(0, 10);
  EXPECT_DOUBLE_EQ(none.low, 0);
  EXPECT_NEAR(none.high, z2 / (10 + z2), 1e-12);
  const Accuracy half = summarize_guesses(50, 100);
  EXPECT_NEAR(half.low + half.high, 1.0, 1e-12);
  // Newcombe 1998, table I (method 3): 81 of 263 gives 0.2553 to 0.3662.
  const Accuracy known = summarize_guesses(81, 263);
  EXPECT_NEAR(known.low, 0.2553, 5e-5);
  EXPECT_NEAR(known.high, 0.3662, 5e-5);
  EXPECT_EQ(summarize_guesses(0, 0).accuracy, 0);
}

}  // namespace
}  // namespace smelt
