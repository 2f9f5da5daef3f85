#include "crawl/superscripts.h"

#include <string>

#include <gtest/gtest.h>

#include "crawl/extract.h"

namespace smelt {
namespace {

std::string plain(const std::string& inside) {
  RawPage page;
  page.content_type = "text/html";
  page.body = "<p>" + inside + "</p>";
  ExtractOptions options;
  options.content = "all";
  Result<ExtractedPage> out = extract_page(page, options);
  return out.ok() ? out->text : "reject " + out.reject().reason;
}

TEST(Superscripts, ExponentsStandBehindACaret) {
  EXPECT_EQ(plain("10<sup>-3</sup> mol"), "10^-3 mol");
  EXPECT_EQ(plain("10<sup>\xE2\x88\x92"
                  "12</sup>"),
            "10^\xE2\x88\x92"
            "12");
  EXPECT_EQ(plain("6.02 x 10<sup><b>23</b></sup>"), "6.02 x 10^23");
  EXPECT_EQ(plain("2<sup>n</sup> and E = mc<sup>2</sup>"), "2^n and E = mc^2");
  EXPECT_EQ(plain("5 km<sup>2</sup>, (a+b)<sup>3</sup>, mol<sup>-1</sup>"), "5 km^2, (a+b)^3, mol^-1");
}

TEST(Superscripts, NotesStandInBracketsOrGoWithTheirLinks) {
  EXPECT_EQ(plain("as was shown<sup>3</sup>."), "as was shown[3].");
  EXPECT_EQ(plain("as was shown.<sup>1,2</sup> Then"), "as was shown.[1,2] Then");
  EXPECT_EQ(plain("in 1994<sup>7</sup> too"), "in 1994[7] too");
  EXPECT_EQ(plain("shown<sup><a href='#fn3'>3</a></sup> there"), "shown there");
  EXPECT_EQ(plain("shown<a href='#fn3'><sup>3</sup></a> there"), "shown there");
}

TEST(Superscripts, OtherRaisedTextStaysAsItIs) {
  EXPECT_EQ(plain("the 1<sup>st</sup> of n<sup>o</sup> 5, Smelt<sup>TM</sup>, Na<sup>+</sup>"),
            "the 1st of no 5, SmeltTM, Na+");
  EXPECT_EQ(plain("only $19<sup>99</sup> now"), "only $1999 now");
  EXPECT_EQ(plain("5<sup>1</sup>/<sub>2</sub> miles"), "5 1/2 miles");
  EXPECT_EQ(plain("a <sup>3</sup> b"), "a 3 b");
  EXPECT_EQ(plain("x<sup></sup>y"), "xy");
  EXPECT_EQ(plain("this<sup>is a longer aside</sup>"), "thisis a longer aside");
}

}  // namespace
}  // namespace smelt
