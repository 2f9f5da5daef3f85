// The settings of deduplication.
#pragma once

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "base/recipe.h"
#include "corpus/dedup/minhash.h"

namespace smelt {

struct SubstringOptions {
  bool enabled = false;
  int64_t min_length = 100;
  std::string action = "cut";
  double max_share = 0.8;
  void fields(Fields& f) {
    f("enabled", enabled, "look for passages that occur more than once in the corpus");
    f("min_length", min_length, "bytes from which on a repeated passage counts", {.min = 8, .max = 1 << 20});
    f.choice("action", action, {"cut", "drop"},
             "cut every occurrence but the first out of its document, or leave documents whole; either way those of "
             "which more than max_share is repeated are dropped");
    f("max_share", max_share, "share of a document that may be repeated passages", {.min = 0, .max = 1});
  }
};

struct ParagraphOptions {
  bool enabled = false;
  std::string unit = "paragraph";
  int64_t max_copies = 1;
  int64_t min_length = 50;
  double max_share = 0.8;
  void fields(Fields& f) {
    f("enabled", enabled, "look for paragraphs that occur more than max_copies times in the corpus");
    f.choice("unit", unit, {"paragraph", "line"}, "what is compared: runs of lines without a blank one, or lines");
    f("max_copies", max_copies, "how many occurrences stay, the first ones", {.min = 1});
    f("min_length", min_length, "shorter paragraphs (bytes, normalised) always stay", {.min = 0});
    f("max_share", max_share, "documents of which more than this share is cut are dropped", {.min = 0, .max = 1});
  }
};

struct DedupOptions {
  bool exact = true;
  bool near = true;
  std::string preset = "nemotron-cc";
  std::string unit = "preset";
  int64_t shingle = 0;
  int64_t bands = 0;
  int64_t rows = 0;
  int64_t seed = 42;
  double verify = 0;
  std::string policy = "first";
  std::string score_field = "quality";
  std::string date_field = "date";
  std::vector<std::string> against;
  bool index = true;
  int64_t sample = 500;
  int64_t memory = 1024;
  SubstringOptions substring;
  ParagraphOptions paragraphs;
  void fields(Fields& f) {
    f("exact", exact, "drop documents whose normalised text is equal to another's");
    f("near", near, "drop near duplicates found by MinHash");
    f.choice("preset", preset, {"nemotron-cc", "fineweb"},
             "shingles and bands: 24 characters, 20 x 13 (finds similarities from about 0.8), or 5 words, 14 x 8 (from "
             "about 0.7)");
    f.choice("unit", unit, {"preset", "characters", "words"}, "what a shingle is made of");
    f("shingle", shingle, "units of a shingle; 0: the preset's", {.min = 0, .max = kMaxShingle});
    f("bands", bands, "bands of the signature, more find less similar pairs; 0: the preset's", {.min = 0, .max = 256});
    f("rows", rows, "hashes a band, the threshold is near (1 / bands) ^ (1 / rows); 0: the preset's",
      {.min = 0, .max = 64});
    f("seed", seed, "of the hash functions", {.min = 0});
    f("verify", verify,
      "link two documents that share a band only from this Jaccard similarity of their shingles on; 0: do not look",
      {.min = 0, .max = 1});
    f.choice("policy", policy, {"first", "longest", "best", "oldest"},
             "who of a cluster stays: the first in the order of the inputs, the longest text, the highest score_field, "
             "the earliest date_field; the first of several");
    f("score_field", score_field, "number in a document's metadata, for policy best; documents without one come last");
    f("date_field", date_field,
      "date (ISO 8601) or number in a document's metadata, for policy oldest; documents without one come last");
    f("against", against,
      "folders of earlier corpora: documents that are like one of theirs are dropped, whatever the policy");
    f("index", index,
      "keep duplicates/index, which spares a later `against` reading this corpus (200 bytes a document)");
    f("sample", sample, "documents to compare pair by pair, for an estimate of precision and recall; 0: none",
      {.min = 0, .max = 5000});
    f("memory", memory, "MiB for sorting and tables; what needs more goes to files", {.min = 1});
    f.table("substring", substring, "passages that occur more than once");
    f.table("paragraphs", paragraphs, "paragraphs that occur more than once");
  }
  MinHashShape shape() const;
  // Similarity at which a pair has an even chance: what counts as a duplicate in estimates. `verify` where it is on.
  double threshold() const;
};

}  // namespace smelt
