// Fill-in-the-middle: a document is cut at two random characters into prefix, middle and suffix, and written so that
// the middle comes last; a model trained on it completes between two texts (Bavarian et al. 2022, arXiv 2207.14255:
// character level, each part encoded by itself).
//
//   PSM:  <prefix> PREFIX <suffix> SUFFIX <middle> MIDDLE
//   SPM:  <prefix> <suffix> SUFFIX <middle> PREFIX MIDDLE     (the paper's second variant)
//
// In a document that joins the files of a repository (it holds the file mark) each file is cut by itself; the marks,
// the repository's name and, where the document begins with the repository mark, the line with the file's path stay
// in front (Lozhkov et al. 2024, StarCoder 2, section 5.1: half of the repositories, half of their files).
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/rng.h"
#include "tokens/dataset/marker_finder.h"
#include "tokens/dataset/options.h"

namespace smelt {

// A part of a document as it is to be written: text of the document, or one of the three tokens.
struct FimPart {
  enum class Kind : uint8_t { kText, kPrefix, kMiddle, kSuffix };
  Kind kind = Kind::kText;
  std::string_view text = {};  // of kText
};

class FillInMiddle {
 public:
  // `markers` are never cut through. The file mark counts only where it is one of them.
  FillInMiddle(const FimOptions& options, const MarkerFinder& markers, uint64_t seed);

  // Appends the parts of a document in the order to write. What happens is a pure function of (seed, item, text).
  // Invalid UTF-8 is cut between bytes that begin no character.
  void arrange(std::string_view text, uint64_t item, std::vector<FimPart>& parts) const;

 private:
  void cut(std::string_view text, Rng& rng, std::vector<FimPart>& parts) const;
  size_t place(std::string_view text, uint64_t character) const;
  void files(std::string_view text, size_t first, Rng& rng, std::vector<FimPart>& parts) const;
  size_t next_file(std::string_view text, size_t from) const;

  FimOptions options_;
  MarkerFinder markers_;
  MarkerFinder file_mark_;  // empty where files are not marked
  uint64_t seed_;
};

}  // namespace smelt
