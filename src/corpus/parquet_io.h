// Parquet files of documents. The only part of the room that includes Arrow is parquet_io.cpp.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/error.h"
#include "base/files.h"
#include "corpus/document.h"

namespace smelt {

// Rows in order. Text columns may be strings, binaries or dictionaries of them; other columns of simple types go to
// metadata, nested ones are ignored.
class ParquetReader {
 public:
  ParquetReader(const std::string& path, std::string text_key);
  ~ParquetReader();
  // nullopt at the end. A damaged file gives one Reject(corrupt_parquet) and ends. `row` counts from 1.
  std::optional<Result<Document>> next(int64_t& row);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Row groups of 8,192 rows, zstd, columns id, text, url, language, source, metadata (JSON text), all strings.
class ParquetWriter {
 public:
  explicit ParquetWriter(const std::string& path);
  ~ParquetWriter();
  void write(const Document& document);
  void commit();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace smelt
