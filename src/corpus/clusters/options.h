// Clusters of documents in curation, [corpus.clusters]: topics of the corpus, cut by quality, as sources to blend
// (Diao et al. 2025, "CLIMB", section 3.1).
#pragma once

#include <cstdint>
#include <string>

#include "base/recipe.h"

namespace smelt {

struct ClusterOptions {
  bool enabled = false;
  int64_t clusters = 1000;
  int64_t dimensions = 1024;
  int64_t components = 0;
  int64_t iterations = 20;
  int64_t restarts = 3;
  int64_t sample = 256;
  double min_score = 0;
  std::string score;
  double merge_distance = 0;
  bool as_sources = false;
  int64_t seed = 1;

  void fields(Fields& f) {
    f("enabled", enabled, "group the documents that are left by what they are about");
    f("clusters", clusters, "groups to begin with; of a small corpus at most one for ten documents",
      {.min = 1, .max = 65536});
    f("dimensions", dimensions, "of a document's vector: random projections of its words' tf-idf, a multiple of 64",
      {.min = 64, .max = 1024});
    f("components", components,
      "directions of these dimensions that are kept, those in which documents differ most, a multiple of 16; 0: as "
      "many "
      "as clusters, 16 to 128",
      {.min = 0, .max = 1024});
    f("iterations", iterations, "of Lloyd's algorithm, at most", {.min = 1, .max = 1000});
    f("restarts", restarts, "first centroids that are tried; the best fit stays", {.min = 1, .max = 100});
    f("sample", sample, "documents a cluster that the centroids are learned from, at most; all are assigned",
      {.min = 1, .max = 100000});
    f("min_score", min_score, "clusters with a lower mean score are dropped, with their documents");
    f("score", score,
      "what the mean is of: the name of one of corpus.quality.scorers; empty: the buckets of quality, 0 to 19");
    f("merge_distance", merge_distance,
      "clusters are merged, the nearest first, while their centroids are nearer than this (vectors have length 1); 0: "
      "never",
      {.min = 0, .max = 2});
    f("as_sources", as_sources,
      "write train/cluster-000, ... instead of train/SOURCE, so that a blend can weigh topics");
    f("seed", seed, "of projections, sample and first centroids", {.min = 0});
  }
};

}  // namespace smelt
