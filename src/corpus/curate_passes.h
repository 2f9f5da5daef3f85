// The two passes of curation over the parts of a corpus, a task a part; between them, duplicates and the split are
// decided globally. Whatever one hands to the next lies in files, so that each may run in another process.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/context.h"
#include "base/stage.h"
#include "corpus/curate_stage.h"
#include "corpus/input_files.h"
#include "corpus/part_index.h"
#include "corpus/quality/quality.h"

namespace smelt {

// Names of a part's intermediate files, relative to the stage's folder.
struct WorkFiles {
  std::string kept;        // documents that passed, JSONL
  std::string rejects;     // documents that did not, JSONL
  std::string index;       // part_index.h
  std::string signatures;  // MinHash signatures of the kept documents, uint32
  std::string keys;        // dedup/key_file.h
  std::string texts;       // dedup/text_store.h, empty where nothing is verified
  std::string sample;      // dedup/sample.h
  std::string decisions;   // curate_decisions.h
  std::string hits;        // what the documents hold of benchmarks, JSONL; stays
};
WorkFiles work_files(const std::string& part);

// What the pass goes by beside the options; null where the recipe names none.
struct FilterModels {
  const Decontaminator* decontaminator = nullptr;
  const QualityModels* quality = nullptr;
  const LanguageIdentifier* languages = nullptr;
};

// Languages, filters, decontamination, redaction and scores over one input file. Marks "filter-PART" done with counts
// and examples.
void run_filter_pass(const Context& context, const CurateOptions& options, const FilterModels& models,
                     const InputFile& input, const std::string& part, StageDir& stage, Progress& progress);

// Writes the final files of one part and its share of duplicates/index by the decisions in its files. Marks PART done
// with counts and examples.
void run_write_pass(const Context& context, const CurateOptions& options, const std::string& part, StageDir& stage);

}  // namespace smelt
