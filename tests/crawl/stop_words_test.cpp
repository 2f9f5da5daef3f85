#include "crawl/stop_words.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/files.h"
#include "support/temporary_directory.h"

namespace smelt {
namespace {

// The lists know the words of their own language and few of another's.
TEST(StopWords, CoverTheirOwnLanguage) {
  for (const char* code : {"en", "de", "fr", "es", "it", "nl", "pt", "pl", "ru", "sv", "no"}) {
    const StopWords* own = stop_words(code);
    ASSERT_NE(own, nullptr) << code;
    EXPECT_GT(own->scale(), 0.5);
    EXPECT_LE(own->scale(), 1);
  }
  EXPECT_EQ(stop_words("ja"), nullptr);
  EXPECT_GE(stop_word_languages().size(), 70U);
  EXPECT_TRUE(stop_words("en")->contains_any_case("The"));
  EXPECT_TRUE(stop_words("de")->contains_any_case("DER"));
  EXPECT_TRUE(stop_words("ru")->contains_any_case("И"));
  EXPECT_FALSE(stop_words("de")->contains_any_case("the"));
  EXPECT_FALSE(stop_words("en")->contains_any_case("the river"));
}

TEST(StopWords, OwnListsComeFirst) {
  TemporaryDirectory folder;
  write_file(folder.file("one"), "Der\nÉTÉ\nΟΔΟΣ\n");
  write_file(folder.file("lists/xx.txt"), "alpha\nbeta");
  const StopWordLists one(folder.file("one"));
  EXPECT_EQ(one.find("en"), one.find("und"));
  EXPECT_TRUE(one.find("en")->contains_any_case("été"));
  EXPECT_TRUE(one.find("en")->contains_any_case("οδος"));
  EXPECT_FALSE(one.find("en")->contains_any_case("the"));
  const StopWordLists lists(folder.file("lists"));
  EXPECT_TRUE(lists.find("xx")->contains_any_case("ALPHA"));
  EXPECT_EQ(lists.find("en"), stop_words("en"));
  EXPECT_EQ(lists.find("und"), nullptr);
  write_file(folder.file("empty"), " \n");
  EXPECT_THROW(StopWordLists(folder.file("empty")), UserError);
  EXPECT_THROW(StopWordLists(folder.file("absent")), UserError);
}

// As Python's str.lower().
TEST(StopWords, LowerCase) {
  EXPECT_EQ(lower_case("ÄÖÜ ЖЯ Ǆ ẞ"), "äöü жя ǆ ß");
  EXPECT_EQ(lower_case("İI"), "i\u0307i");
  EXPECT_EQ(lower_case("ΣΑΣ Σ"), "σας σ");
}

}  // namespace
}  // namespace smelt
