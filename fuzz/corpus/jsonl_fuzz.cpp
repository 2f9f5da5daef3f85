// Any bytes as a line of JSONL: a document or a named reject, and what is written of a document reads back equal.
#include <cstdint>
#include <string_view>

#include "base/error.h"
#include "corpus/document_io.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  smelt::Result<smelt::Document> parsed = smelt::parse_document(bytes, "id");
  if (!parsed.ok()) {
    return 0;
  }
  std::string line;
  smelt::append_json_line(*parsed, line);
  smelt::Result<smelt::Document> again = smelt::parse_document(std::string_view(line).substr(0, line.size() - 1), "id");
  SMELT_CHECK(again.ok() && again->text == parsed->text && again->id == parsed->id);
  return 0;
}
