// A document: one text with where it came from. The unit of every shard of the corpus.
//
// On disk a document is one line of JSON with the keys id, text, url, language, source, metadata (in that order), or a
// row of a Parquet file with columns of those names, metadata being JSON text.
#pragma once

#include <string>
#include <string_view>

#include "base/json.h"

namespace smelt {

struct Document {
  std::string
      id;  // unique within its source: relative path of a page, WARC record id, "file:line" where none was given
  std::string text;      // UTF-8
  std::string url;       // empty where unknown
  std::string language;  // ISO 639-1, "und" or empty where unknown
  std::string source;    // name of the input: "python-docs"
  Json metadata = Json::object();

  bool operator==(const Document&) const = default;
};

// Appends the document's line, with its '\n'. Invalid UTF-8 is written as U+FFFD. `extra`, where not null, is an object
// whose members follow the document's own (the reason of a reject).
void append_json_line(const Document& document, std::string& out, const Json* extra = nullptr);

// `text` cut after at most `max_characters` code points.
std::string_view prefix_characters(std::string_view text, size_t max_characters);

}  // namespace smelt
