// Any bytes as PREFIX.idx over a small PREFIX.bin: an error, or a dataset whose every sequence can be read.
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "base/error.h"
#include "bytes.h"
#include "tokens/token_dataset.h"

namespace {

struct Place {
  Place() {
    std::string name = (std::filesystem::temp_directory_path() / "smelt-fuzz-XXXXXX").string();
    SMELT_CHECK(mkdtemp(name.data()) != nullptr);
    prefix = name + "/x";
    put(".bin", std::string(64, '\1'));
  }
  ~Place() {
    std::error_code error;
    std::filesystem::remove_all(std::filesystem::path(prefix).parent_path(), error);
  }
  void put(const char* ending, std::string_view bytes) const {  // plain: a fuzzer does not wait for fsync
    std::FILE* file = std::fopen((prefix + ending).c_str(), "wb");
    SMELT_CHECK(file != nullptr);
    std::fwrite(bytes.data(), 1, bytes.size(), file);
    std::fclose(file);
  }
  std::string prefix;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const Place place;
  // The magic and the version are given, or nothing would get past them.
  std::string index = std::string("MMIDIDX\0\0\1\0\0\0\0\0\0\0", 17);
  index += smelt::fuzz_bytes(data, size);
  place.put(".idx", index);
  try {
    const smelt::TokenDataset dataset(place.prefix);
    for (int64_t i = 0; i < dataset.num_sequences(); ++i) {
      SMELT_CHECK(static_cast<int64_t>(dataset.sequence(i).size()) == dataset.sequence_length(i));
    }
    for (int64_t i = 0; i <= dataset.num_documents(); ++i) {
      SMELT_CHECK(dataset.document_begin(i) <= dataset.num_sequences());
    }
  } catch (const smelt::UserError&) {
  }
  return 0;
}
