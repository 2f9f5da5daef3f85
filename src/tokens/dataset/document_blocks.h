// Files of documents as blocks that threads parse apart: one thread decompresses, many parse and encode.
//
// A block is whole lines of a JSONL file, about a megabyte, or rows of a Parquet file. Where blocks end depends on the
// file's bytes alone. What is a document, what is rejected and why is as in corpus/document_io.h.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/function_ref.h"
#include "corpus/document.h"
#include "corpus/input_files.h"

namespace smelt {

struct DocumentBlock {
  const InputFile* file = nullptr;
  std::vector<char> lines;      // with the padding that the parser reads past the end
  size_t size = 0;              // of the lines
  uint64_t first_line = 1;      // number of the first line
  std::vector<Document> rows;   // of a Parquet file, instead of lines
  std::vector<Reject> rejects;  // found while reading: lines that are too long, damage in a stream
};

// Belongs to one thread at a time.
class DocumentBlocks {
 public:
  // `files` must outlive it and its blocks.
  explicit DocumentBlocks(const std::vector<InputFile>& files, int64_t max_line_bytes = 256 << 20);
  ~DocumentBlocks();
  DocumentBlocks(const DocumentBlocks&) = delete;
  DocumentBlocks& operator=(const DocumentBlocks&) = delete;

  // nullopt after the last block of the last file. UserError(kInput) where a file cannot be opened.
  std::optional<DocumentBlock> next();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// A document of a block; the views hold during the call.
struct DocumentView {
  std::string_view id;
  std::string_view url;
  std::string_view source;
  std::string_view text;
};

// Calls `take` with every line of a block that is not blank, without its line break, and its number. Not for rows.
void for_each_line(const DocumentBlock& block, FunctionRef<void(std::string_view, uint64_t)> take);
// A reject with the place of its line in front.
Reject located_reject(const DocumentBlock& block, uint64_t number, const Reject& reject);

// Calls `take` for every document of the block in order and `refuse` for every reject. Thread-safe: for different
// blocks on different threads.
void parse_block(const DocumentBlock& block, FunctionRef<void(const DocumentView&)> take,
                 FunctionRef<void(const Reject&)> refuse);

}  // namespace smelt
