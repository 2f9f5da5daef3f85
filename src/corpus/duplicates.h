// Exact and near duplicates of a whole corpus: which documents to keep and who the others are copies of.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/context.h"
#include "base/hash.h"
#include "base/recipe.h"
#include "corpus/minhash.h"

namespace smelt {

struct DedupOptions {
  bool exact = true;
  bool near = true;
  int64_t shingle = 24;
  int64_t bands = 20;
  int64_t rows = 13;
  int64_t seed = 42;
  std::string policy = "first";
  void fields(Fields& f) {
    f("exact", exact, "drop documents whose normalised text is equal to another's");
    f("near", near, "drop near duplicates found by MinHash");
    f("shingle", shingle, "characters of a shingle", {.min = 1, .max = 64});
    f("bands", bands, "bands of the signature; more find less similar pairs", {.min = 1, .max = 256});
    f("rows", rows, "hashes a band; the threshold is near (1 / bands) ^ (1 / rows)", {.min = 1, .max = 64});
    f("seed", seed, "of the hash functions", {.min = 0});
    f.choice("policy", policy, {"first", "longest"},
             "who of a cluster stays: the first in the order of the inputs, or the longest text");
  }
  MinHashShape shape() const { return {shingle, bands, rows, static_cast<uint64_t>(seed)}; }
};

// What is kept in memory of a document: about 100 bytes and its band keys.
struct DuplicateKey {
  std::string id;
  int64_t text_bytes = 0;
  Hash128 exact;                // of the normalised text
  std::vector<uint64_t> bands;  // empty: takes no part in the search for near duplicates
};

enum class Fate : uint8_t { kKept, kExactDuplicate, kNearDuplicate };

struct DuplicateClusters {
  std::vector<Fate> fates;                     // a document each
  std::vector<int64_t> survivors;              // the document that stays for it; itself where kept
  std::vector<std::vector<int64_t>> clusters;  // of two or more, survivor first, the rest in order of preference
};

// Documents with equal hashes are one; of the rest, documents that share a band are linked, and every connected set
// keeps one member: by policy, ties by position. Depends on nothing but the keys and their order.
DuplicateClusters find_duplicates(const std::vector<DuplicateKey>& keys, const DedupOptions& options,
                                  Executor& executor);

}  // namespace smelt
