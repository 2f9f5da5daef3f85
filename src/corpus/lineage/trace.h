// The lineage of one document: what each step measured and decided, put together from the files that the steps left.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/context.h"
#include "base/json.h"
#include "corpus/lineage/corpus_layout.h"

namespace smelt {

// Steps: extract, language, filters, contamination, redaction, duplicates, repeats, quality, split.
struct TraceStep {
  std::string step;
  // kept, changed, dropped; not reached (dropped before); off (the recipe does without it); unknown (left no trace
  // here)
  std::string outcome;
  // By step, what is known of it:
  //   extract        file, line and text_bytes of the document as it was read, and its metadata; of what gave none
  //                  reason, detail
  //   language       language, language_score, dropped_languages; languages, min_language_score of the settings
  //   filters        rules: every rule's rule, value, min, max (where there are such), passes (absent: does not apply);
  //                  measured_on: "documents" (as it was read) or "corpus" (as it is now: redacted and cut)
  //   contamination  hits: the lines of contamination/ (Decontaminator::hit_line); cuts
  //   redaction      places by kind
  //   duplicates     of a cluster kept (id), size, members (at most 100 ids)
  //   repeats        cut_bytes
  //   quality        scores, attributes, quality_bucket, quality_label
  //   split          section; place: train or heldout
  // of the step that dropped it also reason, value, threshold, detail.
  Json facts = Json::object();
};

struct DocumentTrace {
  std::string id;
  std::string source;
  std::string url;
  std::string language;
  std::string place;  // train, heldout, rejects; documents, documents/rejects where no corpus has it
  std::string file;   // where it lies now, relative to the layout's folder of that place
  uint64_t line = 0;  // there, from 1
  int64_t text_bytes = 0;
  std::vector<TraceStep> steps;
};

// A trace for every document of that id: one a source. Reads every file of the layout, a file a thread; memory: a
// line a thread. Throws UserError(kInput) where no file has it.
std::vector<DocumentTrace> trace_document(const Context& context, const CorpusLayout& layout, const std::string& id);

}  // namespace smelt
