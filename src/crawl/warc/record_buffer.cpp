#include "crawl/warc/record_buffer.h"

#include <algorithm>
#include <cstring>

namespace smelt {
namespace {

// Room for one read: most members of archives decompress into it at once.
constexpr size_t kRoom = size_t{1} << 21;

}  // namespace

RecordBuffer::RecordBuffer(std::unique_ptr<ByteSource> input)
    : input_(std::move(input)), members_(dynamic_cast<MemberSource*>(input_.get())) {}

bool RecordBuffer::fill() {
  if (at_end_ || damaged_) {
    return false;
  }
  make_room();
  size_t count = 0;
  try {
    count = input_->read(bytes_.get() + end_, capacity_ - end_);
  } catch (const StreamError& error) {
    damaged_ = true;
    at_end_ = !bytes_since_damage_;  // a source that cannot go on
    bytes_since_damage_ = false;
    damage_reason_ = error.reason();
    damage_detail_ = error.what();
    return false;
  }
  end_ += count;
  at_end_ = count == 0;
  bytes_since_damage_ = bytes_since_damage_ || count > 0;
  return count > 0;
}

// At least kRoom / 2 behind the window. Grows by doubling, so a long record costs linear time.
void RecordBuffer::make_room() {
  if (capacity_ - end_ >= kRoom / 2) {
    return;
  }
  const size_t have = end_ - begin_;
  if (capacity_ < have + kRoom || begin_ < have) {
    capacity_ = std::max(kRoom, 2 * have + kRoom);
    auto grown = std::make_unique_for_overwrite<char[]>(capacity_);
    if (have > 0) {
      std::memcpy(grown.get(), bytes_.get() + begin_, have);
    }
    bytes_ = std::move(grown);
  } else {
    std::memmove(bytes_.get(), bytes_.get() + begin_, have);
  }
  base_ += begin_;
  begin_ = 0;
  end_ = have;
}

bool RecordBuffer::ensure(size_t count) {
  while (end_ - begin_ < count) {
    if (!fill()) {
      return false;
    }
  }
  return true;
}

void RecordBuffer::consume(size_t count) {
  begin_ += count;
  if (begin_ == end_) {
    base_ += begin_;
    begin_ = 0;
    end_ = 0;
  }
}

bool RecordBuffer::skip_member() {
  if (members_ == nullptr) {
    return false;
  }
  consume(end_ - begin_);
  members_->skip_member();
  return true;
}

bool RecordBuffer::resume() {
  damaged_ = false;
  return fill() || damaged_;
}

}  // namespace smelt
