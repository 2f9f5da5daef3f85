// Any bytes as the HTTP response of a record: chunks and content encodings of strangers.
#include "bytes.h"
#include "crawl/warc/http_message.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr int64_t kMostBytes = 1 << 18;
  const auto response = smelt::parse_http_response(smelt::fuzz_bytes(data, size), kMostBytes);
  SMELT_CHECK(response.ok() ? static_cast<int64_t>(response.value().body.size()) <= kMostBytes
                            : !response.reject().reason.empty());
  return 0;
}
