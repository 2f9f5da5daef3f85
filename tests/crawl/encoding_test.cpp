#include <array>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <iconv.h>

#include "base/text.h"
#include "crawl/charset.h"
#include "crawl/encoding/tables.h"
#include "crawl/warc/sha1.h"

namespace smelt {
namespace {

constexpr std::string_view kBad = "\xEF\xBF\xBD";

std::string list_index(const EncodingIndex& index) {
  std::string out;
  for (size_t i = 0; i < index.size(); ++i) {
    out += index[i] == 0 ? "" : fmt::format("{} {:X}\n", i, index[i]);
  }
  return out;
}

// Lines "pointer code-point" of the standard's own index files (identifiers of 2024-09-18 and earlier) have these
// digests.
TEST(Encoding, TablesAreThoseOfTheStandard) {
  EXPECT_EQ(warc_digest(list_index(jis0208_index())), "sha1:W26DGUDJW4SR4OVIS3DQHK4IU33NWWBI");
  EXPECT_EQ(warc_digest(list_index(jis0212_index())), "sha1:R7QOPTY62MMKCUVKGG344Z4MLAVEH35Y");
  EXPECT_EQ(warc_digest(list_index(gb18030_index())), "sha1:PACQO57RH2J75VJNQAYQYOMBFTKV6NVZ");
  EXPECT_EQ(warc_digest(list_index(big5_index())), "sha1:HGKWR7CKQKATJ25AFQRY2NWWQXZXC5CH");
  EXPECT_EQ(warc_digest(list_index(euc_kr_index())), "sha1:PYKU2RZWDTHHIWYC7S72JOPOZKUZX6KO");
  std::string ranges;
  for (const Gb18030Range& range : kGb18030Ranges) {
    ranges += fmt::format("{} {:X}\n", range.pointer, range.code_point);
  }
  EXPECT_EQ(warc_digest(ranges), "sha1:EIKKGAJUYMIGFVXV2IGCSQ6JUZR5EYLA");
  std::string single;
  for (const SingleByteTable& table : kSingleByteTables) {
    single += fmt::format("{}\n{}", table.encoding, list_index(EncodingIndex(table.characters)));
  }
  EXPECT_EQ(warc_digest(single), "sha1:OEGSIZZQBSTR23DMSINKC2PSW7SZQ4K5");
}

// Empty where the C library finds an error or the characters are not complete.
std::string by_iconv(iconv_t handle, std::string bytes) {
  iconv(handle, nullptr, nullptr, nullptr, nullptr);
  char* in = bytes.data();
  size_t in_left = bytes.size();
  std::array<char, 64> buffer;
  char* out = buffer.data();
  size_t out_left = buffer.size();
  if (iconv(handle, &in, &in_left, &out, &out_left) == static_cast<size_t>(-1) ||
      iconv(handle, nullptr, nullptr, &out, &out_left) == static_cast<size_t>(-1)) {
    return {};
  }
  return {buffer.data(), buffer.size() - out_left};
}

struct Twin {
  const char* charset;
  const char* iconv_name;
  std::string prefix;
  int characters;   // that both know
  int differences;  // of them
};

// The C library's converters agree on all sequences of two bytes that both know but for the given number: there the
// standard follows Microsoft's tables (wave dash, double bars, minus, cent, pound and the like) and GB 18030-2005.
TEST(Encoding, AgreesWithTheCLibrary) {
  const std::vector<Twin> twins = {{"gbk", "GB18030", "", 23940, 7},  {"big5", "BIG5-HKSCS", "", 18459, 11},
                                   {"euc-kr", "UHC", "", 17048, 0},   {"shift_jis", "CP932", "", 9604, 0},
                                   {"euc-jp", "EUC-JP", "", 6942, 6}, {"euc-jp", "EUC-JP", "\x8F", 6067, 0}};
  for (const Twin& twin : twins) {
    const iconv_t handle = iconv_open("UTF-8", twin.iconv_name);
    ASSERT_NE(handle, reinterpret_cast<iconv_t>(-1)) << twin.iconv_name;  // NOLINT(performance-no-int-to-ptr)
    int characters = 0;
    int differences = 0;
    for (int lead = 0x81; lead < 0xFF; ++lead) {
      for (int trail = 0x40; trail < 0xFF; ++trail) {
        const std::string bytes = twin.prefix + static_cast<char>(lead) + static_cast<char>(trail);
        const std::string ours = decode_charset(bytes, twin.charset);
        const std::string theirs = by_iconv(handle, bytes);
        if (count_code_points(theirs) == 1 && ours.find(kBad) == std::string::npos) {
          ++characters;
          differences += ours == theirs ? 0 : 1;
        }
      }
    }
    iconv_close(handle);
    EXPECT_GE(characters, twin.characters) << twin.charset;
    EXPECT_EQ(differences, twin.differences) << twin.charset << twin.prefix;
  }
}

struct Case {
  const char* charset;
  std::string_view bytes;
  std::string text;
};

std::string bad(const std::string& before = "", const std::string& after = "") {
  return before + std::string(kBad) + after;
}

using namespace std::string_view_literals;

// What the standard's decoders do with broken sequences: ASCII bytes are read again, others are swallowed.
TEST(Encoding, BreaksOffAsTheStandardDoes) {
  const std::vector<Case> cases = {
      {"gb18030", "\x81"sv, bad()},
      {"gb18030", "\x81\x30"sv, bad()},
      {"gb18030", "\x81\x30\x81"sv, bad()},
      {"gb18030", "\x81\x30\x81\x30"sv, "\xC2\x80"},
      {"gb18030", "\x81\x30\x81z"sv, bad("", "0") + "亃"},
      {"gb18030", "\x81\x30\x81 "sv, bad("", "0") + bad("", " ")},
      {"gb18030", "\x81\x30zz"sv, bad("", "0zz")},
      {"gb18030", "\x81\x35\xF4\x37"sv, "\xEE\x9F\x87"},
      {"gb18030", "\x90\x30\x81\x30"sv, "\xF0\x90\x80\x80"},
      {"gb18030", "\xE3\x32\x9A\x35"sv, "\xF4\x8F\xBF\xBF"},
      {"gb18030", "\xE3\x32\x9A\x36"sv, bad()},
      {"gb18030", "\x84\x31\xA4\x40"sv, bad("", "1") + "\xEE\x97\xA6"},
      {"gb18030", "\x80\xFF"sv, "€" + bad()},
      {"gb18030", "\xA2\xA0 \x81\x7F"sv, "\xEE\x96\x85 " + bad("", "\x7F")},
      {"gbk", "\xD6\xD0\x81 "sv, "中" + bad("", " ")},
      {"big5", "\x88\x62\x88\x64\x88\xA3\x88\xA5"sv, "Ê̄Ê̌ê̄ê̌"},
      {"big5", "\x80\x81\x20\xFF\xA4"sv, bad() + bad("", " ") + bad() + bad()},
      {"big5", "\x81\x40\x81\x80z"sv, bad("", "@") + bad("", "z")},
      {"euc-kr", "\xC7\xD1\xB1"sv, "한" + bad()},
      {"euc-kr",
       "\xC7"
       "A\x80\xFE\xFF\xC9\xA1"sv,
       bad("", "A") + bad() + bad() + bad()},
      {"shift_jis", "\x5C\x7E\x80\xA0\xFD\xB1"sv, "\\~\xC2\x80" + bad() + bad() + "ｱ"},
      {"shift_jis", "\xF0\x40\xF9\xFC\x81"sv, "\xEE\x80\x80\xEE\x9D\x97" + bad()},
      {"shift_jis", "\x81\x3F\x85\x81\xFC\x4C"sv, bad("", "?") + bad() + bad("", "L")},
      {"euc-jp", "\x8E\xB1\x8F\xA2\xB7\xC6\xFC"sv, "ｱ～日"},
      {"euc-jp", "\x8E\xE0\x8F\x41\x8F\xA1\x8F"sv, bad() + bad("", "A") + bad()},
      {"euc-jp", "\x8F\xA1\x41\xA1\x80\xFF\xA1"sv, bad("", "A") + bad() + bad() + bad()},
      {"iso-2022-jp", "a\x1B$B$\"\x1B(Ja\\~\x1B(I1\x1B(Bz"sv, "aあa¥‾ｱz"},
      {"iso-2022-jp", "\x1B$B\x1B(B"sv, bad()},
      {"iso-2022-jp", "\x1B$B\x1B$B\x1B(B$"sv, bad() + bad("", "$")},
      {"iso-2022-jp", "\x1B(x\x1B"sv, bad("", "(x") + bad()},
      {"iso-2022-jp", "\x1B$"sv, bad("", "$")},
      {"iso-2022-jp", "\x1B$B$\x1B(Ba"sv, bad("", "a")},
      {"iso-2022-jp", "\x1B$B$\x80$\"$"sv, bad() + "あ" + bad()},
      {"iso-2022-jp", "\x0E\x0F\x80\0a"sv, bad() + bad() + bad() + std::string("\0a", 2)},
      {"utf-16le", "a\0\x3D\xD8\x00\xDE"sv, "a😀"},
      {"utf-16le",
       "\x3D\xD8"
       "a\0\x00\xDE"
       "b"sv,
       bad("", "a") + bad() + bad()},
      {"utf-16be", "\xD8\x3D\xD8\x3D\xDE\x00\xD8"sv, bad() + "😀" + bad()},
      {"utf-16be", "\xD8\x3D\x00"sv, bad()},
      {"replacement", "anything"sv, bad()},
      {"replacement", ""sv, ""},
      {"x-user-defined", "a\x80\xFF"sv, "a\xEF\x9E\x80\xEF\x9F\xBF"},
      {"utf-8", "\xF0\x9F\x98z\xE2\x82\xED\xA0\x80\xC0"sv, bad("", "z") + bad() + bad() + bad() + bad() + bad()},
      {"iso-8859-8-i", "\xF9\xA1\xBF"sv, "ש" + bad() + bad()},
      {"windows-1252", "\x81\x80"sv, "\xC2\x81€"},
      {"koi8-u", "\xAE\xBE"sv, "ўЎ"},
      {"windows-1255", "\xCA"sv, "\xD6\xBA"},
  };
  for (const Case& each : cases) {
    EXPECT_EQ(decode_charset(each.bytes, each.charset), each.text) << each.charset << " " << each.text;
  }
}

// Text between runs of ASCII of any length comes out whole, and so does text cut at any place.
TEST(Encoding, RunsOfAnyLength) {
  for (size_t ascii = 0; ascii < 70; ++ascii) {
    const std::string run(ascii, 'x');
    EXPECT_EQ(decode_charset(run + "\xCF\xF0" + run, "windows-1251"), run + "Пр" + run);
    EXPECT_EQ(decode_charset(run + "\xD6\xD0" + run, "gbk"), run + "中" + run);
    EXPECT_EQ(decode_charset(run + "\xFF" + run, "utf-8"), bad(run, run));
  }
  std::string mixed;
  for (int i = 0; i < 3000; ++i) {
    mixed += i % 7 == 0 ? "\xFF" : (i % 3 == 0 ? "\xF0\x9F\x98\x80" : "é");
  }
  for (size_t size = 0; size < mixed.size(); size += 13) {
    const std::string_view part = std::string_view(mixed).substr(0, size);
    std::string expected;
    for (size_t pos = 0; pos < part.size();) {
      append_utf8(expected, next_code_point(part, pos));
    }
    EXPECT_EQ(replace_invalid_utf8(part), expected);
  }
}

}  // namespace
}  // namespace smelt
