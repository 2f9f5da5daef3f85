// Compressed streams of any bytes end or throw StreamError; the first byte says which kind.
#include <vector>

#include "bytes.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr size_t kMost = 1 << 22;  // a few bytes may stand for gigabytes
  if (size == 0) {
    return 0;
  }
  auto input = std::make_unique<smelt::ViewSource>(smelt::fuzz_bytes(data + 1, size - 1), 61);
  const auto source =
      data[0] % 2 == 0 ? smelt::make_gzip_source(std::move(input)) : smelt::make_zstd_source(std::move(input));
  std::vector<char> buffer(4096);
  try {
    size_t total = 0;
    while (total < kMost) {
      const size_t count = source->read(buffer.data(), buffer.size());
      if (count == 0) {
        break;
      }
      total += count;
    }
  } catch (const smelt::StreamError&) {
  }
  return 0;
}
