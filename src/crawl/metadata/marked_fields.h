// Authors and dates that a page's markup names in its text: microdata, rel=author, <time>, classes of bylines.
#pragma once

#include <string>

#include "crawl/html/tree.h"

namespace smelt {

struct MarkedFields {
  std::string item_author;  // itemprop=author
  std::string rel_author;   // a link's rel=author
  std::string byline;       // an element whose class or id says that it names the author
  std::string item_date;    // itemprop=datePublished, ISO 8601
  std::string time;         // the first <time>, one that says it is the publication's before others
  std::string class_date;   // an element whose class says that it is a date
  std::string heading;      // the only h1, else the first that holds text
  bool one_heading = false;
};

// Text in navigation, asides, footers and comments does not count. Linear in the page.
MarkedFields read_marked_fields(const HtmlTree& tree);

// A name out of "By Jane Doe | May 6": empty where what is left is no name (an address, a sentence, a number).
std::string clean_author(std::string_view text);

}  // namespace smelt
