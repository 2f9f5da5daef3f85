// The pages that the benchmarks of HTML read, as UTF-8; none where SMELT_TEST_DATA has none.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "base/files.h"
#include "base/text.h"

namespace smelt {

inline const std::vector<std::string>& readability_pages() {
  static const std::vector<std::string> kPages = [] {
    std::vector<std::string> out;
    const char* root = std::getenv("SMELT_TEST_DATA");
    const std::string folder = std::string(root != nullptr ? root : "../shared/data") + "/readability";
    if (std::filesystem::exists(folder)) {
      for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
        if (entry.path().filename() == "source.html") {
          out.push_back(replace_invalid_utf8(read_file(entry.path().string())));
        }
      }
    }
    return out;
  }();
  return kPages;
}

}  // namespace smelt
