// The window of a record stream that is being looked at, with what went wrong behind it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/stream.h"
#include "crawl/warc/member_source.h"

namespace smelt {

// Bytes from the place of reading on. Views into it are valid until the next call that fetches. Damage of the stream
// (StreamError) ends the window there: the bytes after it begin a new one at resume().
class RecordBuffer {
 public:
  explicit RecordBuffer(std::unique_ptr<ByteSource> input);

  // Fetches more; false at the end of the input or at damage.
  bool fill();
  // Fetches until the window holds `count` bytes; false where it cannot.
  bool ensure(size_t count);
  std::string_view rest() const { return {bytes_.get() + begin_, end_ - begin_}; }
  void consume(size_t count);
  // Stream offset of the window's first byte.
  uint64_t position() const { return base_ + begin_; }
  // Compressed archives: drops the window and the rest of the member that it came from; false for others.
  bool skip_member();

  bool at_end() const { return at_end_; }
  bool damaged() const { return damaged_; }
  const std::string& damage_reason() const { return damage_reason_; }
  const std::string& damage_detail() const { return damage_detail_; }
  void forget_damage_reason() { damage_reason_.clear(); }
  // Goes on behind the damage; false where nothing follows.
  bool resume();

 private:
  void make_room();

  std::unique_ptr<ByteSource> input_;
  MemberSource* members_ = nullptr;
  std::unique_ptr<char[]> bytes_;
  size_t capacity_ = 0;
  size_t begin_ = 0;
  size_t end_ = 0;
  uint64_t base_ = 0;  // stream offset of bytes_[0]
  bool at_end_ = false;
  bool damaged_ = false;
  bool bytes_since_damage_ = true;
  std::string damage_reason_;
  std::string damage_detail_;
};

}  // namespace smelt
