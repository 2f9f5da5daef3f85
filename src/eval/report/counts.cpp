#include "eval/report/counts.h"

#include <algorithm>

#include "eval/report/run_folder.h"

namespace smelt {

std::vector<CountRow> largest_counts(const Json* object, const std::vector<std::string_view>& fields) {
  std::vector<CountRow> rows;
  if (object == nullptr || !object->is_object()) {
    return rows;
  }
  for (const auto& [name, value] : object->as_object()) {
    const double count = value.is_number() ? value.as_double() : number_at(value, fields).value_or(0);
    if (count > 0) {
      rows.emplace_back(name, count);
    }
  }
  std::stable_sort(rows.begin(), rows.end(), [](const CountRow& a, const CountRow& b) {
    return std::pair(-a.second, a.first) < std::pair(-b.second, b.first);
  });
  return rows;
}

}  // namespace smelt
