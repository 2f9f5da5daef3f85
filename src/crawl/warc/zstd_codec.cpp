#include <cstdint>
#include <string>

#include <zstd.h>

#include "base/error.h"
#include "crawl/warc/member_codec.h"

namespace smelt {
namespace {

constexpr std::string_view kFrame = "\x28\xB5\x2F\xFD";
constexpr std::string_view kSkippableTail = "\x2A\x4D\x18";  // behind 0x50 to 0x5F
constexpr char kDictionaryFrame = '\x5D';
constexpr size_t kSkippableHeader = 8;
constexpr int kWindowLogMax = 27;
constexpr size_t kLargestDictionary = size_t{16} << 20;

bool is_skippable(std::string_view bytes) {
  return bytes.size() >= 4 && (static_cast<unsigned char>(bytes[0]) & 0xF0U) == 0x50 &&
         bytes.substr(1, 3) == kSkippableTail;
}

uint32_t little_endian(std::string_view bytes) {
  uint32_t value = 0;
  for (size_t i = 0; i < 4; ++i) {
    value |= static_cast<uint32_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
  }
  return value;
}

// A skippable frame is a member without bytes; the dictionary's is kept, and used for the frames after it.
class ZstdCodec : public MemberCodec {
 public:
  ZstdCodec() : context_(ZSTD_createDCtx()) {
    if (context_ == nullptr) {
      throw resource_error("no memory for decompression");
    }
    ZSTD_DCtx_setParameter(context_, ZSTD_d_windowLogMax, kWindowLogMax);
  }
  ~ZstdCodec() override {
    ZSTD_freeDCtx(context_);
    ZSTD_freeDDict(dictionary_);
  }
  ZstdCodec(const ZstdCodec&) = delete;
  ZstdCodec& operator=(const ZstdCodec&) = delete;

  const char* corrupt_reason() const override { return "corrupt_zstd"; }
  const char* truncated_reason() const override { return "truncated_zstd"; }

  size_t find_start(std::string_view bytes) const override {
    if (is_skippable(bytes)) {
      return 0;
    }
    const size_t frame = bytes.find(kFrame);
    const size_t tail = bytes.find(kSkippableTail, 1);
    const bool skippable = tail != std::string_view::npos && tail < frame && is_skippable(bytes.substr(tail - 1));
    return skippable ? tail - 1 : frame;
  }

  void start() override {
    ZSTD_DCtx_reset(context_, ZSTD_reset_session_only);
    at_start_ = true;
    header_.clear();
    held_.clear();
  }

  Status step(std::string_view& in, char* out, size_t capacity, size_t& written) override {
    if (at_start_ && header_.size() < 4) {
      take_header(in, 4);
      if (header_.size() < 4) {
        return Status::kMore;
      }
    }
    if (is_skippable(header_)) {
      return skip(in);
    }
    if (at_start_) {
      at_start_ = false;
      size_t ignored = 0;
      std::string_view first = header_;
      const Status status = decompress(first, out, capacity, ignored);
      if (status == Status::kDamaged) {
        return status;
      }
    }
    return decompress(in, out, capacity, written);
  }

  bool whole(std::string_view in, char* out, size_t capacity, size_t& used, size_t& written) override {
    if (!in.starts_with(kFrame)) {
      return false;
    }
    const size_t size = ZSTD_findFrameCompressedSize(in.data(), in.size());
    if (ZSTD_isError(size) != 0 || ZSTD_getFrameContentSize(in.data(), size) > capacity) {
      return false;
    }
    const size_t count = ZSTD_decompress_usingDDict(context_, out, capacity, in.data(), size, dictionary_);
    ZSTD_DCtx_reset(context_, ZSTD_reset_session_only);
    if (ZSTD_isError(count) != 0) {
      return false;
    }
    used = size;
    written = count;
    return true;
  }

 private:
  void take_header(std::string_view& in, size_t size) {
    const size_t count = std::min(in.size(), size - header_.size());
    header_.append(in.substr(0, count));
    in.remove_prefix(count);
  }

  Status decompress(std::string_view& in, char* out, size_t capacity, size_t& written) {
    ZSTD_inBuffer input{in.data(), in.size(), 0};
    ZSTD_outBuffer output{out, capacity, 0};
    const size_t left = ZSTD_decompressStream(context_, &output, &input);
    written = output.pos;
    in.remove_prefix(input.pos);
    if (ZSTD_isError(left) != 0) {
      return Status::kDamaged;
    }
    return left == 0 ? Status::kEnd : Status::kMore;
  }

  Status skip(std::string_view& in) {
    take_header(in, kSkippableHeader);
    if (header_.size() < kSkippableHeader) {
      return Status::kMore;
    }
    const uint32_t size = little_endian(std::string_view(header_).substr(4));
    if (at_start_) {
      at_start_ = false;
      left_ = size;
    }
    const bool keep = header_[0] == kDictionaryFrame && dictionary_ == nullptr && size <= kLargestDictionary;
    const size_t count = std::min<size_t>(in.size(), left_);
    if (keep) {
      held_.append(in.substr(0, count));
    }
    in.remove_prefix(count);
    left_ -= static_cast<uint32_t>(count);
    if (left_ > 0) {
      return Status::kMore;
    }
    return !keep || load_dictionary() ? Status::kEnd : Status::kDamaged;
  }

  // The dictionary as it is, or as a zstd frame.
  bool load_dictionary() {
    if (held_.starts_with(kFrame)) {
      const unsigned long long size = ZSTD_getFrameContentSize(held_.data(), held_.size());
      if (size > kLargestDictionary && size != ZSTD_CONTENTSIZE_UNKNOWN) {
        return false;
      }
      std::string plain(size == ZSTD_CONTENTSIZE_UNKNOWN ? kLargestDictionary : static_cast<size_t>(size), '\0');
      const size_t count = ZSTD_decompress(plain.data(), plain.size(), held_.data(), held_.size());
      if (ZSTD_isError(count) != 0) {
        return false;
      }
      plain.resize(count);
      held_ = std::move(plain);
    }
    dictionary_ = ZSTD_createDDict(held_.data(), held_.size());
    held_ = {};
    return dictionary_ != nullptr && ZSTD_isError(ZSTD_DCtx_refDDict(context_, dictionary_)) == 0;
  }

  ZSTD_DCtx* context_;
  ZSTD_DDict* dictionary_ = nullptr;
  bool at_start_ = true;
  std::string header_;
  std::string held_;
  uint32_t left_ = 0;
};

}  // namespace

bool starts_zstd(std::string_view bytes) {
  return bytes.starts_with(kFrame) || is_skippable(bytes);
}

std::unique_ptr<MemberCodec> make_zstd_codec() {
  return std::make_unique<ZstdCodec>();
}

}  // namespace smelt
