#include "eval/report/counts.h"

#include <algorithm>
#include <map>

namespace smelt {

namespace {

constexpr int kMaxDepth = 16;

bool contains_any(std::string_view text, const std::vector<std::string_view>& words) {
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return text.find(word) != std::string_view::npos; });
}

// Calls visit(dotted path, last key, value) for every member at every depth; visit returns false to stay out of an
// object.
template <class Visit>
void walk(const Json& object, const std::string& prefix, int depth, const Visit& visit) {
  if (!object.is_object() || depth > kMaxDepth) {
    return;
  }
  for (const auto& [key, value] : object.as_object()) {
    const std::string path = prefix.empty() ? key : prefix + "." + key;
    if (visit(path, key, value)) {
      walk(value, path, depth + 1, visit);
    }
  }
}

}  // namespace

std::vector<std::pair<std::string, const Json*>> objects_named(const Json& counts,
                                                               const std::vector<std::string_view>& words) {
  std::vector<std::pair<std::string, const Json*>> out;
  walk(counts, "", 0, [&](const std::string& path, const std::string& key, const Json& value) {
    if (value.is_object() && contains_any(key, words)) {
      out.emplace_back(path, &value);
      return false;
    }
    return true;
  });
  return out;
}

std::vector<CountRow> largest_counts(const Json& object) {
  std::map<std::string, double> sums;
  walk(object, "", 0, [&](const std::string&, const std::string& key, const Json& value) {
    if (value.is_number()) {
      sums[key] += value.as_double();
    }
    return true;
  });
  std::vector<CountRow> rows;
  for (const auto& [name, count] : sums) {
    if (count > 0) {
      rows.emplace_back(name, count);
    }
  }
  std::stable_sort(rows.begin(), rows.end(), [](const CountRow& a, const CountRow& b) { return a.second > b.second; });
  return rows;
}

Json numbers_named(const Json& counts, const std::vector<std::string_view>& words) {
  Json out = Json::object();
  walk(counts, "", 0, [&](const std::string& path, const std::string&, const Json& value) {
    if (value.is_number() && contains_any(path, words)) {
      out[path] = value;
    }
    return true;
  });
  return out;
}

}  // namespace smelt
