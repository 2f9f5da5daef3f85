#include <algorithm>
#include <limits>

#include <libdeflate.h>
#include <zlib.h>

#include "base/error.h"
#include "crawl/warc/member_codec.h"

namespace smelt {
namespace {

constexpr std::string_view kMagic = "\x1f\x8b\x08";

// Whole members by libdeflate, two to three times as fast as zlib, which reads the rest step by step.
class GzipCodec : public MemberCodec {
 public:
  GzipCodec() : whole_(libdeflate_alloc_decompressor()) {
    if (whole_ == nullptr || inflateInit2(&stream_, 16 + MAX_WBITS) != Z_OK) {
      libdeflate_free_decompressor(whole_);
      throw resource_error("no memory for decompression");
    }
  }
  ~GzipCodec() override {
    inflateEnd(&stream_);
    libdeflate_free_decompressor(whole_);
  }
  GzipCodec(const GzipCodec&) = delete;
  GzipCodec& operator=(const GzipCodec&) = delete;

  const char* corrupt_reason() const override { return "corrupt_gzip"; }
  const char* truncated_reason() const override { return "truncated_gzip"; }
  size_t find_start(std::string_view bytes) const override { return bytes.find(kMagic); }
  void start() override { inflateReset(&stream_); }

  Status step(std::string_view& in, char* out, size_t capacity, size_t& written) override {
    constexpr size_t kMost = std::numeric_limits<uInt>::max();
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(in.data()));
    stream_.avail_in = static_cast<uInt>(std::min(in.size(), kMost));
    stream_.next_out = reinterpret_cast<Bytef*>(out);
    stream_.avail_out = static_cast<uInt>(std::min(capacity, kMost));
    const int status = inflate(&stream_, Z_NO_FLUSH);
    in.remove_prefix(static_cast<size_t>(reinterpret_cast<const char*>(stream_.next_in) - in.data()));
    written = static_cast<size_t>(reinterpret_cast<char*>(stream_.next_out) - out);
    if (status == Z_STREAM_END) {
      return Status::kEnd;
    }
    return status == Z_OK || status == Z_BUF_ERROR ? Status::kMore : Status::kDamaged;
  }

  bool whole(std::string_view in, char* out, size_t capacity, size_t& used, size_t& written) override {
    return libdeflate_gzip_decompress_ex(whole_, in.data(), in.size(), out, capacity, &used, &written) ==
           LIBDEFLATE_SUCCESS;
  }

 private:
  libdeflate_decompressor* whole_;
  z_stream stream_{};
};

}  // namespace

bool starts_gzip(std::string_view bytes) {
  return bytes.starts_with(kMagic.substr(0, 2));
}

std::unique_ptr<MemberCodec> make_gzip_codec() {
  return std::make_unique<GzipCodec>();
}

}  // namespace smelt
