// Blocks of documents -> a token dataset and, where it is asked for, a line of metadata for every document.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "base/context.h"
#include "base/json.h"
#include "tokens/dataset/document_blocks.h"
#include "tokens/dataset/document_encoder.h"
#include "tokens/token_dataset.h"

namespace smelt {

struct TokenCounts {
  int64_t documents = 0;  // empty ones included
  int64_t empty_documents = 0;
  int64_t bytes = 0;                        // of text
  int64_t tokens = 0;                       // end-of-document tokens included
  std::map<std::string, int64_t> rejected;  // lines that are no documents, by reason

  void add(const TokenCounts& other);
  Json to_json() const;  // with bytes_per_token
  static TokenCounts from_json(const Json& json);
};

struct PartPlan {
  const DocumentEncoder& encoder;
  TokenType type;
  std::string prefix;              // of the dataset to write
  std::string documents;           // file of the metadata; empty: none
  int64_t max_blocks = INT64_MAX;  // how many to take of the blocks
};

// Takes blocks from `blocks` in order, parses and encodes them on context.threads.width() threads and writes them in
// order: the same bytes for any number of threads. Memory: 4 blocks a thread. `progress` counts bytes of text.
struct PartResult {
  TokenCounts counts;
  bool at_end = false;  // there were fewer than max_blocks
};
PartResult build_part(const Context& context, const PartPlan& plan, DocumentBlocks& blocks, Progress& progress);

}  // namespace smelt
