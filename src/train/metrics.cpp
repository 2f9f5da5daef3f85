#include "train/metrics.h"

#include <cerrno>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/write_all.h"

namespace smelt {

JsonLines::JsonLines(std::string path, uint64_t keep_bytes) : path_(std::move(path)), size_(keep_bytes) {
  fd_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (fd_ < 0) {
    throw system_error("open", path_, errno);
  }
  struct stat info{};
  const int failed = ::fstat(fd_, &info);
  if (failed != 0 || static_cast<uint64_t>(info.st_size) < keep_bytes) {
    ::close(fd_);
    throw input_error(
        fmt::format("{} bytes, the checkpoint says at least {}", failed != 0 ? 0 : info.st_size, keep_bytes), path_,
        "remove the stage's folder to start over");
  }
  if (::ftruncate(fd_, static_cast<off_t>(keep_bytes)) != 0 || ::lseek(fd_, 0, SEEK_END) < 0) {
    const int error = errno;
    ::close(fd_);
    throw system_error("truncate", path_, error);
  }
}

JsonLines::~JsonLines() {
  try {
    flush();
  } catch (const UserError&) {  // a full disk: the lines are made again on resume
  }
  ::close(fd_);
}

void JsonLines::append(const Json& line) {
  const size_t before = buffer_.size();
  buffer_ += line.dump();
  buffer_ += '\n';
  size_ += buffer_.size() - before;
  if (buffer_.size() >= 1 << 16) {
    flush();
  }
}

void JsonLines::flush() {
  write_out(fd_, buffer_, path_);
}

void JsonLines::sync() {
  flush();
  if (::fsync(fd_) != 0) {
    throw system_error("sync", path_, errno);
  }
}

}  // namespace smelt
