// What the global steps of curation decide of one part's documents, as a file that the write pass reads.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/files.h"
#include "corpus/curate_passes.h"
#include "corpus/dedup/repeats.h"
#include "corpus/record_bytes.h"

namespace smelt {

struct DecidedDocument {
  Decision decision;
  // What is cut out: bytes of the text as it came, then of what the first left.
  std::vector<TextRange> paragraphs;
  std::vector<TextRange> substrings;
};

// `start` is the position from which the ranges are counted.
void append_decision(const Decision& decision, std::span<const TextRange> paragraphs,
                     std::span<const TextRange> substrings, uint64_t start, std::string& out);

// The documents of a part in order.
class DecisionReader {
 public:
  explicit DecisionReader(const std::string& path) : file_(path), cursor_(file_.bytes(), path) {}
  DecidedDocument next();

 private:
  MappedFile file_;
  RecordCursor cursor_;
};

}  // namespace smelt
