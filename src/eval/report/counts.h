// Finding things in the counts of a stage's manifest, whose inner layout belongs to the stage.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"

namespace smelt {

using CountRow = std::pair<std::string, double>;  // name, count

// The objects at any depth whose own key contains one of `words`, with their dotted paths, in the order of the
// document.
std::vector<std::pair<std::string, const Json*>> objects_named(const Json& counts,
                                                               const std::vector<std::string_view>& words);

// The numbers of an object and of the objects in it, by last key, equal names added up; largest first, then by name.
// Zeros are left out.
std::vector<CountRow> largest_counts(const Json& object);

// The members at any depth that are numbers and whose dotted path contains one of `words`, as an object of path ->
// number.
Json numbers_named(const Json& counts, const std::vector<std::string_view>& words);

}  // namespace smelt
