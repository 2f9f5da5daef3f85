// What the filter pass of curation let through, part after part, and what becomes of it: the state of the global steps.
// Memory: `space`; what does not fit lies in mapped files, 72 bytes a document and its record in the index.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "corpus/curate_decisions.h"
#include "corpus/curate_passes.h"
#include "corpus/dedup/cuts.h"
#include "corpus/dedup/duplicates.h"

namespace smelt {

// Where a document goes, as far as is decided. Strings are literals.
struct Decision {
  using Place = DocumentPlace;
  Place place = Place::kTrain;
  int16_t bucket = -1;      // of quality; -1: none
  int32_t cluster = -1;     // of [corpus.clusters]; -1: none
  uint32_t duplicates = 0;  // how many documents this one stands for, itself not counted
  const char* step = "";    // of a reject: the row of the funnel from which on it is missing
  const char* reason = "";  // of a reject; null: the rule that the index names (IndexedView::failed_rule)
  double value = 0;
  double threshold = 0;
  static constexpr uint64_t kNobody = ~uint64_t{0};
  uint64_t survivor = kNobody;  // of a duplicate: number of the document that stands for it, in Corpus::keys
  int64_t paragraph_cut = 0;    // bytes of text that are cut out
  int64_t substring_cut = 0;

  int64_t cut_bytes() const { return paragraph_cut + substring_cut; }
  void reject(const char* at_step, const char* why, double measured, double limit) {
    place = Place::kReject;
    step = at_step;
    reason = why;
    value = measured;
    threshold = limit;
  }
};

struct Corpus {
  explicit Corpus(const ScratchSpace& space) : offsets(space) {}

  std::vector<PartIndex> parts;
  ScratchList<uint64_t> offsets;       // of each document in its part's index
  std::vector<uint64_t> firsts = {0};  // number of each part's first document, and of all documents
  std::vector<uint64_t> starts;        // of each part's text among the positions of the corpus
  ScratchArray<Decision> decisions;
  std::set<std::string> heldout_sections;
  std::optional<KeySet> keys;
  TextCuts cuts;
  std::vector<std::string> topics;  // of clusters

  uint64_t size() const { return firsts.back(); }
  size_t part_of(uint64_t i) const {
    return static_cast<size_t>(std::upper_bound(firsts.begin(), firsts.end(), i) - firsts.begin()) - 1;
  }
  IndexedView document(uint64_t i) const { return parts[part_of(i)].at(offsets.values()[i]); }
  IndexedView document(size_t part, uint64_t row) const { return parts[part].at(offsets.values()[firsts[part] + row]); }
  uint64_t rows(size_t part) const { return firsts[part + 1] - firsts[part]; }
  Decision& decision(uint64_t i) { return decisions[i]; }
  Decision& decision(size_t part, uint64_t row) { return decisions[firsts[part] + row]; }
  const Decision& decision(size_t part, uint64_t row) const { return decisions[firsts[part] + row]; }
  bool is_left(uint64_t i) const { return decisions[i].place != Decision::Place::kReject; }
  // Bytes of text that are left of it.
  int64_t text_bytes(uint64_t i) const {
    return parts[part_of(i)].text_bytes(offsets.values()[i]) - decisions[i].cut_bytes();
  }
};

std::string part_name(size_t i);
Corpus load_corpus(const StageDir& stage, size_t num_parts, const ScratchSpace& space);

// Decisions and cuts of every part, into its file for the write pass; their names.
std::vector<std::string> write_decisions(StageDir& stage, Corpus& corpus);

// Where the global steps sort and keep tables: seven eighths of the memory, the corpus itself has the last.
ScratchSpace scratch_space(const CurateOptions& options, const StageDir& stage);

// Exact and near duplicates: decisions, duplicates/clusters.jsonl, and counts "clusters" and "dedup_sample".
void decide_duplicates(const Context& context, const CurateOptions& options, StageDir& stage, Corpus& corpus,
                       Json& counts);

// Repeated paragraphs, then repeated passages of what is left of the documents that are left.
void decide_repeats(const Context& context, const CurateOptions& options, const StageDir& stage, Corpus& corpus);

// Buckets and labels of the documents that are left, and what goes for them: decisions, quality/buckets.json. Returns
// the counts "quality".
Json decide_by_quality(const CurateOptions& options, StageDir& stage, Corpus& corpus);

// Sections of each source that are held out, then what of them resembles training documents.
void decide_split(const CurateOptions& options, const StageDir& stage, Corpus& corpus);
void drop_overlap(const Context& context, const CurateOptions& options, const StageDir& stage, Corpus& corpus);
// Throws UserError(kUsage) where [corpus.clusters] does not fit the rest.
void check_clusters(const CurateOptions& options);
// Clusters of the documents that are left: decisions, corpus.topics, clusters/clusters.json. Returns the counts
// "topics".
Json decide_clusters(const Context& context, const CurateOptions& options, StageDir& stage, Corpus& corpus);

}  // namespace smelt
