// The files of a tar archive: POSIX ustar and pax, GNU long names.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/stream.h"

namespace smelt {

class TarReader {
 public:
  explicit TarReader(std::unique_ptr<ByteSource> source) : source_(std::move(source)) {}

  struct Entry {
    std::string path;  // as in the archive, without "./" in front
    int64_t size = 0;
    std::string content;  // empty where size is above the limit
  };
  // The next regular file; false at the end. Throws StreamError (corrupt_archive) where the bytes are no archive or end
  // in the midst of one, besides what the source throws.
  bool next(Entry& entry, int64_t max_bytes);

 private:
  bool read_block(char* block);
  std::string read_content(int64_t size, bool keep);

  std::unique_ptr<ByteSource> source_;
};

}  // namespace smelt
