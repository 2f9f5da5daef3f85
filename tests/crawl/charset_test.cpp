#include "crawl/charset.h"

#include <gtest/gtest.h>

#include "base/files.h"
#include "base/text.h"
#include "crawl/testing.h"

namespace smelt {
namespace {

TEST(Charset, KnowsLabels) {
  EXPECT_EQ(charset_for_label(" ISO-8859-1\n"), "windows-1252");
  EXPECT_EQ(charset_for_label("latin1"), "windows-1252");
  EXPECT_EQ(charset_for_label("UTF8"), "utf-8");
  EXPECT_EQ(charset_for_label("x-sjis"), "shift_jis");
  EXPECT_EQ(charset_for_label("gb2312"), "gbk");
  EXPECT_EQ(charset_for_label("iso-8859-16"), "iso-8859-16");
  EXPECT_EQ(charset_for_label("utf-7"), "");
  EXPECT_EQ(charset_for_label(""), "");
}

// All cases of html5lib but those of its folder "scripted", whose pages write their <meta> by a script. Where nothing
// is declared they expect windows-1252.
TEST(Charset, AgreesWithHtml5lib) {
  int cases = 0;
  for (const char* name : {"tests1.dat", "tests2.dat", "test-yahoo-jp.dat"}) {
    const std::string path = test_data(std::string("html5lib/encoding/") + name);
    SMELT_NEEDS_DATA(path);
    const std::string text = "\n" + read_file(path);
    size_t at = 0;
    while ((at = text.find("\n#data\n", at)) != std::string::npos) {
      const size_t body = at + 7;
      const size_t expected = text.find("\n#encoding\n", body);
      ASSERT_NE(expected, std::string::npos);
      const std::string page = text.substr(body, expected - body);
      const size_t line = expected + 11;
      const std::string_view wanted =
          charset_for_label(std::string_view(text).substr(line, text.find('\n', line) - line));
      at = line;
      const std::optional<DeclaredCharset> found = declared_charset(page, "");
      EXPECT_EQ(found ? found->charset : "windows-1252", wanted) << name << ": " << page.substr(0, 300);
      ++cases;
    }
  }
  EXPECT_EQ(cases, 82);
  const std::string big5 = test_data("html5lib/encoding/chardet/test_big5.txt");
  SMELT_NEEDS_DATA(big5);
  EXPECT_EQ(decode_html(read_file(big5), "text/html").charset, "big5");
}

TEST(Charset, DeclarationsThatBreakOffDoNotCount) {
  EXPECT_EQ(prescan_charset("<meta charset=koi8-r"), "");
  EXPECT_EQ(prescan_charset("<meta charset=koi8-r>"), "koi8-r");
  EXPECT_EQ(prescan_charset(std::string(1000, ' ') + "<meta charset=koi8-r>"), "koi8-r");
  EXPECT_EQ(prescan_charset(std::string(1010, ' ') + "<meta charset=koi8-r>"), "");
  EXPECT_EQ(late_meta_charset(std::string(1010, ' ') + "<meta charset=koi8-r>"), "koi8-r");
  EXPECT_EQ(late_meta_charset("<script>'<meta charset=koi8-r>'</SCRIPT ><meta charset=euc-jp>"), "euc-jp");
  EXPECT_EQ(late_meta_charset("<!-- <meta charset=koi8-r> --><title><meta charset=gbk></title>"), "");
  EXPECT_EQ(prescan_charset("<meta charset=nonsense content='text/html; charset=gbk' http-equiv=content-type>"), "");
  EXPECT_EQ(prescan_charset("<meta http-equiv=Content-Type content='text/html; charset = \"big5\"'>"), "big5");
  EXPECT_EQ(prescan_charset(std::string_view("<\0?\0x\0m\0l\0", 10)), "utf-16le");
  EXPECT_EQ(prescan_charset("<?xml version='1.0' encoding = 'EUC-KR' ?>"), "euc-kr");
  EXPECT_EQ(prescan_charset("<?xml version='1.0' encoding=' euc-kr'?>"), "");
  EXPECT_EQ(prescan_charset(" <?xml encoding='euc-kr'?>"), "");
}

TEST(Charset, DeclarationsCountInOrder) {
  const std::string page = "<meta charset=koi8-r>\xC1";
  EXPECT_EQ(decode_html(page, "text/html; charset=\"windows-1251\"").charset, "windows-1251");
  EXPECT_EQ(decode_html(page, "text/html; charset=\"windows-1251\"").how, "http");
  EXPECT_EQ(decode_html(page, "text/html; charset=nonsense").charset, "koi8-r");
  EXPECT_EQ(decode_html(page, "").utf8, "<meta charset=koi8-r>а");
  EXPECT_EQ(decode_html("\xEF\xBB\xBF" + page, "text/html; charset=windows-1251").charset, "utf-8");
  EXPECT_EQ(decode_html("<?xml version=\"1.0\" encoding='iso-8859-2'?><p>\xB1", "").utf8.substr(46), "ą");
  EXPECT_EQ(decode_html("<meta charset=utf-16><p>ä", "").charset, "utf-8");
}

TEST(Charset, ReadsUtf16) {
  EXPECT_EQ(decode_html(std::string_view("\xFF\xFE<\0p\0>\0\xE4\0", 10), "").utf8, "<p>ä");
  EXPECT_EQ(decode_html(std::string_view("\xFE\xFF\0<\0p\0>\x20\xAC", 10), "").utf8, "<p>€");
  EXPECT_EQ(decode_html(std::string_view("<\0p\0>\0\xE4\0", 8), "").utf8, "<p>ä");
}

TEST(Charset, DecodesTheEncodingsOfTheWeb) {
  EXPECT_EQ(decode_charset("\x80 \x93quoted\x94 \x81 \xFC", "windows-1252"), "€ “quoted” \xC2\x81 ü");
  EXPECT_EQ(decode_charset("\x93\xFA\x96\x7B\x8C\xEA", "shift_jis"), "日本語");
  EXPECT_EQ(decode_charset("\xC6\xFC\xCB\xDC\xB8\xEC", "euc-jp"), "日本語");
  EXPECT_EQ(decode_charset("\x1B$BF|K\\8l\x1B(B", "iso-2022-jp"), "日本語");
  EXPECT_EQ(decode_charset("\xD6\xD0\xCE\xC4", "gbk"), "中文");
  EXPECT_EQ(decode_charset("\xA4\xA4\xA4\xE5", "big5"), "中文");
  EXPECT_EQ(decode_charset("\xC7\xD1\xB1\xDB", "euc-kr"), "한글");
  EXPECT_EQ(decode_charset("\xCF\xF0\xE8\xE2\xE5\xF2", "windows-1251"), "Привет");
  EXPECT_EQ(decode_charset("\xF9\xEC\xE5\xED", "iso-8859-8-i"), "שלום");
}

TEST(Charset, EveryLabelledEncodingDecodes) {
  for (const char* label :
       {"ibm866",       "iso-8859-3",   "iso-8859-4",   "iso-8859-5",     "iso-8859-6",   "iso-8859-7",
        "iso-8859-10",  "iso-8859-13",  "iso-8859-14",  "iso-8859-15",    "iso-8859-16",  "koi8-u",
        "macintosh",    "windows-874",  "windows-1250", "windows-1253",   "windows-1254", "windows-1255",
        "windows-1256", "windows-1257", "windows-1258", "x-mac-cyrillic", "gb18030"}) {
    EXPECT_EQ(decode_charset("plain <p>", charset_for_label(label)), "plain <p>") << label;
    EXPECT_TRUE(is_valid_utf8(decode_charset("\xE1\xFF\x80\xC3", charset_for_label(label)))) << label;
  }
}

TEST(Charset, BrokenBytesBecomeReplacementCharacters) {
  EXPECT_EQ(decode_charset("a\xFFz\xC3", "utf-8"), "a\xEF\xBF\xBDz\xEF\xBF\xBD");
  EXPECT_EQ(decode_charset("a\x81", "shift_jis"), "a\xEF\xBF\xBD");
  EXPECT_TRUE(is_valid_utf8(decode_charset("\xD8\x00\xD8", "utf-16be")));
}

TEST(Charset, DetectsWhatIsNotDeclared) {
  EXPECT_EQ(decode_html("<p>plain", "text/html").charset, "utf-8");
  EXPECT_EQ(decode_html("<p>größer", "text/html").how, "utf8");
  const std::string russian = decode_html(
                                  "<p>\xD1\xFA\xE5\xF8\xFC \xE5\xF9\xB8 \xFD\xF2\xE8\xF5 \xEC\xFF\xE3\xEA\xE8\xF5 "
                                  "\xF4\xF0\xE0\xED\xF6\xF3\xE7\xF1\xEA\xE8\xF5 "
                                  "\xE1\xF3\xEB\xEE\xEA \xE4\xE0 \xE2\xFB\xEF\xE5\xE9 \xF7\xE0\xFE",
                                  "text/html")
                                  .charset;
  EXPECT_EQ(russian, "windows-1251");
  // A few broken bytes do not make another encoding of a long UTF-8 text.
  std::string mostly;
  for (int i = 0; i < 50; ++i) {
    mostly += "äöü ";
  }
  EXPECT_EQ(decode_html(mostly + "\xFF", "text/html").charset, "utf-8");
}

}  // namespace
}  // namespace smelt
