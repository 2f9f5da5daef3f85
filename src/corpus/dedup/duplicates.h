// Exact and near duplicates of a whole corpus: which documents to keep and who the others are copies of.
//
// Memory is bounded: band keys are sorted on disk where they do not fit, what is kept of every document (33 bytes) lies
// in mapped files then. The result depends on nothing but the keys, their order and the options.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/context.h"
#include "corpus/dedup/key_file.h"
#include "corpus/dedup/options.h"
#include "corpus/dedup/text_store.h"
#include "corpus/scratch.h"

namespace smelt {

// Documents of several key files, numbered through: those of earlier corpora first, then those of this one.
class KeySet {
 public:
  // All files have keys of one shape. `texts`: a store a file, or none where nothing is verified.
  KeySet(std::vector<KeyFile> earlier, std::vector<KeyFile> files, std::vector<TextStore> texts = {});

  uint64_t size() const { return firsts_.back(); }
  uint64_t num_earlier() const { return firsts_[num_earlier_files_]; }
  uint64_t first_of(size_t file) const { return firsts_[num_earlier_files_ + file]; }  // of this corpus's files
  size_t num_files() const { return files_.size(); }
  const KeyFile& file(size_t i) const { return files_[i]; }  // earlier ones first
  uint64_t first(size_t i) const { return firsts_[i]; }

  std::string_view id(uint64_t document) const;
  uint64_t preference(uint64_t document) const;  // 0: of an earlier corpus
  std::string_view text(uint64_t document) const;
  size_t file_of(uint64_t document) const;

 private:
  std::vector<KeyFile> files_;
  std::vector<TextStore> texts_;
  std::vector<uint64_t> firsts_;  // one more than files
  size_t num_earlier_files_;
};

enum class Fate : uint8_t { kKept, kExactDuplicate, kNearDuplicate };

class DuplicateClusters {
 public:
  explicit DuplicateClusters(uint64_t documents, const ScratchSpace& space) : outcomes_(documents, {}, space) {}

  Fate fate(uint64_t document) const { return outcomes_[document].fate; }
  uint64_t survivor(uint64_t document) const { return outcomes_[document].survivor; }  // itself where kept
  uint64_t cluster_size(uint64_t document) const { return outcomes_[survivor(document)].size; }

 private:
  friend class DuplicateFinder;
  struct Outcome {
    uint64_t survivor = 0;
    uint32_t size = 0;  // of a survivor's cluster, itself included
    Fate fate = Fate::kKept;
  };
  ScratchArray<Outcome> outcomes_;
};

// Documents with equal hashes are one; of the rest, documents that share a band are linked (with `verify` only those
// that are similar enough), and every connected set keeps one member: one of an earlier corpus where there is one, else
// by preference, ties by position. All documents of earlier corpora have the fate kKept or that of their cluster; only
// those of this corpus are of interest. With `verify`, a band shared by more than 64 documents does not compare all of
// them: each is compared with the first and with the one before it.
DuplicateClusters find_duplicates(const Context& context, const KeySet& keys, const DedupOptions& options,
                                  const ScratchSpace& space);

// {"kept": id, "size": n, "members": [ids]} a cluster of two or more with a member of this corpus: in the order of the
// survivors, which come first of their cluster, the rest by preference. With "earlier": true before the members where
// the survivor is of an earlier corpus. Returns the number of clusters by size: "2", "3", "4-7", "8-15", "16+".
Json write_clusters(const KeySet& keys, const DuplicateClusters& clusters, const ScratchSpace& space,
                    const std::string& path);

}  // namespace smelt
