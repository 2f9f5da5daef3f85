// Helpers of the tests of archives: bytes in memory as a source, lz4 frames, what a reader gives in short.
#pragma once

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <lz4frame.h>

#include "crawl/warc/warc_reader.h"

namespace smelt {

class MemorySource : public ByteSource {
 public:
  explicit MemorySource(std::string bytes, size_t step = size_t{1} << 20) : bytes_(std::move(bytes)), step_(step) {}
  size_t read(char* buffer, size_t capacity) override {
    const size_t count = std::min({capacity, step_, bytes_.size() - at_});
    std::memcpy(buffer, bytes_.data() + at_, count);
    at_ += count;
    return count;
  }

 private:
  std::string bytes_;
  size_t step_;
  size_t at_ = 0;
};

inline std::string lz4(std::string_view bytes) {
  std::string out(LZ4F_compressFrameBound(bytes.size(), nullptr), '\0');
  out.resize(LZ4F_compressFrame(out.data(), out.size(), bytes.data(), bytes.size(), nullptr));
  return out;
}

struct Records {
  std::vector<std::string> blocks;  // "type bytes"
  std::vector<std::string> reasons;
};

inline WarcRejectSink into(Records& out) {
  return [&out](const std::string&, uint64_t, const std::string& reason, const std::string&) {
    out.reasons.push_back(reason);
  };
}

inline void read_all(WarcReader& reader, Records& out) {
  WarcRecord record;
  while (reader.next(record)) {
    out.blocks.push_back(record.type + " " + std::to_string(record.block.size()));
  }
}

inline Records read_bytes(const std::string& bytes, size_t step = size_t{1} << 20, int64_t limit = 1 << 20) {
  Records out;
  const auto reader = make_warc_reader(std::make_unique<MemorySource>(bytes, step), limit, into(out));
  read_all(*reader, out);
  return out;
}

}  // namespace smelt
