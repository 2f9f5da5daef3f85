#include "corpus/part_index.h"

#include <algorithm>
#include <cstring>

#include "corpus/document.h"
#include "corpus/record_bytes.h"

namespace smelt {

namespace {

constexpr size_t kExampleCharacters = 300;

// What a record begins with; scores and strings follow, then zeros.
struct Header {
  uint32_t size = 0;  // of the record
  uint32_t num_scores = 0;
  int64_t text_bytes = 0;
  double failed_value = 0;
  double failed_threshold = 0;
  float perplexity = 0;
  uint32_t reserved = 0;
};

}  // namespace

void append_index_record(const IndexedDocument& document, std::string& out) {
  const size_t begin = out.size();
  Header header;
  header.num_scores = static_cast<uint32_t>(document.scores.size());
  header.text_bytes = document.text_bytes;
  header.failed_value = document.failed_value;
  header.failed_threshold = document.failed_threshold;
  header.perplexity = document.perplexity;
  append_value(out, header);
  for (const float score : document.scores) {
    append_value(out, score);
  }
  for (const std::string* text :
       {&document.id, &document.source, &document.language, &document.section, &document.rest, &document.failed_rule}) {
    append_string(out, *text);
  }
  out.resize(begin + (out.size() - begin + 7) / 8 * 8, '\0');
  header.size = static_cast<uint32_t>(out.size() - begin);
  std::memcpy(out.data() + begin, &header, sizeof(header));
}

PartIndex::PartIndex(const std::string& path) : file_(path) {
  for (uint64_t offset = 0; offset < end(); offset = next(offset)) {
    RecordCursor cursor(file_.bytes().substr(offset), path);
    const auto size = cursor.value<Header>().size;
    SMELT_CHECK(size >= sizeof(Header));
    cursor.take(size - sizeof(Header));
  }
}

uint64_t PartIndex::next(uint64_t offset) const {
  return offset + RecordCursor(file_.bytes().substr(offset), "").value<Header>().size;
}

int64_t PartIndex::text_bytes(uint64_t offset) const {
  return RecordCursor(file_.bytes().substr(offset), "").value<Header>().text_bytes;
}

IndexedView PartIndex::at(uint64_t offset) const {
  RecordCursor cursor(file_.bytes().substr(offset), "");
  const auto header = cursor.value<Header>();
  IndexedView out;
  out.text_bytes = header.text_bytes;
  out.perplexity = header.perplexity;
  out.failed_value = header.failed_value;
  out.failed_threshold = header.failed_threshold;
  const std::span<const char> scores = cursor.take(size_t{header.num_scores} * sizeof(float));
  out.scores = {reinterpret_cast<const float*>(scores.data()), header.num_scores};  // records begin at multiples of 8
  for (std::string_view* text : {&out.id, &out.source, &out.language, &out.section, &out.rest, &out.failed_rule}) {
    *text = cursor.view();
  }
  return out;
}

void ExampleBook::add(const std::string& reason, const std::string& id, const std::string& url,
                      const std::string& source, double value, std::string_view text) {
  if (per_reason_ == 0) {
    return;
  }
  Example example{hash128(source + '\n' + id + '\n' + std::string(text)).hex(), Json::object()};
  const auto& known = examples_[reason];
  if (known.size() == per_reason_ && known.back().order <= example.order) {
    return;
  }
  example.shown["order"] = example.order;
  example.shown["id"] = id;
  example.shown["url"] = url;
  example.shown["source"] = source;
  example.shown["value"] = value;
  example.shown["text"] = prefix_characters(text, kExampleCharacters);
  insert(reason, std::move(example));
}

void ExampleBook::insert(const std::string& reason, Example example) {
  auto& known = examples_[reason];
  const auto place = std::upper_bound(known.begin(), known.end(), example,
                                      [](const Example& a, const Example& b) { return a.order < b.order; });
  known.insert(place, std::move(example));
  if (known.size() > per_reason_) {
    known.pop_back();
  }
}

void ExampleBook::merge(const Json& book) {
  for (const auto& [reason, examples] : book.as_object()) {
    for (const Json& shown : examples.as_array()) {
      insert(reason, {shown.at("order").as_string(), shown});
    }
  }
}

Json ExampleBook::to_json() const {
  Json out = Json::object();
  for (const auto& [reason, examples] : examples_) {
    Json list = Json::array();
    for (const Example& example : examples) {
      list.push_back(example.shown);
    }
    out[reason] = std::move(list);
  }
  return out;
}

}  // namespace smelt
