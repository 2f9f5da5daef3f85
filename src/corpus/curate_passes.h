// The two passes of curation over the parts of a corpus; between them, duplicates and the split are decided globally.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/context.h"
#include "base/stage.h"
#include "corpus/curate_stage.h"
#include "corpus/dedup/cuts.h"
#include "corpus/input_files.h"
#include "corpus/part_index.h"
#include "corpus/quality/quality.h"

namespace smelt {

// Where a document goes after the global decisions.
struct Decision {
  enum class Place : uint8_t { kTrain, kHeldout, kReject };
  Place place = Place::kTrain;
  const char* step = "";  // of a reject: the row of the funnel from which on it is missing
  std::string reason;     // of a reject
  double value = 0;
  double threshold = 0;
  int64_t duplicates = 0;     // how many documents this one stands for, itself not counted
  std::string duplicate_of;   // id of the document that stands for this one
  int bucket = -1;            // of quality; -1: none
  int cluster = -1;           // of [corpus.clusters]; -1: none
  int64_t paragraph_cut = 0;  // bytes of text that are cut out
  int64_t substring_cut = 0;

  int64_t cut_bytes() const { return paragraph_cut + substring_cut; }
  void reject(const char* at_step, std::string why, double measured, double limit) {
    place = Place::kReject;
    step = at_step;
    reason = std::move(why);
    value = measured;
    threshold = limit;
  }
};

// Names of a part's intermediate files, relative to the stage's folder.
struct WorkFiles {
  std::string kept;        // documents that passed, JSONL
  std::string rejects;     // documents that did not, JSONL
  std::string index;       // part_index.h
  std::string signatures;  // MinHash signatures of the kept documents, uint32
  std::string keys;        // dedup/key_file.h
  std::string texts;       // dedup/text_store.h, empty where nothing is verified
  std::string sample;      // dedup/sample.h
  std::string hits;        // what the documents hold of benchmarks, JSONL; stays
};
WorkFiles work_files(const std::string& part);

// What the pass goes by beside the options; null where the recipe names none.
struct FilterModels {
  const Decontaminator* decontaminator = nullptr;
  const QualityModels* quality = nullptr;
};

// Languages, filters, decontamination, redaction and scores over one input file. Marks "filter-PART" done with counts
// and examples.
void run_filter_pass(const Context& context, const CurateOptions& options, const FilterModels& models,
                     const InputFile& input, const std::string& part, StageDir& stage, Progress& progress);

// What is to be written of one part.
struct PartDecisions {
  const std::vector<IndexedDocument>& documents;
  const std::vector<Decision>& decisions;  // a document each
  const TextCuts& cuts;
  uint64_t start;                          // position of the part's text
  const std::vector<std::string>& topics;  // of the clusters
};

// Writes the final files of one part and its share of duplicates/index. Marks PART done.
void run_write_pass(const Context& context, const CurateOptions& options, const std::string& part,
                    const PartDecisions& decided, StageDir& stage);

}  // namespace smelt
