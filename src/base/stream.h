// Byte streams: reading plain, gzip (many members) and zstd (many frames) files alike, and writing zstd.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/files.h"

namespace smelt {

// A stream of bytes. read() gives up to `capacity` bytes, 0 at the end. A damaged stream throws StreamError once, at
// the first bad byte; what came before it has been delivered.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  virtual size_t read(char* buffer, size_t capacity) = 0;
};

// Damage inside a compressed stream. `reason` is a stable name: truncated_gzip, corrupt_gzip, truncated_zstd,
// corrupt_zstd.
class StreamError : public std::runtime_error {
 public:
  StreamError(std::string reason, const std::string& detail) : std::runtime_error(detail), reason_(std::move(reason)) {}
  const std::string& reason() const { return reason_; }

 private:
  std::string reason_;
};

std::unique_ptr<ByteSource> open_plain(const std::string& path);
std::unique_ptr<ByteSource> make_gzip_source(std::unique_ptr<ByteSource> input);
std::unique_ptr<ByteSource> make_zstd_source(std::unique_ptr<ByteSource> input);
// Looks at the first bytes and decompresses gzip and zstd; anything else is plain.
std::unique_ptr<ByteSource> make_decompressed(std::unique_ptr<ByteSource> input);
// The same for a file. Throws UserError where it cannot be opened.
std::unique_ptr<ByteSource> open_input(const std::string& path);

// The first `count` bytes of a source, fewer where it ends before; `input` gives them once more afterwards.
std::string peek(std::unique_ptr<ByteSource>& input, size_t count);

// Lines of a stream without their '\n' (and without a '\r' before it). The view is valid until the next call.
class LineReader {
 public:
  explicit LineReader(std::unique_ptr<ByteSource> source);
  bool next(std::string_view& line);
  uint64_t line_number() const { return line_number_; }  // of the last line given, from 1

 private:
  std::unique_ptr<ByteSource> source_;
  std::string buffer_;
  size_t begin_ = 0;
  bool at_end_ = false;
  uint64_t line_number_ = 0;
};

// An AtomicFile compressed by zstd at a fixed level in one thread: the same bytes in give the same bytes out.
class ZstdWriter {
 public:
  explicit ZstdWriter(const std::string& path, int level = 3);
  ~ZstdWriter();
  ZstdWriter(const ZstdWriter&) = delete;
  ZstdWriter& operator=(const ZstdWriter&) = delete;
  void write(std::string_view bytes);
  uint64_t bytes_in() const { return bytes_in_; }
  void commit();

 private:
  struct State;
  std::unique_ptr<State> state_;
  uint64_t bytes_in_ = 0;
};

std::string zstd_compress(std::string_view bytes, int level);
std::string zstd_decompress(std::string_view bytes);  // throws StreamError

}  // namespace smelt
