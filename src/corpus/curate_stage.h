// Documents to a corpus: languages, filters, decontamination, redaction, global deduplication, and a held-out split
// that shares no near duplicate with what is trained on.
//
// The folder holds
//   train/SOURCE/part-00000.jsonl.zst   a part for each input file, in the order of the inputs
//   heldout/part-00000.jsonl.zst        documents of the held-out sections
//   rejects/part-00000.jsonl.zst        whole documents with `step`, `reason`, `value`, `threshold`,
//                                       `duplicate_of`, and with `measured` ({rule: value}) where filters.record asks
//                                       for it; lines that were no documents with `step`, `reason` and `detail`
//   contamination/part-00000.jsonl      what of which benchmark stands where (Decontaminator::hit_line), where
//                                       benchmarks are named
//   duplicates/clusters.jsonl           {"kept": id, "size": n, "members": [ids]}, the kept one first
//   quality/buckets.json                the thresholds of the scores' buckets, where [corpus.quality] has an ensemble
//   clusters/clusters.json              cluster, topic, documents, text_bytes, score of each, where clusters are
//   enabled duplicates/index/part-00000.keys    dedup/key_file.h, of the documents in train/ and heldout/
// Documents that stand for others have metadata.duplicates, their number; those of which repeated text was cut out,
// metadata.cut_bytes; where filters.record is "all", metadata.measured; with the set redpajama,
// metadata.quality_signals; with repositories.join those of train/ and heldout/ that are made of several files of code
// have metadata.files, while counts and duplicates are by file. Same inputs and options, same bytes, for any number of
// threads, processes and memory budget; after a kill, finished tasks are not done again. Memory: dedup.memory in the
// global steps, with [corpus.quality] 24 bytes more a document (decide_quality.h) and with [corpus.clusters] 32; in the
// passes what the batches in flight want.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/context.h"
#include "base/recipe.h"
#include "base/stage.h"
#include "corpus/clusters/options.h"
#include "corpus/code/repository_join.h"
#include "corpus/contamination/decontaminate.h"
#include "corpus/dedup/options.h"
#include "corpus/filters.h"
#include "corpus/heldout.h"
#include "corpus/privacy/redact.h"
#include "corpus/quality/quality.h"
#include "crawl/language/language.h"

namespace smelt {

// Whose language is told here, and how.
struct IdentifyOptions {
  std::string identify = "none";
  LanguageOptions how;
  bool enabled() const { return identify != "none"; }
  void fields(Fields& f) {
    f.choice(
        "identify", identify, {"none", "unknown", "all"},
        "documents whose language is told here: none; those that name none, or \"und\"; all. Files of code are left "
        "alone");
    how.fields(f);
  }
};

struct CurateOptions {
  std::vector<std::string> languages;
  double min_language_score = 0;
  int64_t examples = 3;
  IdentifyOptions language = {};
  FilterOptions filters;
  DecontaminateOptions decontaminate;
  RedactOptions redact;
  DedupOptions dedup;
  QualityOptions quality;
  ClusterOptions clusters = {};
  SplitOptions split;
  RepositoryOptions repositories = {};
  void fields(Fields& f) {
    f("languages", languages, "ISO 639-1 codes to keep, e.g. [\"en\", \"de\"]; empty: all");
    f("min_language_score", min_language_score, "share of the text in its language, where the documents say it",
      {.min = 0, .max = 1});
    f("examples", examples, "documents a reason to show in the report", {.min = 0, .max = 100});
    f.table("language", language, "documents of elsewhere: their languages, before any is dropped");
    f.table("filters", filters, "heuristic rules of quality");
    f.table("decontaminate", decontaminate, "texts of benchmarks");
    f.table("redact", redact, "personal data: addresses, numbers, secrets");
    f.table("dedup", dedup, "exact and near duplicates, repeated paragraphs and passages");
    f.table("quality", quality, "scores, buckets and labels, and what is dropped by them");
    f.table("clusters", clusters, "groups of documents by what they are about");
    f.table("split", split, "text held out for measuring");
    f.table("repositories", repositories, "code: whole repositories as documents");
  }
};

// Throws UserError where the options contradict each other, or the model that tells languages is missing or broken.
// curate_spec does it too, before it reads a document.
void check_curate(const CurateOptions& options);

// `documents_dir`: a folder, file or glob of documents; of a folder with a manifest the manifest's digest is the input.
StageSpec curate_spec(const CurateOptions& options, const std::string& documents_dir, const std::string& dir);

// The work itself, into a folder under construction. Counts:
//   funnel      documents and text_bytes left after each step: read, language, filters, contamination (where benchmarks
//               are named), redaction (where it drops documents), exact_duplicates, near_duplicates, paragraphs and
//               substrings (where they are enabled), quality (where it names a model), heldout_overlap
//   rejects     by reason: documents, text_bytes
//   languages, sources   by name: read, train, heldout (documents), train_bytes, heldout_bytes
//   train, heldout       documents, text_bytes; heldout also sections
//   redactions  documents, and places by kind: secrets, emails, ipv6, ipv4, ibans, cards, national_ids, phones, names
//   contamination   where benchmarks are named: documents with hits, hits, cut_documents; benchmarks by name: texts,
//               items_hit, documents
//   dropped_languages   where paragraphs in other languages were dropped, by language: paragraphs, text_bytes
//   removed_lines   where c4's rules took any: documents, lines by reason (filters/c4.h), citations
//   clusters    number of clusters by size: "2", "3", "4-7", "8-15", "16+"
//   dedup_sample  precision and recall of near duplicates on a sample, dedup/sample.h
//   topics      where clusters are enabled: clusters pruned and merged, and by number and name documents, text_bytes
//   and,
//               where there are scorers, the mean score
//   quality     buckets, labels, scorers, perplexity: quality/decide_quality.h
//   examples    by reason, and for "kept": a few documents, each id, url, source, value, text (first 300 characters)
Json run_curate(const Context& context, const CurateOptions& options, const std::string& documents_dir,
                StageDir& stage);

// Both, skipped when the folder is up to date.
StageResult curate(const Context& context, const CurateOptions& options, const std::string& documents_dir,
                   const std::string& dir);

}  // namespace smelt
