// New pages out of real ones: the same markup with other words in the text.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace smelt {

// The words of a set of pages that may stand for one another: those of the same length and case, seen at least twice.
// Words are runs of at least five ASCII letters in text, outside markup, scripts, styles and code; shorter ones, which
// carry the grammar, stay, so that a variant still reads as its language to filters and detectors.
class WordPool {
 public:
  void add(std::string_view page);
  void finish();  // once, after the last add()

  // The page with the share `changed` of its distinct words replaced, the same word by the same one wherever it
  // stands. A pure function of its arguments and of what was added.
  std::string variant(std::string_view page, double changed, uint64_t seed) const;

 private:
  using Kind = std::pair<size_t, bool>;  // length, begins with a capital
  std::unordered_map<std::string, int64_t> counts_;
  std::map<Kind, std::vector<std::string>> words_;
};

}  // namespace smelt
