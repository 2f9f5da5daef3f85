#include "crawl/gzip_members.h"

#include <cstring>
#include <string>

#include <zlib.h>

namespace smelt {
namespace {

constexpr size_t kChunk = size_t{1} << 17;

class MemberSource : public ByteSource {
 public:
  explicit MemberSource(std::unique_ptr<ByteSource> compressed) : compressed_(std::move(compressed)) {
    if (inflateInit2(&stream_, 16 + MAX_WBITS) != Z_OK) {
      throw resource_error("no memory for decompression");
    }
  }
  ~MemberSource() override { inflateEnd(&stream_); }
  MemberSource(const MemberSource&) = delete;
  MemberSource& operator=(const MemberSource&) = delete;

  size_t read(char* buffer, size_t capacity) override {
    while (true) {
      if (!in_member_ && !find_member()) {
        return 0;
      }
      if (begin_ == input_.size() && !refill()) {
        in_member_ = false;
        throw StreamError("truncated_gzip", "the file ends inside a compressed member");
      }
      stream_.next_in = reinterpret_cast<Bytef*>(input_.data() + begin_);
      stream_.avail_in = static_cast<uInt>(input_.size() - begin_);
      stream_.next_out = reinterpret_cast<Bytef*>(buffer);
      stream_.avail_out = static_cast<uInt>(std::min(capacity, kChunk));
      const size_t room = stream_.avail_out;
      const int status = inflate(&stream_, Z_NO_FLUSH);
      begin_ = input_.size() - stream_.avail_in;
      const size_t count = room - stream_.avail_out;
      if (status == Z_STREAM_END) {
        in_member_ = false;
        searching_ = false;
      } else if (status != Z_OK && status != Z_BUF_ERROR) {
        fail(count);
      }
      if (count > 0) {
        return count;
      }
      if (pending_error_) {
        pending_error_ = false;
        throw StreamError("corrupt_gzip", "a compressed member is damaged");
      }
    }
  }

 private:
  // A member found by searching is an attempt; only a failure of a regular one is news.
  void fail(size_t delivered) {
    pending_error_ = !searching_ || delivered > 0;
    in_member_ = false;
    searching_ = true;
  }

  // Moves to the next member's magic bytes; false at the end of the input.
  bool find_member() {
    if (pending_error_) {
      pending_error_ = false;
      throw StreamError("corrupt_gzip", "a compressed member is damaged");
    }
    while (true) {
      while (input_.size() - begin_ < 3) {
        if (!refill()) {
          return trailing_bytes();
        }
      }
      const size_t at = input_.find("\x1f\x8b\x08", begin_);
      if (at == begin_) {
        inflateReset(&stream_);
        in_member_ = true;
        return true;
      }
      if (!searching_ && std::string_view(input_).substr(begin_).find_first_not_of('\0') != std::string_view::npos) {
        searching_ = true;
        throw StreamError("corrupt_gzip", "bytes between two compressed members");
      }
      begin_ = at == std::string::npos ? input_.size() - 2 : at;
    }
  }

  bool trailing_bytes() {
    const std::string_view rest = std::string_view(input_).substr(begin_);
    const bool damaged = !searching_ && rest.find_first_not_of('\0') != std::string_view::npos;
    begin_ = input_.size();
    if (damaged) {
      throw StreamError("truncated_gzip", "the file ends inside a compressed member");
    }
    return false;
  }

  bool refill() {
    input_.erase(0, begin_);
    begin_ = 0;
    const size_t have = input_.size();
    input_.resize(have + kChunk);
    const size_t count = compressed_->read(input_.data() + have, kChunk);
    input_.resize(have + count);
    return count > 0;
  }

  std::unique_ptr<ByteSource> compressed_;
  std::string input_;
  size_t begin_ = 0;
  z_stream stream_{};
  bool in_member_ = false;
  bool searching_ = false;
  bool pending_error_ = false;
};

}  // namespace

std::unique_ptr<ByteSource> make_member_source(std::unique_ptr<ByteSource> compressed) {
  return std::make_unique<MemberSource>(std::move(compressed));
}

}  // namespace smelt
