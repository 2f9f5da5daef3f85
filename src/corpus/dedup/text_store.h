// Normalised texts of a part's documents, for random access: what near duplicates are verified with.
//
// A file is the texts one after the other, then where each ends (64 bits each), then their number (64 bits).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/files.h"

namespace smelt {

class TextStoreWriter {
 public:
  explicit TextStoreWriter(const std::string& path) : file_(path) {}
  void add(std::string_view text);
  void commit();

 private:
  AtomicFile file_;
  std::vector<uint64_t> ends_;
};

class TextStore {
 public:
  explicit TextStore(const std::string& path);  // throws UserError(kInput) where it is damaged
  uint64_t size() const { return size_; }
  std::string_view text(uint64_t i) const;

 private:
  uint64_t end(uint64_t i) const;

  MappedFile file_;
  uint64_t size_ = 0;
};

}  // namespace smelt
