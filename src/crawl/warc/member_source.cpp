#include "crawl/warc/member_source.h"

#include <algorithm>

namespace smelt {
namespace {

constexpr size_t kChunk = size_t{1} << 17;
// A member is decompressed at once where it ends within this many bytes.
constexpr size_t kWholeInput = size_t{1} << 20;
constexpr size_t kLowWater = size_t{1} << 18;  // most members are smaller, and less is moved about
constexpr size_t kWholeOutput = size_t{1} << 16;

}  // namespace

MemberSource::MemberSource(std::unique_ptr<ByteSource> compressed, std::unique_ptr<MemberCodec> codec)
    : compressed_(std::move(compressed)), codec_(std::move(codec)) {}

size_t MemberSource::read(char* buffer, size_t capacity) {
  while (true) {
    if (!in_member_) {
      if (!find_member()) {
        return 0;
      }
      size_t count = 0;
      if (read_whole(buffer, capacity, count)) {
        if (count > 0) {
          return count;
        }
        continue;
      }
    }
    const bool no_more_input = rest().empty() && !refill();
    std::string_view in = rest();
    size_t count = 0;
    const MemberCodec::Status status = codec_->step(in, buffer, std::min(capacity, kChunk), count);
    begin_ = input_.size() - in.size();
    if (no_more_input && count == 0 && status == MemberCodec::Status::kMore) {
      in_member_ = false;
      throw StreamError(codec_->truncated_reason(), "the file ends inside a compressed member");
    }
    if (status == MemberCodec::Status::kEnd) {
      in_member_ = false;
      searching_ = false;
      member_end_ = position();
    } else if (status == MemberCodec::Status::kDamaged) {
      fail(count);
    }
    if (count > 0) {
      return count;
    }
    if (pending_error_) {
      pending_error_ = false;
      throw StreamError(codec_->corrupt_reason(), "a compressed member is damaged");
    }
  }
}

void MemberSource::skip_member() {
  in_member_ = false;
  searching_ = true;
}

// The member that find_member() found, where it is small; false where it has to be read by steps.
bool MemberSource::read_whole(char* buffer, size_t capacity, size_t& written) {
  if (capacity < kWholeOutput) {
    return false;
  }
  size_t used = 0;
  for (const size_t wanted : {kLowWater, kWholeInput}) {
    if (wanted != kLowWater && rest().size() >= wanted) {
      break;
    }
    const bool is_short = rest().size() < wanted;
    while (is_short && rest().size() < kWholeInput && refill()) {
    }
    if (codec_->whole(rest(), buffer, capacity, used, written)) {
      begin_ += used;
      in_member_ = false;
      searching_ = false;
      member_end_ = position();
      return true;
    }
    if (at_end_) {
      break;
    }
  }
  return false;
}

// A member found by searching is an attempt; only a failure of a regular one is news.
void MemberSource::fail(size_t delivered) {
  pending_error_ = !searching_ || delivered > 0;
  skip_member();
  begin_ += position() == member_begin_ ? 1 : 0;  // never the same place again
}

// Moves to the next member's magic bytes; false at the end of the input.
bool MemberSource::find_member() {
  if (pending_error_) {
    pending_error_ = false;
    throw StreamError(codec_->corrupt_reason(), "a compressed member is damaged");
  }
  while (true) {
    while (rest().size() < kLongestMagic) {
      if (!refill()) {
        return trailing_bytes();
      }
    }
    const size_t at = codec_->find_start(rest());
    if (at == 0) {
      codec_->start();
      in_member_ = true;
      member_begin_ = position();
      member_end_ = 0;
      return true;
    }
    if (!searching_ && rest().find_first_not_of('\0') != std::string_view::npos) {
      searching_ = true;
      throw StreamError(codec_->corrupt_reason(), "bytes between two compressed members");
    }
    begin_ = at == std::string_view::npos ? input_.size() - (kLongestMagic - 1) : begin_ + at;
  }
}

// Zero padding after the last member is allowed (tape blocks).
bool MemberSource::trailing_bytes() {
  const bool damaged = !searching_ && rest().find_first_not_of('\0') != std::string_view::npos;
  begin_ = input_.size();
  if (damaged) {
    throw StreamError(codec_->truncated_reason(), "the file ends inside a compressed member");
  }
  return false;
}

bool MemberSource::refill() {
  if (at_end_) {
    return false;
  }
  input_.erase(0, begin_);
  base_ += begin_;
  begin_ = 0;
  const size_t have = input_.size();
  input_.resize(have + kChunk);
  size_t count = 0;
  try {
    count = compressed_->read(input_.data() + have, kChunk);
  } catch (...) {
    input_.resize(have);
    throw;
  }
  input_.resize(have + count);
  at_end_ = count == 0;
  return count > 0;
}

std::unique_ptr<MemberSource> make_member_source(std::unique_ptr<ByteSource>& input) {
  const std::string head = peek(input, kLongestMagic);
  std::unique_ptr<MemberCodec> codec;
  if (starts_gzip(head)) {
    codec = make_gzip_codec();
  } else if (starts_zstd(head)) {
    codec = make_zstd_codec();
  } else if (starts_lz4(head)) {
    codec = make_lz4_codec();
  }
  return codec == nullptr ? nullptr : std::make_unique<MemberSource>(std::move(input), std::move(codec));
}

}  // namespace smelt
