// The trainer's log files: one JSON object a line, appended, cut back to a checkpoint on resume.
#pragma once

#include <cstdint>
#include <string>

#include "base/json.h"

namespace smelt {

// Not thread-safe. Lines reach the file at flush() or when 64 KiB have gathered; they are durable after sync().
class JsonLines {
 public:
  // Opens or creates `path` and cuts it to its first `keep_bytes` bytes. A file shorter than that is UserError(kInput):
  // it lost lines that the checkpoint counts on.
  JsonLines(std::string path, uint64_t keep_bytes);
  ~JsonLines();
  JsonLines(const JsonLines&) = delete;
  JsonLines& operator=(const JsonLines&) = delete;

  void append(const Json& line);
  void flush();
  void sync();
  uint64_t size() const { return size_; }  // bytes, those not flushed included

 private:
  std::string path_;
  std::string buffer_;
  uint64_t size_ = 0;
  int fd_ = -1;
};

}  // namespace smelt
