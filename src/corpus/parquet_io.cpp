#include "corpus/parquet_io.h"

#include <array>
#include <numeric>

#include <arrow/api.h>
#include <arrow/array.h>
#include <arrow/builder.h>
#include <arrow/io/file.h>
#include <arrow/io/interfaces.h>
#include <fmt/format.h>
#include <parquet/arrow/reader.h>
#include <parquet/arrow/writer.h>
#include <parquet/exception.h>

#include "base/json.h"
#include "base/text.h"

namespace smelt {

namespace {

constexpr int64_t kRowGroupRows = 8192;
constexpr std::array<const char*, 6> kColumns = {"id", "text", "url", "language", "source", "metadata"};

template <class ArrayType>
std::string_view view_at(const arrow::Array& array, int64_t row) {
  return static_cast<const ArrayType&>(array).GetView(row);
}

// The bytes of a string-like column's row, nullopt for null and for other types.
std::optional<std::string_view> string_at(const arrow::Array& array, int64_t row) {
  if (array.IsNull(row)) {
    return std::nullopt;
  }
  switch (array.type_id()) {
    case arrow::Type::STRING:
      return view_at<arrow::StringArray>(array, row);
    case arrow::Type::LARGE_STRING:
      return view_at<arrow::LargeStringArray>(array, row);
    case arrow::Type::BINARY:
      return view_at<arrow::BinaryArray>(array, row);
    case arrow::Type::LARGE_BINARY:
      return view_at<arrow::LargeBinaryArray>(array, row);
    case arrow::Type::DICTIONARY: {
      const auto& dictionary = static_cast<const arrow::DictionaryArray&>(array);
      return string_at(*dictionary.dictionary(), dictionary.GetValueIndex(row));
    }
    default:
      return std::nullopt;
  }
}

Json value_at(const arrow::Array& array, int64_t row) {
  if (const auto text = string_at(array, row)) {
    return Json(*text);
  }
  if (array.IsNull(row)) {
    return Json(nullptr);
  }
  switch (array.type_id()) {
    case arrow::Type::BOOL:
      return Json(static_cast<const arrow::BooleanArray&>(array).Value(row));
    case arrow::Type::INT32:
      return Json(static_cast<const arrow::Int32Array&>(array).Value(row));
    case arrow::Type::INT64:
      return Json(static_cast<int64_t>(static_cast<const arrow::Int64Array&>(array).Value(row)));
    case arrow::Type::FLOAT:
      return Json(static_cast<double>(static_cast<const arrow::FloatArray&>(array).Value(row)));
    case arrow::Type::DOUBLE:
      return Json(static_cast<const arrow::DoubleArray&>(array).Value(row));
    default: {
      const auto scalar = array.GetScalar(row);
      return scalar.ok() ? Json((*scalar)->ToString()) : Json(nullptr);
    }
  }
}

void set_metadata(Document& document, std::string_view text) {
  Result<Json> parsed = Json::parse(text);
  if (!parsed.ok()) {
    document.metadata["metadata"] = Json(text);
    return;
  }
  if (!parsed.value().is_object()) {
    document.metadata["metadata"] = std::move(*parsed);
    return;
  }
  for (auto& [key, value] : parsed.value().as_object()) {
    document.metadata[key] = std::move(value);
  }
}

Result<Document> document_at(const arrow::RecordBatch& batch, int64_t row, const std::string& text_key) {
  Document document;
  bool has_text = false;
  for (int column = 0; column < batch.num_columns(); ++column) {
    const std::string& name = batch.schema()->field(column)->name();
    const arrow::Array& array = *batch.column(column);
    const std::optional<std::string_view> text = string_at(array, row);
    if (name == text_key) {
      has_text = text.has_value();
      document.text = std::string(text.value_or(""));
    } else if (name == "id") {
      document.id = text ? std::string(*text) : (array.IsNull(row) ? "" : value_at(array, row).dump());
    } else if (name == "url") {
      document.url = std::string(text.value_or(""));
    } else if (name == "language") {
      document.language = std::string(text.value_or(""));
    } else if (name == "source") {
      document.source = std::string(text.value_or(""));
    } else if (name == "metadata" && text) {
      set_metadata(document, *text);
    } else if (array.type()->num_fields() == 0 && !array.IsNull(row)) {
      document.metadata[name] = value_at(array, row);
    }
  }
  if (!has_text) {
    return Reject{"missing_text", fmt::format("no string in the column \"{}\"", text_key)};
  }
  if (!is_valid_utf8(document.text)) {
    return Reject{"bad_field", "the text is not UTF-8"};
  }
  return document;
}

// Arrow writes into an AtomicFile, so a shard is whole or absent.
class AtomicOutput : public arrow::io::OutputStream {
 public:
  explicit AtomicOutput(const std::string& path) : file_(path) {}
  arrow::Status Close() override {
    closed_ = true;
    return arrow::Status::OK();
  }
  bool closed() const override { return closed_; }
  arrow::Result<int64_t> Tell() const override { return static_cast<int64_t>(file_.size()); }
  arrow::Status Write(const void* data, int64_t size) override {
    file_.write({static_cast<const char*>(data), static_cast<size_t>(size)});
    return arrow::Status::OK();
  }
  using arrow::io::OutputStream::Write;
  void commit() { file_.commit(); }

