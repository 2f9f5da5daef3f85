#include <lz4frame.h>

#include "base/error.h"
#include "crawl/warc/member_codec.h"

namespace smelt {
namespace {

constexpr std::string_view kMagic = "\x04\x22\x4D\x18";

class Lz4Codec : public MemberCodec {
 public:
  Lz4Codec() {
    if (LZ4F_isError(LZ4F_createDecompressionContext(&context_, LZ4F_VERSION)) != 0) {
      throw resource_error("no memory for decompression");
    }
  }
  ~Lz4Codec() override { LZ4F_freeDecompressionContext(context_); }
  Lz4Codec(const Lz4Codec&) = delete;
  Lz4Codec& operator=(const Lz4Codec&) = delete;

  const char* corrupt_reason() const override { return "corrupt_lz4"; }
  const char* truncated_reason() const override { return "truncated_lz4"; }
  size_t find_start(std::string_view bytes) const override { return bytes.find(kMagic); }
  void start() override { LZ4F_resetDecompressionContext(context_); }

  Status step(std::string_view& in, char* out, size_t capacity, size_t& written) override {
    size_t taken = in.size();
    written = capacity;
    const size_t left = LZ4F_decompress(context_, out, &written, in.data(), &taken, nullptr);
    if (LZ4F_isError(left) != 0) {
      written = 0;
      return Status::kDamaged;
    }
    in.remove_prefix(taken);
    return left == 0 ? Status::kEnd : Status::kMore;
  }

  bool whole(std::string_view /*in*/, char* /*out*/, size_t /*capacity*/, size_t& /*used*/,
             size_t& /*written*/) override {
    return false;
  }

 private:
  LZ4F_dctx* context_ = nullptr;
};

}  // namespace

bool starts_lz4(std::string_view bytes) {
  return bytes.starts_with(kMagic);
}

std::unique_ptr<MemberCodec> make_lz4_codec() {
  return std::make_unique<Lz4Codec>();
}

}  // namespace smelt
