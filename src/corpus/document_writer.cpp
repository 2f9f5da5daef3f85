#include "base/stream.h"
#include "corpus/document_io.h"
#include "corpus/parquet_io.h"

namespace smelt {

DocumentFormat document_format(std::string_view name) {
  if (name.ends_with("parquet")) {
    return DocumentFormat::kParquet;
  }
  if (name.ends_with("jsonl.zst") || name.ends_with("jsonl.zstd")) {
    return DocumentFormat::kJsonlZst;
  }
  if (name.ends_with("jsonl") || name.ends_with("ndjson")) {
    return DocumentFormat::kJsonl;
  }
  throw usage_error("unknown format of documents", std::string(name), "use .jsonl.zst, .jsonl or .parquet");
}

const char* format_ending(DocumentFormat format) {
  switch (format) {
    case DocumentFormat::kJsonl:
      return ".jsonl";
    case DocumentFormat::kJsonlZst:
      return ".jsonl.zst";
    default:
      return ".parquet";
  }
}

struct DocumentWriter::State {
  std::unique_ptr<AtomicFile> plain;
  std::unique_ptr<ZstdWriter> zstd;
  std::unique_ptr<ParquetWriter> parquet;
  std::string line;
  uint64_t documents = 0;
};

DocumentWriter::DocumentWriter(const std::string& path, DocumentFormat format) : state_(std::make_unique<State>()) {
  switch (format) {
    case DocumentFormat::kJsonl:
      state_->plain = std::make_unique<AtomicFile>(path);
      break;
    case DocumentFormat::kJsonlZst:
      state_->zstd = std::make_unique<ZstdWriter>(path);
      break;
    default:
      state_->parquet = std::make_unique<ParquetWriter>(path);
  }
}

DocumentWriter::DocumentWriter(const std::string& path) : DocumentWriter(path, document_format(path)) {}
DocumentWriter::~DocumentWriter() = default;
DocumentWriter::DocumentWriter(DocumentWriter&&) noexcept = default;
DocumentWriter& DocumentWriter::operator=(DocumentWriter&&) noexcept = default;

void DocumentWriter::write(const Document& document) {
  if (state_->parquet) {
    state_->parquet->write(document);
    ++state_->documents;
    return;
  }
  state_->line.clear();
  append_json_line(document, state_->line);
  write_line(state_->line);
}

void DocumentWriter::write_line(std::string_view line) {
  SMELT_CHECK(!state_->parquet);
  if (state_->zstd) {
    state_->zstd->write(line);
  } else {
    state_->plain->write(line);
  }
  ++state_->documents;
}

uint64_t DocumentWriter::documents() const {
  return state_->documents;
}

void DocumentWriter::commit() {
  if (state_->parquet) {
    state_->parquet->commit();
  } else if (state_->zstd) {
    state_->zstd->commit();
  } else {
    state_->plain->commit();
  }
}

}  // namespace smelt
