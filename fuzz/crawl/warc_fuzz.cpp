// Any bytes as a WARC or ARC file, plain or as gzip, zstd or lz4 members: every call ends, every record's HTTP message
// is a response or a named reject, and the size of reads changes nothing.
#include "base/hash.h"
#include "bytes.h"
#include "crawl/warc/http_message.h"
#include "crawl/warc/warc_reader.h"

namespace {

constexpr int64_t kMostBytes = 1 << 16;
constexpr int kMostRecords = 1000;

// A hash of all records and reasons. Damage is found where steps end, so of damaged members only the records count.
uint64_t read_all(std::string_view bytes, size_t step) {
  uint64_t hash = 0;
  const auto reader = smelt::make_warc_reader(std::make_unique<smelt::ViewSource>(bytes, step), kMostBytes,
                                              [](const std::string&, uint64_t, const std::string& reason,
                                                 const std::string&) { SMELT_CHECK(!reason.empty()); });
  smelt::WarcRecord record;
  for (int i = 0; i < kMostRecords && reader->next(record); ++i) {
    const auto response = smelt::parse_http_response(record.block, kMostBytes);
    SMELT_CHECK(response.ok() || !response.reject().reason.empty());
    SMELT_CHECK(record.field("no such field").empty() || !record.header.empty());
    hash = smelt::hash64(record.block, hash + smelt::hash64(record.url));
  }
  return hash;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes = smelt::fuzz_bytes(data, size);
  const uint64_t by_steps = read_all(bytes, 997);
  const uint64_t at_once = read_all(bytes, size + 1);
  const bool is_plain = bytes.starts_with("WARC/") || bytes.starts_with("filedesc:");
  SMELT_CHECK(!is_plain || by_steps == at_once);
  return 0;
}
