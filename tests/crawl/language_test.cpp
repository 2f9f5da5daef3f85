#include "crawl/language.h"

#include <sstream>

#include <gtest/gtest.h>

#include "base/files.h"
#include "base/text.h"
#include "crawl/stop_words.h"
#include "crawl/testing.h"

namespace smelt {
namespace {

TEST(Language, TellsTheLanguagesOfTheSentences) {
  for (const char* code : {"en", "de", "fr", "es", "it", "nl", "pt", "pl", "ru", "sv", "ja", "zh", "ar", "he", "tr",
                           "fi", "el", "ko", "hi"}) {
    const std::string path = test_data("langid/" + std::string(code) + ".txt");
    SMELT_NEEDS_DATA(path);
    const std::string text = read_file(path);
    const LanguageGuess guess = detect_language(text);
    EXPECT_EQ(guess.code, code);
    EXPECT_GT(guess.score, 0.9) << code;
    EXPECT_TRUE(guess.reliable) << code;
  }
}

TEST(Language, SaysSoWhenItDoesNotKnow) {
  EXPECT_EQ(detect_language("").code, "und");
  EXPECT_EQ(detect_language("12 34 -- 5").code, "und");
  EXPECT_EQ(detect_language("12 34 -- 5").score, 0);
}

// The lists know the words of their own language and few of another's.
TEST(StopWords, CoverTheirOwnLanguage) {
  for (const char* code : {"en", "de", "fr", "es", "it", "nl", "pt", "pl", "ru", "sv"}) {
    const StopWords* own = stop_words(code);
    ASSERT_NE(own, nullptr) << code;
    EXPECT_GT(own->typical_share(), 0.25);
  }
  EXPECT_EQ(stop_words("ja"), nullptr);
  EXPECT_TRUE(stop_words("en")->contains("the"));
  EXPECT_TRUE(stop_words("de")->contains("der"));
  EXPECT_TRUE(stop_words("ru")->contains("и"));
  EXPECT_FALSE(stop_words("de")->contains("the"));
  EXPECT_FALSE(stop_words("en")->contains("the river"));
}

}  // namespace
}  // namespace smelt
