#pragma once

#include <string>

namespace smelt {

const char* version();     // "0.1.0"
std::string build_info();  // compiler and build type

}  // namespace smelt
