// What the global steps of curation decide of one part's documents, as a file that the write pass reads.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/files.h"
#include "corpus/dedup/repeats.h"
#include "corpus/record_bytes.h"

namespace smelt {

enum class DocumentPlace : uint8_t { kTrain, kHeldout, kReject };

struct DecidedDocument {
  DocumentPlace place = DocumentPlace::kTrain;
  std::string step;    // of a reject: the row of the funnel from which on it is missing
  std::string reason;  // of a reject
  double value = 0;
  double threshold = 0;
  int64_t duplicates = 0;     // how many documents this one stands for, itself not counted
  std::string duplicate_of;   // id of the document that stands for this one
  int bucket = -1;            // of quality; -1: none
  int cluster = -1;           // of [corpus.clusters]; -1: none
  std::string topic;          // of the cluster
  int64_t paragraph_cut = 0;  // bytes of text that are cut out
  int64_t substring_cut = 0;
  // What is cut out: bytes of the text as it came, then of what the first left.
  std::vector<TextRange> paragraphs;
  std::vector<TextRange> substrings;

  int64_t cut_bytes() const { return paragraph_cut + substring_cut; }
};

void append_decision(const DecidedDocument& document, std::string& out);

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
