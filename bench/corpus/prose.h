// The text that benchmarks of curation run on, the same as bench/corpus/privacy_peers.py makes: Wikipedia articles of
// the test data in pieces of 5,000 bytes, a sentence with personal data at the end of every fourth.
#pragma once

#include <cstdlib>
#include <string>
#include <vector>

#include "base/files.h"
#include "base/json.h"

namespace smelt {

inline std::string bench_data(const std::string& name) {
  const char* root = std::getenv("SMELT_TEST_DATA");
  return std::string(root != nullptr ? root : "../shared/data") + "/" + name;
}

// Empty where the test data is absent.
inline const std::vector<std::string>& prose_pages() {
  static const std::vector<std::string> kPages = [] {
    std::vector<std::string> pages;
    if (!path_exists(bench_data("text/wikitext-2.valid.txt"))) {
      return pages;
    }
    const std::string text = read_file(bench_data("text/wikitext-2.valid.txt"));
    const Json sentences = Json::load(bench_data("pii/synth_dataset_v2.json"));
    for (size_t begin = 0; begin < text.size(); begin += 5000) {
      pages.push_back(text.substr(begin, 5000));
      if (pages.size() % 4 == 0) {
        pages.back() += "\n" + sentences.as_array()[pages.size() % sentences.size()].at("full_text").as_string();
      }
    }
    return pages;
  }();
  return kPages;
}

}  // namespace smelt
