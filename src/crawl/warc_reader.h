// Records of a WARC 1.0 or 1.1 file (ISO 28500), plain, gzip (a member per record or one for all) or zstd.
//
// Broken records are reported and reading goes on at the next record, found by its "WARC/" line. Memory is bounded by
// the record limit.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/stream.h"

namespace smelt {

struct WarcRecord {
  std::string type;          // response, resource, request, ... in lower case
  std::string id;            // WARC-Record-ID without its angle brackets
  std::string url;           // WARC-Target-URI, likewise
  std::string date;          // WARC-Date
  std::string content_type;  // of the block
  std::string block;
  uint64_t offset = 0;  // of the record's first byte, after decompression
};

// Reasons: bad_record_header (no "WARC/" line where one is due, or a header block without end or above 64 KiB),
// bad_content_length (missing, no number, or the next record does not follow), truncated_record (the input ends
// inside), record_too_large, truncated_gzip, corrupt_gzip, truncated_zstd, corrupt_zstd.
using WarcRejectSink =
    std::function<void(const std::string& id, uint64_t offset, const std::string& reason, const std::string& detail)>;

class WarcReader {
 public:
  WarcReader(std::unique_ptr<ByteSource> input, int64_t max_record_bytes, WarcRejectSink rejects);
  // The next whole record of any type; false at the end.
  bool next(WarcRecord& record);

 private:
  enum class Step { kRecord, kSkip, kEnd };

  bool ensure(size_t count);
  bool fill();
  std::string_view rest() const { return std::string_view(buffer_).substr(begin_); }
  uint64_t position() const { return base_ + begin_; }
  void consume(size_t count) { begin_ += count; }
  Step step(WarcRecord& record);
  Step read_block(WarcRecord& record, size_t header_bytes, uint64_t length);
  void skip_block(const WarcRecord& record, size_t header_bytes, uint64_t length);
  size_t header_end();
  void resynchronise(size_t from);
  void reject(const WarcRecord& record, const char* reason, const std::string& detail);
  void reject_cut(const WarcRecord& record);

  std::unique_ptr<ByteSource> input_;
  size_t max_record_bytes_;
  WarcRejectSink rejects_;
  std::string buffer_;
  size_t begin_ = 0;
  uint64_t base_ = 0;  // stream offset of buffer_[0]
  bool at_end_ = false;
  bool damaged_ = false;  // the compressed stream broke after the buffered bytes
  bool bytes_since_damage_ = true;
  std::string damage_reason_;
  std::string damage_detail_;
};

// The reader for a file or an http(s) address, by its first bytes. Throws UserError where it cannot be opened; an
// address may also fail later, while next() reads (http_source.h).
std::unique_ptr<WarcReader> open_warc(const std::string& path, int64_t max_record_bytes, WarcRejectSink rejects);

}  // namespace smelt
