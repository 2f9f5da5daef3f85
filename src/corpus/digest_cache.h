// Hashes of what the stage "documents" reads, kept from run to run by the names, sizes and times of its files.
#pragma once

#include <map>
#include <string>

#include "corpus/code/code_source.h"
#include "crawl/page_source.h"

namespace smelt {

// Not thread-safe.
class DigestCache {
 public:
  // Reads the file at `path`, where there is one; an empty path: nothing is kept.
  explicit DigestCache(std::string path);

  // Hashes what is not known, unless `only_known`: then missing() tells.
  std::string digest(const PageShard& shard, bool only_known);
  std::string digest(const CodeShard& shard, bool only_known);
  bool missing() const { return missing_; }

  // Writes the file where there is something new.
  void save() const;

 private:
  template <class Shard>
  std::string digest(const Shard& shard, const std::string& stamp, bool only_known);

  std::string path_;
  std::map<std::string, std::string> known_;  // digests by stamp
  bool changed_ = false;
  bool missing_ = false;
};

}  // namespace smelt
