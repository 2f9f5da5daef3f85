#include "base/stream.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <unistd.h>

namespace smelt {
namespace {

class PlainSource : public ByteSource {
 public:
  explicit PlainSource(std::string path) : path_(std::move(path)) {
    fd_ = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd_ < 0) {
      throw system_error("cannot open", path_, errno);
    }
  }
  ~PlainSource() override { ::close(fd_); }
  PlainSource(const PlainSource&) = delete;
  PlainSource& operator=(const PlainSource&) = delete;

  size_t read(char* buffer, size_t capacity) override {
    while (true) {
      const ssize_t count = ::read(fd_, buffer, capacity);
      if (count >= 0) {
        return static_cast<size_t>(count);
      }
      if (errno != EINTR) {
        throw system_error("cannot read", path_, errno);
      }
    }
  }

 private:
  std::string path_;
  int fd_;
};

// Gives back bytes that were read ahead, then the rest of the input.
class PeekedSource : public ByteSource {
 public:
  PeekedSource(std::string head, std::unique_ptr<ByteSource> rest) : head_(std::move(head)), rest_(std::move(rest)) {}
  size_t read(char* buffer, size_t capacity) override {
    if (used_ < head_.size()) {
      const size_t count = std::min(capacity, head_.size() - used_);
      std::memcpy(buffer, head_.data() + used_, count);
      used_ += count;
      return count;
    }
    return rest_->read(buffer, capacity);
  }

 private:
  std::string head_;
  std::unique_ptr<ByteSource> rest_;
  size_t used_ = 0;
};

}  // namespace

std::unique_ptr<ByteSource> open_plain(const std::string& path) {
  return std::make_unique<PlainSource>(path);
}

std::string peek(std::unique_ptr<ByteSource>& input, size_t count) {
  std::string head(count, '\0');
  size_t have = 0;
  while (have < head.size()) {
    const size_t more = input->read(head.data() + have, head.size() - have);
    if (more == 0) {
      break;
    }
    have += more;
  }
  head.resize(have);
  input = std::make_unique<PeekedSource>(head, std::move(input));
  return head;
}

std::unique_ptr<ByteSource> make_decompressed(std::unique_ptr<ByteSource> input) {
  const std::string head = peek(input, 4);
  const auto byte = [&](size_t i) { return i < head.size() ? static_cast<unsigned char>(head[i]) : 0; };
  // A zstd frame, or a skippable frame before one.
  const bool is_zstd = head == std::string("\x28\xB5\x2F\xFD") ||
                       ((byte(0) & 0xF0) == 0x50 && byte(1) == 0x2A && byte(2) == 0x4D && byte(3) == 0x18);
  if (head.starts_with("\x1f\x8b")) {
    return make_gzip_source(std::move(input));
  }
  return is_zstd ? make_zstd_source(std::move(input)) : std::move(input);
}

std::unique_ptr<ByteSource> open_input(const std::string& path) {
  return make_decompressed(open_plain(path));
}

LineReader::LineReader(std::unique_ptr<ByteSource> source) : source_(std::move(source)) {}

bool LineReader::next(std::string_view& line) {
  constexpr size_t kChunk = size_t{1} << 18;
  size_t searched = begin_;
  while (true) {
    const size_t line_break = buffer_.find('\n', searched);
    const bool found = line_break != std::string::npos;
    if (found || (at_end_ && begin_ < buffer_.size())) {
      const size_t end = found ? line_break : buffer_.size();
      line = std::string_view(buffer_).substr(begin_, end - begin_);
      begin_ = found ? end + 1 : end;
      if (line.ends_with('\r')) {
        line.remove_suffix(1);
      }
      ++line_number_;
      return true;
    }
    if (at_end_) {
      return false;
    }
    buffer_.erase(0, begin_);
    begin_ = 0;
    searched = buffer_.size();
    buffer_.resize(searched + kChunk);
    size_t count = 0;
    try {
      count = source_->read(buffer_.data() + searched, kChunk);
    } catch (...) {
      buffer_.resize(searched);
      throw;
    }
    buffer_.resize(searched + count);
    at_end_ = count == 0;
  }
}

}  // namespace smelt
