#include "crawl/justext.h"

#include <array>
#include <functional>
#include <initializer_list>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/text.h"
#include "support/time_growth.h"

namespace smelt {
namespace {

const std::string kPage = R"(<!DOCTYPE html><html><head><title>The title</title></head><body>
<ul><li><a href=1>Home</a><li><a href=2>About us</a></ul>
<h1>The river</h1>
<p>The river is long <b>and</b> <i>wide</i> and it runs to the sea, in a bed of sand and of stone, which was laid in the age of ice; and the people of the town is proud of the river, of the bridge and of the mill that was built in the year of the flood.
<p>Short line<br>of text<br><br>After a break
<h2>Links below</h2>
<p><a href=3>The other stories of the day</a> and more of the kind
<script>var the = "of and to a";</script><div>Copyright © the town and the mill of the river in the year of the flood and of the ice</div>
<p>A paragraph of the middle kind, in which the words of the list stand as in a book.</p>
<form><p>In a form: <input value=x><button>Send</button><select><option>one</select></form>
<my-select><p>Inside of a select</my-select>
</body></html>
)";

constexpr const char* kWords = "the of and to a in is was";

// "length links class/class text", the text cut at 14 bytes.
std::string run(const std::string& html, const JustextOptions& options) {
  constexpr std::array<const char*, 4> kNames = {"bad", "short", "near", "good"};
  const StopWords stop(kWords);
  std::vector<JustextParagraph> paragraphs = justext_paragraphs(html);
  classify_paragraphs(paragraphs, &stop, options);
  std::string out;
  for (const JustextParagraph& paragraph : paragraphs) {
    out += fmt::format("{} {} {}/{} {}\n", paragraph.length, paragraph.link_length,
                       kNames[static_cast<size_t>(paragraph.context_free)],
                       kNames[static_cast<size_t>(paragraph.final)], paragraph.text.substr(0, 14));
  }
  return out;
}

// The expected values are the Python package's for this page and list of words.
TEST(Justext, JudgesAPageAsThePackageDoes) {
  EXPECT_EQ(run(kPage, {}),
            "4 4 bad/bad Home\n8 8 bad/bad About us\n9 0 short/good The river\n235 0 good/good The river is l\n"
            "18 0 short/bad Short line of \n13 0 short/bad After a break\n11 0 short/bad Links below\n"
            "49 28 bad/bad The other stor\n86 0 bad/bad Copyright © t\n82 0 near/bad A paragraph of\n"
            "10 0 short/bad In a form:\n18 0 bad/bad Inside of a se\n");
  JustextOptions no_headings;
  no_headings.no_headings = true;
  EXPECT_NE(run(kPage, no_headings).find("9 0 short/bad The river\n"), std::string::npos);
  JustextOptions loose;
  loose.length_low = 10;
  loose.length_high = 40;
  loose.stopwords_low = 0.2;
  loose.stopwords_high = 0.3;
  EXPECT_EQ(run(kPage, loose),
            "4 4 bad/bad Home\n8 8 bad/bad About us\n9 0 short/good The river\n235 0 good/good The river is l\n"
            "18 0 near/good Short line of \n13 0 near/good After a break\n11 0 bad/bad Links below\n"
            "49 28 bad/bad The other stor\n86 0 bad/bad Copyright © t\n82 0 good/good A paragraph of\n"
            "10 0 near/good In a form:\n18 0 bad/bad Inside of a se\n");
}

std::string texts(const std::string& html) {
  std::string out;
  for (const JustextParagraph& paragraph : justext_paragraphs(html)) {
    out += paragraph.text + "|";
  }
  return out;
}

// As lxml with libxml2 2.14 nests them.
TEST(Justext, NestsElementsByTheRulesOfHtml4) {
  EXPECT_EQ(texts("<!doctype html><p>a<b>b<p>c</b>d<div>e</p>f</div>g"), "ab|cd|ef|g|");
  EXPECT_EQ(texts("<!doctype html><head><section>lost</section></head><p>kept"), "kept|");
  EXPECT_EQ(texts("<!doctype html><p>a</body> b</html> lost <p>lost"), "a|b|");
  EXPECT_EQ(texts("<p>a</body> lost <p>lost"), "a|");
  EXPECT_EQ(texts("<p>a<p>a</body> b<!-- --> lost <p>lost"), "a|a|b|");
  EXPECT_EQ(texts("<!doctype html><p>a <!-- x --> b<script>c</script> d<style>e</style><iframe>f</iframe>"), "a b df|");
  EXPECT_EQ(texts("<!doctype html><div/>a<p/>b<title>c<d></title>"), "a|bc<d>|");
  EXPECT_EQ(texts(""), "");
  EXPECT_EQ(texts("plain\xC2\xA0\n text"), "plain\ntext|");
}

TEST(Justext, HostilePagesTakeLinearTime) {
  const auto repeat = [](std::initializer_list<const char*> units, int scale) {
    std::string out;
    for (int i = 0; i < 37'500 * scale; ++i) {
      out += units.begin()[static_cast<size_t>(i) % units.size()];
    }
    return out;
  };
  const auto nested = [&](int scale) { return repeat({"<div>", "<x-y>", "<b>"}, scale); };
  const auto closing = [&](int scale) { return repeat({"</i>", "</x-y>"}, scale); };
  const std::vector<std::function<std::string(int)>> pages = {
      nested, [&](int scale) { return "<i>" + nested(scale) + closing(scale); },
      [&](int scale) { return repeat({"<h1>x</h1>"}, scale); },
      [&](int scale) { return nested(scale) + "text" + closing(scale); }};
  for (const auto& page : pages) {
    EXPECT_LT(time_growth(page, [](const std::string& html) { run(html, {}); }), kLinearGrowth)
        << page(1).substr(0, 40);
  }
  EXPECT_EQ(texts(nested(8) + "text"), "text|");
}

TEST(Justext, WithoutAListLengthAndLinksDecide) {
  std::vector<JustextParagraph> paragraphs =
      justext_paragraphs("<p>" + std::string(300, 'x') + "<p>" + std::string(100, 'y') + "<p><a href=1>links</a>");
  classify_paragraphs(paragraphs, nullptr, {});
  ASSERT_EQ(paragraphs.size(), 3U);
  EXPECT_EQ(paragraphs[0].final, BlockClass::kGood);
  EXPECT_EQ(paragraphs[1].final, BlockClass::kGood);
  EXPECT_EQ(paragraphs[2].final, BlockClass::kBad);
}

}  // namespace
}  // namespace smelt
