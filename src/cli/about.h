// Which build this is.
#pragma once

#include <string>

#include "base/json.h"

namespace smelt::cli {

Json about();  // version, commit, compiler and build type, instruction set, LibTorch version where built in
std::string version_text();

}  // namespace smelt::cli
