// Any bytes as an index of duplicates: it is refused, or every document of it can be read within its bounds.
#include <cstdint>
#include <string_view>

#include "base/error.h"
#include "corpus/dedup/key_file.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const smelt::Result<smelt::KeyFile> parsed = smelt::KeyFile::parse(bytes);
  if (!parsed.ok()) {
    SMELT_CHECK(!parsed.reject().reason.empty());
    return 0;
  }
  const smelt::KeyFile& file = parsed.value();
  uint64_t sum = 0;
  for (uint64_t document = 0; document < file.documents(); ++document) {
    SMELT_CHECK(file.id(document).size() <= size);
    sum += file.exact(document).low + file.preference(document);
    for (size_t band = 0; band < file.bands(); ++band) {
      sum += file.band_key(document, band);
    }
  }
  return sum == 1 ? 1 : 0;
}
