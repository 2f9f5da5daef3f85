#include "corpus/part_index.h"

#include <algorithm>
#include <span>

#include "corpus/document.h"
#include "corpus/record_bytes.h"

namespace smelt {

namespace {

constexpr size_t kExampleCharacters = 300;

}  // namespace

void append_index_record(const IndexedDocument& document, std::string& out) {
  append_string(out, document.id);
  append_string(out, document.source);
  append_string(out, document.language);
  append_string(out, document.section);
  append_string(out, document.rest);
  append_value(out, document.text_bytes);
  append_value(out, static_cast<uint32_t>(document.scores.size()));
  for (const float score : document.scores) {
    append_value(out, score);
  }
  append_value(out, document.perplexity);
  append_string(out, document.failed_rule);
  append_value(out, document.failed_value);
  append_value(out, document.failed_threshold);
}

std::vector<IndexedDocument> read_index(const std::string& path) {
  const std::string bytes = read_file(path);
  RecordCursor cursor(bytes, path);
  std::vector<IndexedDocument> documents;
  while (!cursor.at_end()) {
    IndexedDocument& document = documents.emplace_back();
    document.id = cursor.string();
    document.source = cursor.string();
    document.language = cursor.string();
    document.section = cursor.string();
    document.rest = cursor.string();
    document.text_bytes = cursor.value<int64_t>();
    const auto num_scores = cursor.value<uint32_t>();
    const std::span<const char> scores = cursor.take(size_t{num_scores} * sizeof(float));
    document.scores.resize(num_scores);
    std::copy(scores.begin(), scores.end(), reinterpret_cast<char*>(document.scores.data()));
    document.perplexity = cursor.value<float>();
    document.failed_rule = cursor.string();
    document.failed_value = cursor.value<double>();
    document.failed_threshold = cursor.value<double>();
  }
  return documents;
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