 private:
  AtomicFile file_;
  bool closed_ = false;
};

}  // namespace

struct ParquetReader::State {
  std::string text_key;
  std::unique_ptr<parquet::arrow::FileReader> file;
  std::unique_ptr<arrow::RecordBatchReader> batches;
  std::shared_ptr<arrow::RecordBatch> batch;
  int64_t row_in_batch = 0;
  int64_t row = 0;
  bool at_end = false;
  std::string error;  // why the file cannot be read

  arrow::Status open(const std::string& path) {
    ARROW_ASSIGN_OR_RAISE(auto input, arrow::io::ReadableFile::Open(path));
    ARROW_ASSIGN_OR_RAISE(file, parquet::arrow::OpenFile(input, arrow::default_memory_pool()));
    file->set_use_threads(false);
    file->set_batch_size(1024);
    // Nested columns are not even decompressed: a few kilobytes of them can unpack to gigabytes.
    const parquet::SchemaDescriptor& columns = *file->parquet_reader()->metadata()->schema();
    std::vector<int> flat;
    for (int i = 0; i < columns.num_columns(); ++i) {
      if (columns.Column(i)->max_repetition_level() == 0 && columns.Column(i)->path()->ToDotVector().size() == 1) {
        flat.push_back(i);
      }
    }
    std::vector<int> groups(static_cast<size_t>(file->num_row_groups()));
    std::iota(groups.begin(), groups.end(), 0);
    return file->GetRecordBatchReader(groups, flat).Value(&batches);
  }

  // Moves to a batch with rows left; false at the end or at damage.
  bool advance() {
    while (!batch || row_in_batch == batch->num_rows()) {
      row_in_batch = 0;
      const arrow::Status status = batches->ReadNext(&batch);
      if (status.ok() && batch != nullptr && !batch->ValidateFull().ok()) {
        error = batch->ValidateFull().ToString();
        return false;
      }
      if (!status.ok()) {
        error = status.ToString();
        return false;
      }
      if (batch == nullptr) {
        return false;
      }
    }
    return true;
  }
};

ParquetReader::ParquetReader(const std::string& path, std::string text_key) : state_(std::make_unique<State>()) {
  state_->text_key = std::move(text_key);
  try {
    const arrow::Status status = state_->open(path);
    if (!status.ok()) {
      state_->error = status.ToString();
    }
  } catch (const std::exception& error) {
    state_->error = error.what();
  }
}

ParquetReader::~ParquetReader() = default;

std::optional<Result<Document>> ParquetReader::next(int64_t& row) {
  if (state_->at_end) {
    return std::nullopt;
  }
  row = ++state_->row;
  try {
    if (state_->error.empty() && state_->advance()) {
      return document_at(*state_->batch, state_->row_in_batch++, state_->text_key);
    }
  } catch (const std::exception& error) {
    state_->error = error.what();
  }
  state_->at_end = true;
  if (state_->error.empty()) {
    return std::nullopt;
  }
  return Reject{"corrupt_parquet", state_->error};
}

struct ParquetWriter::State {
  std::shared_ptr<AtomicOutput> output;
  std::shared_ptr<arrow::Schema> schema;
  std::unique_ptr<parquet::arrow::FileWriter> writer;
  std::array<arrow::LargeStringBuilder, kColumns.size()> builders;

  static void check(const arrow::Status& status) {
    if (!status.ok()) {
      throw resource_error("Parquet cannot be written: " + status.ToString());
    }
  }

  void flush() {
    const int64_t rows = builders[0].length();
    if (rows == 0) {
      return;
    }
    std::vector<std::shared_ptr<arrow::Array>> columns(builders.size());
    for (size_t i = 0; i < builders.size(); ++i) {
      check(builders[i].Finish(&columns[i]));
    }
    check(writer->WriteTable(*arrow::Table::Make(schema, columns, rows), rows));
  }
};

ParquetWriter::ParquetWriter(const std::string& path) : state_(std::make_unique<State>()) {
  state_->output = std::make_shared<AtomicOutput>(path);
  arrow::FieldVector fields;
  for (const char* name : kColumns) {
    fields.push_back(arrow::field(name, arrow::large_utf8(), false));
  }
  state_->schema = arrow::schema(fields);
  const auto properties = parquet::WriterProperties::Builder().compression(parquet::Compression::ZSTD)->build();
  auto writer =
      parquet::arrow::FileWriter::Open(*state_->schema, arrow::default_memory_pool(), state_->output, properties);
  State::check(writer.status());
  state_->writer = std::move(*writer);
}

ParquetWriter::~ParquetWriter() = default;

void ParquetWriter::write(const Document& document) {
  const std::string metadata = document.metadata.dump();
  const std::array<const std::string*, kColumns.size()> values = {&document.id,       &document.text,   &document.url,
                                                                  &document.language, &document.source, &metadata};
  for (size_t i = 0; i < values.size(); ++i) {
    const bool valid = is_valid_utf8(*values[i]);
    State::check(state_->builders[i].Append(valid ? *values[i] : replace_invalid_utf8(*values[i])));
  }
  if (state_->builders[0].length() == kRowGroupRows) {
    state_->flush();
  }
}

void ParquetWriter::commit() {
  state_->flush();
  State::check(state_->writer->Close());
  state_->output->commit();
}

}  // namespace smelt
