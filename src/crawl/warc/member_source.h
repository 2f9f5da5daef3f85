// Archives made of many compressed members, one a record as a rule: gzip (RFC 1952), zstd (RFC 8878, with the
// dictionary in a skippable first frame as "Zstandard Compression for WARC Files 1.0" has it) and lz4 frames. Damage in
// one member does not lose those after it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/stream.h"
#include "crawl/warc/member_codec.h"

namespace smelt {

// Decompressed bytes of all members in order; one read() gives bytes of one member. A damaged member gives the bytes
// that came out whole, then throws StreamError(corrupt_gzip, corrupt_zstd, corrupt_lz4) once; the next read() goes on
// with the next member that decompresses. An input that ends inside a member throws StreamError(truncated_...) once.
// Memory: about 1 MiB of compressed bytes, and what a zstd frame's window asks for, at most 128 MiB.
class MemberSource : public ByteSource {
 public:
  MemberSource(std::unique_ptr<ByteSource> compressed, std::unique_ptr<MemberCodec> codec);

  size_t read(char* buffer, size_t capacity) override;
  // Leaves the rest of the member that is being read: the next read() begins with the next one that can be found.
  void skip_member();
  // Where the member that the last read() gave bytes of lies in the compressed input. The end is 0 until a read() has
  // given its last byte.
  uint64_t member_begin() const { return member_begin_; }
  uint64_t member_end() const { return member_end_; }

 private:
  bool find_member();
  bool trailing_bytes();
  bool refill();
  bool read_whole(char* buffer, size_t capacity, size_t& written);
  void fail(size_t delivered);
  std::string_view rest() const { return std::string_view(input_).substr(begin_); }
  uint64_t position() const { return base_ + begin_; }

  std::unique_ptr<ByteSource> compressed_;
  std::unique_ptr<MemberCodec> codec_;
  std::string input_;
  size_t begin_ = 0;
  uint64_t base_ = 0;  // input offset of input_[0]
  uint64_t member_begin_ = 0;
  uint64_t member_end_ = 0;
  bool at_end_ = false;
  bool in_member_ = false;
  bool searching_ = false;
  bool pending_error_ = false;
};

// By the input's first bytes; null, with the input left as it was, where they are no compressed file's.
std::unique_ptr<MemberSource> make_member_source(std::unique_ptr<ByteSource>& input);

}  // namespace smelt
