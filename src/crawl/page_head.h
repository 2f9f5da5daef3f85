// What a page says about itself: title, address, language, date, description.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "crawl/html/tree.h"

namespace smelt {

struct PageHead {
  std::string title;      // <title>, else og:title, else the first h1; one line
  std::string canonical;  // absolute http or https address; else empty
  std::string html_lang;  // as written
  std::string date;       // of publication, as written, where it starts like an ISO 8601 date
  std::string description;
};

PageHead read_head(const HtmlTree& tree);

// White space collapsed, controls and zero-width marks off, cut behind `max_bytes` at a whole character.
std::string one_line(std::string_view text, size_t max_bytes = std::string_view::npos);

}  // namespace smelt
