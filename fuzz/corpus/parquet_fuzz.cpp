// Any bytes as a Parquet file: documents and rejects up to an end, each document one that reads back equal as JSONL.
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "base/error.h"
#include "bytes.h"
#include "corpus/document_io.h"
#include "corpus/parquet_io.h"

namespace {

struct Place {
  Place() {
    std::string name = (std::filesystem::temp_directory_path() / "smelt-fuzz-XXXXXX").string();
    SMELT_CHECK(mkdtemp(name.data()) != nullptr);
    path = name + "/x.parquet";
  }
  ~Place() {
    std::error_code error;
    std::filesystem::remove_all(std::filesystem::path(path).parent_path(), error);
  }
  void put(std::string_view bytes) const {  // plain: a fuzzer does not wait for fsync
    std::FILE* file = std::fopen(path.c_str(), "wb");
    SMELT_CHECK(file != nullptr);
    std::fwrite(bytes.data(), 1, bytes.size(), file);
    std::fclose(file);
  }
  std::string path;
};

void check_reads_back(const smelt::Document& document) {
  std::string line;
  smelt::append_json_line(document, line);
  smelt::Result<smelt::Document> again = smelt::parse_document(std::string_view(line).substr(0, line.size() - 1), "id");
  SMELT_CHECK(again.ok() && again->text == document.text && again->id == document.id);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const Place place;
  place.put(smelt::fuzz_bytes(data, size));
  try {
    smelt::ParquetReader reader(place.path, "text");
    int64_t row = 0;
    // A column of one repeated value can hold millions of rows in a few bytes.
    for (int64_t rows = 0; rows < 10'000; ++rows) {
      auto next = reader.next(row);
      if (!next) {
        break;
      }
      if (next->ok()) {
        check_reads_back(next->value());
      }
    }
  } catch (const smelt::UserError&) {
  }
  return 0;
}
