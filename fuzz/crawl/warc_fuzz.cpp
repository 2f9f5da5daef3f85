// Any bytes as a WARC file, plain or as gzip members: every call ends, every record's HTTP message is a response or a
// named reject.
#include "bytes.h"
#include "crawl/warc/http_message.h"
#include "crawl/warc/member_source.h"
#include "crawl/warc/warc_reader.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr int64_t kMostBytes = 1 << 16;
  std::unique_ptr<smelt::ByteSource> input = std::make_unique<smelt::FuzzSource>(smelt::fuzz_bytes(data, size));
  if (size > 1 && data[0] == 0x1F && data[1] == 0x8B) {
    input = smelt::make_member_source(std::move(input));
  }
  smelt::WarcReader reader(std::move(input), kMostBytes,
                           [](const std::string&, uint64_t, const std::string& reason, const std::string&) {
                             SMELT_CHECK(!reason.empty());
                           });
  smelt::WarcRecord record;
  for (int i = 0; i < 1000 && reader.next(record); ++i) {
    const auto response = smelt::parse_http_response(record.block, kMostBytes);
    SMELT_CHECK(response.ok() || !response.reject().reason.empty());
  }
  return 0;
}
