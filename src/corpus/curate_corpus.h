// What the filter pass of curation let through, part after part, and what becomes of it: the state of the global steps.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "corpus/curate_passes.h"
#include "corpus/dedup/duplicates.h"

namespace smelt {

struct Corpus {
  std::vector<std::vector<IndexedDocument>> parts;
  std::vector<std::vector<Decision>> decisions;
  std::set<std::string> heldout_sections;
  std::vector<std::pair<size_t, size_t>> places;  // part and row of each document
  std::vector<uint64_t> starts;                   // of each part's text among the positions of the corpus
  TextCuts cuts;
  std::vector<std::string> topics;  // of clusters

  const IndexedDocument& document(int64_t i) const {
    const auto& [part, row] = places[static_cast<size_t>(i)];
    return parts[part][row];
  }
  const Decision& decision(int64_t i) const {
    const auto& [part, row] = places[static_cast<size_t>(i)];
    return decisions[part][row];
  }
  Decision& decision(int64_t i) {
    const auto& [part, row] = places[static_cast<size_t>(i)];
    return decisions[part][row];
  }
  // Bytes of text that are left of it.
  int64_t text_bytes(int64_t i) { return document(i).text_bytes - decision(i).cut_bytes(); }
};

std::string part_name(size_t i);
Corpus load_corpus(const StageDir& stage, size_t num_parts);

// Where the global steps sort and keep tables.
ScratchSpace scratch_space(const CurateOptions& options, const StageDir& stage);

// Exact and near duplicates: decisions, duplicates/clusters.jsonl, and counts "clusters" and "dedup_sample".
void decide_duplicates(const Context& context, const CurateOptions& options, StageDir& stage, Corpus& corpus,
                       Json& counts);

// Repeated paragraphs, then repeated passages of what is left of the documents that are left.
void decide_repeats(const Context& context, const CurateOptions& options, const StageDir& stage, Corpus& corpus);

// Buckets and labels of the documents that are left, and what goes for them: decisions, quality/buckets.json. Returns
// the counts "quality".
Json decide_by_quality(const CurateOptions& options, StageDir& stage, Corpus& corpus);

// Throws UserError(kUsage) where [corpus.clusters] does not fit the rest.
void check_clusters(const CurateOptions& options);
// Clusters of the documents that are left: decisions, corpus.topics, clusters/clusters.json. Returns the counts
// "topics".
Json decide_clusters(const Context& context, const CurateOptions& options, StageDir& stage, Corpus& corpus);

}  // namespace smelt
