// Writing WARC/1.1 files (ISO 28500:2017), a compressed member per record.
//
// The file grows under its own name with ".partial" behind it and gets its name at commit(). What flush() has written
// is whole records: after a kill, for_each_member() finds the last of them and the writer goes on behind it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace smelt {

struct WarcFields {
  std::string type;  // warcinfo, request, response, revisit, metadata, resource, conversion
  std::string id;    // urn:uuid:..., without angle brackets
  std::string date;  // 2024-01-02T03:04:05Z
  std::string url;   // empty for warcinfo
  std::string content_type;
  std::vector<std::pair<std::string, std::string>> more;  // further fields, in this order; bracketed where they are ids
};

// The record as it stands in an uncompressed file: header, block, two line ends, with Content-Length and
// WARC-Block-Digest; of request, response and revisit records with an HTTP message also WARC-Payload-Digest, over the
// bytes behind the HTTP header as they were sent. Line breaks in values become spaces.
std::string warc_record_text(const WarcFields& fields, std::string_view block);

class WarcWriter {
 public:
  enum class Mode { kNew, kContinue };

  // By the path's ending: .gz is gzip at level 6, .zst zstd at level 9, anything else plain. kContinue keeps the first
  // `keep` bytes of an earlier attempt.
  explicit WarcWriter(std::string path, Mode mode = Mode::kNew, uint64_t keep = 0);
  ~WarcWriter();
  WarcWriter(const WarcWriter&) = delete;
  WarcWriter& operator=(const WarcWriter&) = delete;

  void write(const WarcFields& fields, std::string_view block);
  // Hands all records to the system: a kill of the process loses none of them.
  void flush();
  uint64_t size() const { return size_; }  // compressed bytes of all records
  void commit();                           // fsync, then the file has its name

  static std::string partial_path(const std::string& path) { return path + ".partial"; }

 private:
  struct Packer;
  std::string path_;
  std::unique_ptr<Packer> packer_;
  std::string buffer_;
  uint64_t size_ = 0;
  int fd_ = -1;
};

// Calls take(bytes, end) for each whole member of the file at `path` in order: its bytes after decompression and where
// it ends in the file. Stops at the first that is cut or damaged. A plain file has one member per record.
void for_each_member(const std::string& path, const std::function<void(std::string_view, uint64_t)>& take);

}  // namespace smelt
