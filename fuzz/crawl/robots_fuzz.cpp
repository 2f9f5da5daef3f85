// Any bytes as robots.txt, and as a sitemap: every call ends, and /robots.txt itself is always allowed.
#include "bytes.h"
#include "crawl/fetch/links.h"
#include "crawl/fetch/robots.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes = smelt::fuzz_bytes(data, size);
  const smelt::RobotsRules rules = smelt::RobotsRules::parse(bytes, "smelt");
  SMELT_CHECK(rules.allows("/robots.txt"));
  rules.allows(bytes.substr(0, 200));
  const smelt::Url base = smelt::parse_url("https://example.org/sitemap.xml").value();
  const smelt::SitemapLinks links = smelt::sitemap_links(bytes, base);
  SMELT_CHECK(links.pages.empty() || links.sitemaps.empty());
  return 0;
}
