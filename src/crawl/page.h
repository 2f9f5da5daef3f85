// A page as it was fetched: bytes and what came with them.
#pragma once

#include <string>

namespace smelt {

struct RawPage {
  std::string id;    // relative path of a file, WARC-Record-ID without its angle brackets
  std::string url;   // address it was fetched from; empty for a file
  std::string body;  // bytes after transfer and content encodings are undone, in the page's own charset
  std::string
      content_type;  // the HTTP header's value, "text/html" for .html and .htm, "application/xhtml+xml" for .xhtml
  std::string date;  // ISO 8601 as in WARC-Date; empty for a file
  bool is_plain_text = false;  // a WARC conversion record: text that was already extracted
  std::string source;          // name of the input without its folders: "pages", "crawl-00001.warc.gz"
};

}  // namespace smelt
