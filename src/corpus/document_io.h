// Reading and writing shards of documents.
//
// Thread safety: a reader or writer belongs to one thread at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "corpus/document.h"
#include "corpus/input_files.h"

namespace smelt {

struct ReadOptions {
  std::string text_key = "text";       // which key or column holds the text
  int64_t max_line_bytes = 256 << 20;  // longer lines and texts are rejected
};

// One line of JSONL as a document. Keys of a document must be strings or null (numbers are taken for `id`); all other
// keys are kept in metadata. `fallback_id` is used where there is no id. Reasons: bad_json (also invalid UTF-8 and
// nesting over 1,024), not_an_object, missing_text, bad_field.
Result<Document> parse_document(std::string_view line, const std::string& fallback_id, const ReadOptions& options = {});

// The documents of files, file after file. Formats: Parquet by its magic bytes; else JSONL, plain, gzip or zstd.
// Lines and rows that are no documents come back as a Reject whose detail starts with "file:line: "; damage in a
// compressed stream or a Parquet file is one Reject (reasons of StreamError, corrupt_parquet, line_too_long), after
// which the next file follows. Blank lines are skipped. Throws UserError(kInput) where a file cannot be opened.
class DocumentReader {
 public:
  explicit DocumentReader(std::vector<InputFile> files, ReadOptions options = {});
  explicit DocumentReader(const std::string& path, ReadOptions options = {});  // a file, a folder or a glob
  ~DocumentReader();
  DocumentReader(DocumentReader&&) noexcept;
  DocumentReader& operator=(DocumentReader&&) noexcept;

  // nullopt at the end of the last file.
  std::optional<Result<Document>> next();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// What a writer makes of documents: the same documents in give the same bytes out.
enum class DocumentFormat { kJsonl, kJsonlZst, kParquet };

// From a setting's word ("jsonl.zst", "jsonl", "parquet") or a file's ending. Throws UserError(kUsage).
DocumentFormat document_format(std::string_view name);
const char* format_ending(DocumentFormat format);  // ".jsonl", ".jsonl.zst", ".parquet"

// The file appears under its name only at commit().
class DocumentWriter {
 public:
  DocumentWriter(const std::string& path, DocumentFormat format);
  explicit DocumentWriter(const std::string& path);  // format by the path's ending
  ~DocumentWriter();
  DocumentWriter(DocumentWriter&&) noexcept;
  DocumentWriter& operator=(DocumentWriter&&) noexcept;

  void write(const Document& document);
  // JSONL only: a line made by append_json_line, maybe on another thread.
  void write_line(std::string_view line);
  uint64_t documents() const;
  void commit();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace smelt
