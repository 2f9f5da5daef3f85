#include "crawl/fetch/url.h"

#include <gtest/gtest.h>

namespace smelt {
namespace {

std::string resolved(const std::string& text, const std::string& base) {
  const std::optional<Url> from = parse_url(base);
  const std::optional<Url> url = parse_url(text, &*from);
  return url ? url->text() : "none";
}

std::string absolute(const std::string& text) {
  const std::optional<Url> url = parse_url(text);
  return url ? url->text() : "none";
}

// RFC 3986, sections 5.4.1 and 5.4.2, but for fragments, which are dropped, and "http:g", where the URL standard goes
// from the base.
TEST(Url, ResolvesTheExamplesOfTheRfc) {
  const std::string base = "http://a/b/c/d;p?q";
  const std::pair<const char*, const char*> cases[] = {{"g", "http://a/b/c/g"},
                                                       {"./g", "http://a/b/c/g"},
                                                       {"g/", "http://a/b/c/g/"},
                                                       {"/g", "http://a/g"},
                                                       {"//g", "http://g/"},
                                                       {"?y", "http://a/b/c/d;p?y"},
                                                       {"g?y", "http://a/b/c/g?y"},
                                                       {"#s", "http://a/b/c/d;p?q"},
                                                       {"g#s", "http://a/b/c/g"},
                                                       {"g?y#s", "http://a/b/c/g?y"},
                                                       {";x", "http://a/b/c/;x"},
                                                       {"g;x", "http://a/b/c/g;x"},
                                                       {"", "http://a/b/c/d;p?q"},
                                                       {".", "http://a/b/c/"},
                                                       {"./", "http://a/b/c/"},
                                                       {"..", "http://a/b/"},
                                                       {"../", "http://a/b/"},
                                                       {"../g", "http://a/b/g"},
                                                       {"../..", "http://a/"},
                                                       {"../../", "http://a/"},
                                                       {"../../g", "http://a/g"},
                                                       {"../../../g", "http://a/g"},
                                                       {"../../../../g", "http://a/g"},
                                                       {"/./g", "http://a/g"},
                                                       {"/../g", "http://a/g"},
                                                       {"g.", "http://a/b/c/g."},
                                                       {".g", "http://a/b/c/.g"},
                                                       {"g..", "http://a/b/c/g.."},
                                                       {"..g", "http://a/b/c/..g"},
                                                       {"./../g", "http://a/b/g"},
                                                       {"./g/.", "http://a/b/c/g/"},
                                                       {"g/./h", "http://a/b/c/g/h"},
                                                       {"g/../h", "http://a/b/c/h"},
                                                       {"g;x=1/../y", "http://a/b/c/y"},
                                                       {"g?y/../x", "http://a/b/c/g?y/../x"},
                                                       {"http:g", "http://a/b/c/g"}};
  for (const auto& [text, expected] : cases) {
    EXPECT_EQ(resolved(text, base), expected) << text;
  }
}

TEST(Url, GivesEachAddressOneSpelling) {
  EXPECT_EQ(absolute(" HTTP://User:Pass@EXAMPLE.org:80/a b/\xC3\xA9?q='x y'#top\n"),
            "http://example.org/a%20b/%C3%A9?q=%27x%20y%27");
  EXPECT_EQ(absolute("https://example.org:443"), "https://example.org/");
  EXPECT_EQ(absolute("https://example.org:8443?x"), "https://example.org:8443/?x");
  EXPECT_EQ(absolute("http:\\\\example.org\\a\\..\\b?c\\d"), "http://example.org/b?c\\d");
  EXPECT_EQ(absolute("http://exa\tmple.org/%2e%2E/%7Ea"), "http://example.org/%7Ea");
  EXPECT_EQ(absolute("http://[2001:DB8::1]:8080/"), "http://[2001:db8::1]:8080/");
  EXPECT_EQ(absolute("http://b\xC3\xBC"
                     "cher.example/"),
            "http://xn--bcher-kva.example/");
  EXPECT_EQ(absolute("http://ex%41mple.org/"), "http://example.org/");
  EXPECT_EQ(resolved("//other.org\\x", "https://a.org/"), "https://other.org/x");
}

// By Python's punycode codec over unicodedata's NFKC.
TEST(Url, NamesBeyondAsciiGoIntoDnsAsPunycode) {
  EXPECT_EQ(absolute("http://\u4F8B\u3048.\u30C6\u30B9\u30C8/"), "http://xn--r8jz45g.xn--zckzah/");
  EXPECT_EQ(absolute("http://\u041F\u0440\u0438\u043C\u0435\u0440.example/"), "http://xn--e1afmkfd.example/");
  EXPECT_EQ(absolute("http://\u30C9\u30E1\u30A4\u30F3\u540D\u4F8B\u3002jp/"), "http://xn--eckwd4c7cu47r2wf.jp/");
  EXPECT_EQ(absolute("http://fa\u00DF.example/"), "http://xn--fa-hia.example/");
  EXPECT_EQ(absolute("http://\uFF21.\u00C5\u00C9-x.org/"), "http://a.xn---x-xiaq.org/");
}

TEST(Url, RefusesWhatIsNoWebAddress) {
  for (const char* text :
       {"", "page.html", "ftp://a.org/", "mailto:a@b.org", "javascript:void(0)", "http://", "http:///",
        "http://a b.org/", "http://a.org:99999/", "http://a.org:x/", "http://<a>/", "data:text/html,x"}) {
    EXPECT_EQ(absolute(text), "none") << text;
  }
  EXPECT_EQ(absolute("http://a.org/" + std::string(10000, 'x')), "none");
}

// What was read reads back to itself.
TEST(Url, ReadingIsStable) {
  for (const char* text :
       {"http://a.org/%", "http://a.org/%zz?%", "http://a.org//x//y/?a=b&c=d", "http://a.org/a;b,c@d"}) {
    const std::string once = absolute(text);
    EXPECT_EQ(absolute(once), once);
  }
}

}  // namespace
}  // namespace smelt
