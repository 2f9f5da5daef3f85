// What the filter pass of curation notes of the documents that it lets through, a file a part.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/files.h"
#include "base/hash.h"
#include "base/json.h"

namespace smelt {

struct IndexedDocument {
  std::string id;
  std::string source;
  std::string language;
  std::string section;  // of the page's place, heldout.h
  std::string rest;
  int64_t text_bytes = 0;
  // Of [corpus.quality]: what quality/decide_quality.h goes by. Perplexity is no number where there is none.
  std::vector<float> scores;
  float perplexity = std::numeric_limits<float>::quiet_NaN();
  // A heuristic rule that the text fails, where these are applied by label; empty: none.
  std::string failed_rule;
  double failed_value = 0;
  double failed_threshold = 0;
};

void append_index_record(const IndexedDocument& document, std::string& out);
// All records of a file that append_index_record filled. Throws UserError(kInput) where it is cut short.
std::vector<IndexedDocument> read_index(const std::string& path);

// A few documents a reason for the report, whatever the order in which they are shown: those with the lowest hash.
class ExampleBook {
 public:
  explicit ExampleBook(size_t per_reason) : per_reason_(per_reason) {}
  void add(const std::string& reason, const std::string& id, const std::string& url, const std::string& source,
           double value, std::string_view text);
  void merge(const Json& book);  // what to_json gave elsewhere
  Json to_json() const;

 private:
  struct Example {
    std::string order;  // hash of the document's identity, in hexadecimal
    Json shown;
  };
  void insert(const std::string& reason, Example example);

  size_t per_reason_;
  std::map<std::string, std::vector<Example>> examples_;
};

}  // namespace smelt
