// The cure of an error about an unknown name.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"

namespace smelt {

// "did you mean 'x'?" where one of the known names is near (nearest_name of text.h), else `otherwise`.
inline std::string did_you_mean(std::string_view name, const std::vector<std::string>& known,
                                std::string_view otherwise) {
  const std::string nearest = nearest_name(name, known);
  return nearest.empty() ? std::string(otherwise) : "did you mean '" + nearest + "'?";
}

}  // namespace smelt
