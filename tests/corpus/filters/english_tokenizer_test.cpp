// By hand; peers_slow_test.cpp compares with spaCy on pages.
#include "corpus/filters/english_tokenizer.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "corpus/filters/english_splitter.h"

namespace smelt {
namespace {

std::vector<std::u32string> pieces(std::u32string_view word, bool with_exceptions = true) {
  english::WordSplitter splitter;
  std::vector<english::Cut> cuts;
  splitter.split(word, with_exceptions, cuts);
  std::vector<std::u32string> out;
  for (const english::Cut& cut : cuts) {
    out.emplace_back(word.substr(cut.begin, cut.end - cut.begin));
  }
  return out;
}

using Pieces = std::vector<std::u32string>;

TEST(WordSplitter, TakesAffixesOffBothEndsAndCutsAtInfixes) {
  EXPECT_EQ(pieces(U"word"), (Pieces{U"word"}));
  EXPECT_EQ(pieces(U"(\"well-known\")"), (Pieces{U"(", U"\"", U"well", U"-", U"known", U"\"", U")"}));
  EXPECT_EQ(pieces(U"\u00ABpa\u015Bt\u00BB..."), (Pieces{U"\u00AB", U"pa\u015Bt", U"\u00BB", U"..."}));
  EXPECT_EQ(pieces(U"(www.example.org/a-b)"), (Pieces{U"(", U"www.example.org/a-b", U")"}));
  EXPECT_EQ(pieces(U"???"), (Pieces{U"?", U"?", U"?"}));
  EXPECT_EQ(pieces(U""), Pieces{});
}

TEST(WordSplitter, StopsAtWordsOfTheList) {
  EXPECT_EQ(pieces(U"(can't!)"), (Pieces{U"(", U"ca", U"n't", U"!", U")"}));
  EXPECT_EQ(pieces(U"U.S."), (Pieces{U"U.S."}));
  EXPECT_NE(pieces(U"Mr.", false), (Pieces{U"Mr."}));
}

TEST(WordSplitter, LosesNothing) {
  for (const english::Exception& exception : english::exceptions()) {
    for (const bool with_exceptions : {true, false}) {
      std::u32string joined;
      for (const std::u32string& piece : pieces(exception.word, with_exceptions)) {
        EXPECT_FALSE(piece.empty());
        joined += piece;
      }
      EXPECT_EQ(joined, exception.word);
    }
  }
}

TEST(EnglishTokenizer, FindsWordsAndSentences) {
  EnglishTokenizer tokenizer;
  std::vector<EnglishToken> tokens;
  const std::string text = "Mr. Smith can't (really) pay $5.50 for U.S. beef. \"Why?\" he asked: see www.x.org/a.";
  tokenizer.tokenize(text, tokens);
  std::vector<std::string> words;
  for (const EnglishToken& token : tokens) {
    words.push_back(text.substr(token.begin, token.end - token.begin));
  }
  EXPECT_EQ(words, (std::vector<std::string>{"Mr.", "Smith", "ca",  "n't",   "(",    "really", ")",           "pay",
                                             "$",   "5.50",  "for", "U.S.",  "beef", ".",      "\"",          "Why",
                                             "?",   "\"",    "he",  "asked", ":",    "see",    "www.x.org/a", "."}));
  EXPECT_EQ(count_sentences(tokens), 3);
}

}  // namespace
}  // namespace smelt
