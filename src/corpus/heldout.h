// Held-out text: of every source whole sections of its sites, so that no page of a section is trained on while its
// neighbour is tested.
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
#include "corpus/scratch.h"

namespace smelt {

struct SplitOptions {
  double heldout_fraction = 0.01;
  double max_heldout_fraction = 0.05;
  int64_t max_heldout_bytes = 50'000'000;
  int64_t path_parts = 2;
  double max_similarity = 0.5;
  int64_t seed = 1;
  void fields(Fields& f) {
    f("heldout_fraction", heldout_fraction, "share of each source's text to hold out; 0: none", {.min = 0, .max = 0.5});
    f("max_heldout_fraction", max_heldout_fraction,
      "share of each source's text that is never exceeded: larger sections are split into their folders, down to "
      "single pages",
      {.min = 0, .max = 1});
    f("max_heldout_bytes", max_heldout_bytes,
      "bytes of text that are never exceeded, shared by the sources after their size", {.min = 0});
    f("path_parts", path_parts, "folders of the address that, with source and host, name a section to begin with",
      {.min = 0, .max = 16});
    f("max_similarity", max_similarity,
      "held-out documents at least this similar to a training document (Jaccard, estimated) are dropped; 1: keep all",
      {.min = 0.2, .max = 1});
    f("seed", seed, "of the choice of sections", {.min = 0});
  }
};

// Where a page lies: its section to begin with, "source/host/first/folders", and the rest of its path below that, page
// included. Of the url where there is one, else of the id; queries and fragments do not count.
struct PagePlace {
  std::string section;
  std::string rest;
};
PagePlace place_of(std::string_view source, std::string_view id, std::string_view url, int64_t path_parts);

// Which sections are held out.
class HeldoutSections {
 public:
  struct Page {
    std::string_view section;
    std::string_view rest;
    int64_t text_bytes;
  };
  HeldoutSections() = default;
  // Of the pages of one source. A section above max_heldout_fraction is split into its folders, these where they are
  // too large into theirs, and at last into pages. Takes sections in the order of a hash of (seed, name) while they fit
  // the limits, until heldout_fraction is reached. Depends on nothing but the arguments' contents, in any order.
  HeldoutSections(const std::vector<Page>& pages, const SplitOptions& options);
  // The same of pages 0 to count - 1, each asked for several times; memory: `space` and the names of sections that are
  // chosen or split.
  HeldoutSections(uint64_t count, const std::function<Page(uint64_t)>& page, const SplitOptions& options,
                  const ScratchSpace& space);

  bool contains(std::string_view section, std::string_view rest) const;
  const std::set<std::string, std::less<>>& names() const { return chosen_; }

 private:
  std::set<std::string, std::less<>> split_;
  std::set<std::string, std::less<>> chosen_;
};

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
