#include "crawl/language/language_codes.h"

#include <gtest/gtest.h>

namespace smelt {
namespace {

TEST(LanguageCodes, AreThoseOfIso639) {
  for (const auto& [from, to] : {std::pair{"en", "en"}, {"iw", "he"},    {"jw", "jv"},   {"in", "id"},   {"mo", "ro"},
                                 {"zh-Hant", "zh"},     {"sr-ME", "sr"}, {"eng", "en"},  {"deu", "de"},  {"arb", "ar"},
                                 {"cmn_Hani", "zh"},    {"pes", "fa"},   {"arz", "arz"}, {"ceb", "ceb"}, {"nob", "nb"},
                                 {"zul", "zu"},         {"aar", "aa"},   {"un", "und"},  {"zxx", "und"}, {"", ""}}) {
    EXPECT_EQ(modern_language_code(from), to);
  }
}

TEST(LanguageCodes, AreReadFromLabels) {
  const auto code = [](const char* label) { return language_of_label(label).value_or("none"); };
  EXPECT_EQ(code("__label__en"), "en");
  EXPECT_EQ(code("__label__eng_Latn"), "en");
  EXPECT_EQ(code("__label__zho_Hant"), "zh");
  EXPECT_EQ(code("__label__zh-cn"), "zh");
  EXPECT_EQ(code("__label__ckb"), "ckb");
  EXPECT_EQ(code("__label__und_Tibt"), "und");
  // A Wikipedia's code for Alemannic, ISO's for Albanian.
  EXPECT_EQ(code("__label__als"), "gsw");
  EXPECT_EQ(code("__label__als_Latn"), "sq");
  for (const char* label : {"en", "__label__", "__label__e", "__label__english", "__label__5", "__label__EN",
                            "__label__en Latn", "__label__en_L\xC3\xA4"}) {
    EXPECT_EQ(code(label), "none") << label;
  }
}

}  // namespace
}  // namespace smelt
