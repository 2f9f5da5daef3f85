// One member of a compressed archive at a time.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

namespace smelt {

class MemberCodec {
 public:
  enum class Status { kMore, kEnd, kDamaged };

  virtual ~MemberCodec() = default;
  virtual const char* corrupt_reason() const = 0;
  virtual const char* truncated_reason() const = 0;
  // Where the next member may start in `bytes`; npos where nowhere.
  virtual size_t find_start(std::string_view bytes) const = 0;
  virtual void start() = 0;
  // Takes bytes off `in` and writes up to `capacity` to `out`.
  virtual Status step(std::string_view& in, char* out, size_t capacity, size_t& written) = 0;
  // The whole member at the front of `in` at once, where it lies there to its end and `out` has room for it; else false
  // and nothing is lost by it. Much faster than steps for small members.
  virtual bool whole(std::string_view in, char* out, size_t capacity, size_t& used, size_t& written) = 0;
};

constexpr size_t kLongestMagic = 4;

bool starts_gzip(std::string_view bytes);
bool starts_zstd(std::string_view bytes);  // a frame, or a skippable frame
bool starts_lz4(std::string_view bytes);

std::unique_ptr<MemberCodec> make_gzip_codec();
std::unique_ptr<MemberCodec> make_zstd_codec();
std::unique_ptr<MemberCodec> make_lz4_codec();

}  // namespace smelt
