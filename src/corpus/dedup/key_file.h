// What deduplication keeps of documents, on disk: 16 bytes for exact copies, 8 a band, the id.
//
// A file is a header of 32 bytes (magic "SMELTDUP", version 2, a digest of the shape of the signatures, the number of
// bands, 64 bits each, little-endian) and blocks of up to 4,096 documents, the last block alone with fewer. A block is
// column after column: number of documents and of bytes of ids (64 bits each); hashes of the normalised texts (128 bits
// each, low half first); preferences (64 bits each); for each band the keys (64 bits each); ends of the ids (64 bits
// each, from the first id); the ids; zeros up to a multiple of 8.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/files.h"
#include "base/hash.h"
#include "corpus/dedup/minhash.h"

namespace smelt {

struct DocumentKeys {
  std::string id;
  Hash128 exact;                // of the normalised text
  uint64_t preference = 1;      // who of a cluster stays: the lowest, then the first; 0 is for documents kept elsewhere
  std::vector<uint64_t> bands;  // empty: takes no part in the search for near duplicates
};

// Equal digests, comparable keys.
uint64_t shape_digest(const MinHashShape& shape);

// Appears under its name at commit().
class KeyWriter {
 public:
  KeyWriter(const std::string& path, const MinHashShape& shape);
  void add(const DocumentKeys& keys);
  void commit();

 private:
  void write_block();

  AtomicFile file_;
  size_t bands_;
  std::vector<Hash128> exact_;
  std::vector<uint64_t> preferences_;
  std::vector<std::vector<uint64_t>> columns_;  // a band each; 0: none
  std::vector<uint64_t> id_ends_;
  std::string ids_;
};

// A mapped key file. Any number of threads may read.
class KeyFile {
 public:
  static constexpr uint64_t kBlockDocuments = 4096;

  // Throws UserError(kInput) where the file is damaged.
  explicit KeyFile(const std::string& path);
  // Of bytes that outlive it. Reasons: not_a_key_file, truncated, bad_block.
  static Result<KeyFile> parse(std::string_view bytes);

  uint64_t documents() const { return documents_; }
  size_t bands() const { return bands_; }
  uint64_t shape() const { return shape_; }
  Hash128 exact(uint64_t document) const;
  uint64_t preference(uint64_t document) const;
  uint64_t band_key(uint64_t document, size_t band) const;  // 0: takes no part
  std::string_view id(uint64_t document) const;

 private:
  struct Block {
    uint64_t offset;  // of its columns
    uint64_t documents;
    uint64_t id_bytes;
  };
  KeyFile() = default;
  Result<bool> find_blocks();
  const Block& block_of(uint64_t document) const { return blocks_[document / kBlockDocuments]; }
  uint64_t ids_offset(const Block& block) const;
  template <class T>
  T value_at(uint64_t offset) const;

  std::shared_ptr<MappedFile> mapped_;
  std::string_view bytes_;
  uint64_t shape_ = 0;
  size_t bands_ = 0;
  uint64_t documents_ = 0;
  std::vector<Block> blocks_;
};

}  // namespace smelt
