#include "corpus/counts.h"

#include <algorithm>

namespace smelt {

void add_count(Json& counts, std::string_view key, int64_t amount) {
  Json& value = counts[key];
  value = Json((value.is_null() ? 0 : value.as_int()) + amount);
}

Json& count_group(Json& counts, std::string_view key) {
  Json& value = counts[key];
  if (value.is_null()) {
    value = Json::object();
  }
  return value;
}

void merge_counts(Json& into, const Json& from) {
  for (const auto& [key, value] : from.as_object()) {
    if (value.is_object()) {
      merge_counts(count_group(into, key), value);
    } else if (value.is_int()) {
      add_count(into, key, value.as_int());
    } else if (value.is_double()) {
      Json& sum = into[key];
      sum = Json((sum.is_null() ? 0.0 : sum.as_double()) + value.as_double());
    } else if (into[key].is_null()) {
      into[key] = value;
    }
  }
}

void count_dropped_languages(const std::vector<LanguageShare>& dropped, Json& counts) {
  for (const LanguageShare& share : dropped) {
    Json& group = count_group(count_group(counts, "dropped_languages"), share.code);
    add_count(group, "paragraphs", share.paragraphs);
    add_count(group, "text_bytes", share.bytes);
  }
}

void sort_counts(Json& counts) {
  if (!counts.is_object()) {
    return;
  }
  auto& members = counts.as_object();
  std::sort(members.begin(), members.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  for (auto& [key, value] : members) {
    sort_counts(value);
  }
}

}  // namespace smelt
