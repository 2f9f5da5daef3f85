// Decontamination: documents that hold texts of benchmarks are dropped, or lose the place and what stands around it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/context.h"
#include "base/json.h"
#include "base/recipe.h"
#include "corpus/contamination/contamination_index.h"
#include "corpus/document.h"

namespace smelt {

struct DecontaminateOptions {
  std::vector<std::string> inputs;
  std::vector<std::string> fields_read;
  int64_t ngram = 13;
  std::string substring = "short";
  int64_t min_characters = 24;
  std::string action = "drop";
  int64_t window = 200;
  int64_t min_piece = 200;
  int64_t max_cuts = 10;
  bool enabled() const { return !inputs.empty(); }
  void fields(Fields& f);
};

// The files of the inputs. Throws UserError where there are none.
std::vector<InputFile> benchmark_files(const DecontaminateOptions& options);

// Thread-safe. One for all documents of a run.
class Decontaminator {
 public:
  // Reads the benchmarks. Throws UserError(kInput) where one cannot be read or none of its texts is long enough to look
  // for. Logs what was read.
  Decontaminator(const Context& context, const DecontaminateOptions& options);

  using Scratch = ContaminationIndex::Scratch;
  struct Outcome {
    std::vector<ContaminationHit> hits;
    bool drop = false;
    int64_t cuts = 0;  // places cut out, with what stands around them
    std::string text;  // what is left, where there were cuts
  };
  Outcome check(std::string_view text, Scratch& scratch) const;

  // A line of the report, with its '\n': benchmark, item, field, source, document, url, match ("ngram" or "substring"),
  // ngrams, begin, end (bytes of the document's text as it was read), text (as it stands there, the first 400
  // characters).
  std::string hit_line(const ContaminationHit& hit, const Document& document) const;

  // By benchmark: texts that are looked for.
  Json counts() const;
  const ContaminationIndex& index() const { return index_; }

 private:
  DecontaminateOptions options_;
  ContaminationIndex index_;
};

// Reads the reports of a folder: by benchmark how many documents and items have hits.
Json summarize_hits(const std::vector<std::string>& report_files);

}  // namespace smelt
