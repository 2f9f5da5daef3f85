// What a page says of itself: title, author, date of publication, site, description, address, language.
#pragma once

#include <string>
#include <string_view>

#include "crawl/html/tree.h"
#include "crawl/page_head.h"

namespace smelt {

// Each field is one line of plain text, empty where nothing says it. Sources in the order in which they are trusted:
struct PageMetadata {
  // The page's only h1 (unless it names the site, or is a part of what follows), og:title, twitter:title, headline of
  // JSON-LD, <title>; the site's name behind or before a separator is off.
  std::string title;
  // JSON-LD (of people; of firms last), meta elements (author, article:author, dc.creator, parsely-author,
  // sailthru.author), microdata, rel=author, elements whose class says byline or author. Several names are joined by ",
  // ".
  std::string author;
  // ISO 8601. JSON-LD datePublished, meta elements (article:published_time, date, dc.date and their likes), microdata,
  // <time>, elements whose class says date, the address.
  std::string date;
  std::string site_name;    // og:site_name, the publisher or WebSite of JSON-LD, application-name
  std::string description;  // og:description, meta description, twitter:description, JSON-LD
  std::string canonical;    // absolute: link rel=canonical, og:url
  std::string language;     // BCP 47 as written: lang of <html>, og:locale, content-language, inLanguage of JSON-LD
};

// `url`: where the page was fetched, may be empty. Linear in the page.
PageMetadata read_metadata(const HtmlTree& tree, const PageHead& head, std::string_view url);

}  // namespace smelt
