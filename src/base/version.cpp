#include "base/version.h"

#include <fmt/format.h>

namespace smelt {

const char* version() {
  return SMELT_VERSION;
}

std::string build_info() {
  return fmt::format("g++ {}.{}, {}", __GNUC__, __GNUC_MINOR__, SMELT_BUILD_TYPE);
}

}  // namespace smelt
