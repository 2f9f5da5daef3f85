// The two passes of curation over the parts of a corpus; between them, duplicates and the split are decided globally.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/context.h"
#include "base/stage.h"
#include "corpus/curate_stage.h"
#include "corpus/input_files.h"
#include "corpus/part_index.h"

namespace smelt {

// Where a document goes after the global decisions.
struct Decision {
  enum class Place : uint8_t { kTrain, kHeldout, kReject };
  Place place = Place::kTrain;
  const char* reason = "";  // of a reject
  double value = 0;
  double threshold = 0;
  int64_t duplicates = 0;    // how many documents this one stands for, itself not counted
  std::string duplicate_of;  // id of the document that stands for this one
};

// Names of a part's intermediate files, relative to the stage's folder.
struct WorkFiles {
  std::string kept;        // documents that passed, JSONL
  std::string rejects;     // documents that did not, JSONL
  std::string index;       // part_index.h
  std::string signatures;  // MinHash signatures of the kept documents, uint32
};
WorkFiles work_files(const std::string& part);

// Languages, filters and redaction over one input file. Marks "filter-PART" done with counts and examples.
void run_filter_pass(const Context& context, const CurateOptions& options, const InputFile& input,
                     const std::string& part, StageDir& stage, Progress& progress);

// Writes the final files of one part; decisions[i] is for the part's i-th kept document. Marks PART done.
void run_write_pass(const Context& context, const CurateOptions& options, const std::string& part,
                    const std::vector<IndexedDocument>& documents, const std::vector<Decision>& decisions,
                    StageDir& stage);

}  // namespace smelt
