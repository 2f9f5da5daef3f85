// Records of WARC 1.0 and 1.1 files (ISO 28500; WET and WAT files are such) and of ARC 1 and 2 files, plain or
// compressed by gzip, zstd or lz4 (a member per record or one for all).
//
// Broken records are reported and reading goes on at the next record, found by its "WARC/" line or its ARC header.
// Memory is bounded by three times the record limit, and so is the work: what a record holds beyond 4 GiB is not
// decompressed, reading goes on at the next member.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/stream.h"
#include "crawl/warc/record_buffer.h"
#include "crawl/warc/warc_record.h"

namespace smelt {

// Reasons: bad_record_header (no "WARC/" line or ARC header where one is due, or a header block without end or above
// 64 KiB), bad_content_length (missing, no number, or the next record does not follow), truncated_record (the input
// ends inside), record_too_large, and those of damaged members: truncated_gzip, corrupt_gzip, truncated_zstd, ...
using WarcRejectSink =
    std::function<void(const std::string& id, uint64_t offset, const std::string& reason, const std::string& detail)>;

class WarcReader {
 public:
  WarcReader(std::unique_ptr<ByteSource> input, int64_t max_record_bytes, WarcRejectSink rejects);
  // The next whole record of any type; false at the end. Its views are valid until the next call.
  bool next(WarcRecord& record);

 private:
  enum class Step { kRecord, kSkip, kEnd };
  enum class Format { kUnknown, kWarc, kArc };

  Step step(WarcRecord& record);
  Step at_break(WarcRecord& record);
  Step warc_step(WarcRecord& record);
  Step arc_step(WarcRecord& record);
  Step read_block(WarcRecord& record, size_t header_bytes, uint64_t length);
  Step bad_start(const WarcRecord& record);
  void skip_block(const WarcRecord& record, size_t header_bytes, uint64_t length);
  bool skip_line_ends();
  bool block_ends_well(size_t total);
  size_t header_end();
  size_t line_end();
  size_t find_record(size_t from, size_t& keep) const;
  void resynchronise(size_t from);
  void reject(const WarcRecord& record, const char* reason, const std::string& detail);
  void reject_cut(const WarcRecord& record);

  RecordBuffer buffer_;
  size_t max_record_bytes_;
  WarcRejectSink rejects_;
  Format format_ = Format::kUnknown;
};

// The reader over a file's bytes as they are stored, compressed or not.
std::unique_ptr<WarcReader> make_warc_reader(std::unique_ptr<ByteSource> input, int64_t max_record_bytes,
                                             WarcRejectSink rejects);

// The reader for a path or address (fetch/location.h). Throws UserError where it cannot be opened; an address may also
// fail later, while next() reads.
std::unique_ptr<WarcReader> open_warc(const std::string& path, int64_t max_record_bytes, WarcRejectSink rejects);

}  // namespace smelt
