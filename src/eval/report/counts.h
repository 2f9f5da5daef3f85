// Reading the counts of a stage's manifest.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"

namespace smelt {

using CountRow = std::pair<std::string, double>;  // name, count

// The members of an object of counts by name, largest first, equal ones by name; zeros are left out. Where a member is
// an object itself, its first number of `fields` is the count. Nothing where `object` is null or no object.
std::vector<CountRow> largest_counts(const Json* object, const std::vector<std::string_view>& fields = {"documents"});

}  // namespace smelt
