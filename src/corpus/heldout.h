// Held-out text: of every source whole sections, so that no page of a section is trained on while its neighbour is
// tested; or, where the folders of a source are whole books, single pages of them.
#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/recipe.h"

namespace smelt {

struct SplitOptions {
  double heldout_fraction = 0.01;
  double max_heldout_fraction = 0.05;
  int64_t max_heldout_bytes = 50'000'000;
  std::string unit = "section";
  int64_t path_parts = 2;
  double max_similarity = 0.5;
  int64_t seed = 1;
  void fields(Fields& f) {
    f("heldout_fraction", heldout_fraction, "share of each source's text to hold out; 0: none", {.min = 0, .max = 0.5});
    f("max_heldout_fraction", max_heldout_fraction,
      "share of each source's text that is never exceeded: larger sections are for training", {.min = 0, .max = 1});
    f("max_heldout_bytes", max_heldout_bytes,
      "bytes of text that are never exceeded, shared by the sources after their size", {.min = 0});
    f.choice("unit", unit, {"section", "page"},
             "what is held out whole: sections of sites, or pages where a folder is a book and a page its chapter");
    f("path_parts", path_parts, "folders of the address that, with source and host, name a section",
      {.min = 0, .max = 16});
    f("max_similarity", max_similarity,
      "held-out documents at least this similar to a training document (Jaccard, estimated) are dropped; 1: keep all",
      {.min = 0.2, .max = 1});
    f("seed", seed, "of the choice of sections", {.min = 0});
  }
};

// "source/host/first/folders": of the url where there is one, else of the id. The last part of a path is the page and
// never counts.
std::string section_of(std::string_view source, std::string_view id, std::string_view url, int64_t path_parts);

// The section by the options: for unit "page" the source and the whole address.
std::string heldout_unit(std::string_view source, std::string_view id, std::string_view url,
                         const SplitOptions& options);

// Of one source. Takes sections in the order of a hash of (seed, name) while they fit the limits, until
// heldout_fraction is reached. `section_bytes`: name and bytes of text. Depends on nothing but its arguments' contents.
std::set<std::string> choose_heldout(const std::unordered_map<std::string, int64_t>& section_bytes,
                                     const SplitOptions& options);

// Finds held-out documents that resemble training documents, through all pairs that agree in some 5 neighbouring hashes
// of their signatures: of pairs of similarity .5, .6, .7 it sees 80.8, 98.5, 99.99 % (260 hashes).
class OverlapFinder {
 public:
  // Signatures of the held-out documents, `signature_size` values each, one after the other.
  OverlapFinder(std::vector<uint32_t> signatures, size_t signature_size);

  // Looks one training document up; remembers the highest estimated similarity of each held-out document.
  void look_up(std::span<const uint32_t> signature);
  const std::vector<double>& similarities() const { return similarities_; }

 private:
  std::vector<uint32_t> signatures_;
  size_t signature_size_;
  std::unordered_multimap<uint64_t, uint32_t> bands_;  // key of five hashes and their place -> held-out document
  std::vector<double> similarities_;
};

}  // namespace smelt
