// What the filter pass of curation notes of the documents that it lets through, a file a part.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <span>
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

// A record is a multiple of 8 bytes.
void append_index_record(const IndexedDocument& document, std::string& out);

// The same as it lies in the file.
struct IndexedView {
  std::string_view id;
  std::string_view source;
  std::string_view language;
  std::string_view section;
  std::string_view rest;
  int64_t text_bytes = 0;
  std::span<const float> scores;
  float perplexity = 0;
  std::string_view failed_rule;
  double failed_value = 0;
  double failed_threshold = 0;
};

// The records of a file that append_index_record filled, mapped; each is known by its offset. Views hold as long as
// this lives. Thread-safe.
class PartIndex {
 public:
  // Throws UserError(kInput) where the file is cut short.
  explicit PartIndex(const std::string& path);
  uint64_t end() const { return file_.bytes().size(); }  // behind the last record; the first one is at 0
  uint64_t next(uint64_t offset) const;
  IndexedView at(uint64_t offset) const;
  int64_t text_bytes(uint64_t offset) const;

 private:
  MappedFile file_;
};

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
