// Where a fetched resource leads: links of pages, locations of sitemaps.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "crawl/fetch/url.h"

namespace smelt {

struct PageLinks {
  std::vector<Url> urls;  // each once, in the page's order
  bool nofollow = false;  // <meta name="robots" content="nofollow"> or "none": the page asks that they be left alone
};

// Links of HTML that lead to pages: href of a and area, src of frame and iframe, relative to the page or its <base>. At
// most 10,000.
PageLinks page_links(std::string_view html, const Url& page);

struct SitemapLinks {
  std::vector<Url> pages;
  std::vector<Url> sitemaps;  // of an index
};

// sitemaps.org protocol 0.9: an XML sitemap or index (the contents of <loc>), or a text file with an address a line. At
// most 50,000 addresses, the protocol's own limit.
SitemapLinks sitemap_links(std::string_view text, const Url& sitemap);

}  // namespace smelt
