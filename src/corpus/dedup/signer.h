// What deduplication needs to know of one document.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "corpus/dedup/key_file.h"
#include "corpus/dedup/options.h"
#include "corpus/document.h"

namespace smelt {

struct SignedDocument {
  DocumentKeys keys;
  std::string normalized;
  std::vector<uint32_t> signature;
};

// By the policy of the options, the lower the better, at least 1.
uint64_t preference_of(const Document& document, const DedupOptions& options);

// Belongs to one thread.
class DocumentSigner {
 public:
  DocumentSigner(const DedupOptions& options, const MinHasher& hasher) : options_(options), hasher_(hasher) {}

  SignedDocument sign(const Document& document);
  const std::vector<uint32_t>& shingles() const { return shingles_; }  // of the last document, in order

 private:
  const DedupOptions& options_;
  const MinHasher& hasher_;
  std::vector<uint32_t> shingles_;
};

}  // namespace smelt
