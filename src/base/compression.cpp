// The gzip and zstd sides of base/stream.h.
#include <limits>

#include <fmt/format.h>
#include <zlib.h>
#include <zstd.h>

#include "base/stream.h"
#include "base/view_source.h"

namespace smelt {
namespace {

constexpr size_t kInputChunk = size_t{1} << 17;

class GzipSource : public ByteSource {
 public:
  explicit GzipSource(std::unique_ptr<ByteSource> input) : input_(std::move(input)), chunk_(kInputChunk, '\0') {
    SMELT_CHECK(inflateInit2(&stream_, 15 + 16) == Z_OK);
  }
  ~GzipSource() override { inflateEnd(&stream_); }
  GzipSource(const GzipSource&) = delete;
  GzipSource& operator=(const GzipSource&) = delete;

  size_t read(char* buffer, size_t capacity) override {
    stream_.next_out = reinterpret_cast<Bytef*>(buffer);
    stream_.avail_out = static_cast<uInt>(std::min<size_t>(capacity, std::numeric_limits<uInt>::max()));
    const size_t wanted = stream_.avail_out;
    while (stream_.avail_out == wanted && !finished_) {
      if (stream_.avail_in == 0 && !refill()) {
        finished_ = true;
        if (inside_member_) {
          throw StreamError("truncated_gzip", "the gzip stream ends in the middle of a member");
        }
        break;
      }
      if (!inside_member_) {
        if (!start_member()) {
          finished_ = true;
          break;
        }
      }
      const int status = inflate(&stream_, Z_NO_FLUSH);
      if (status == Z_STREAM_END) {
        inside_member_ = false;
      } else if (status != Z_OK && status != Z_BUF_ERROR) {
        if (stream_.avail_out != wanted) {
          break;  // zlib stays in its error state: the next call throws, after these bytes were delivered
        }
        finished_ = true;
        throw StreamError("corrupt_gzip", stream_.msg != nullptr ? stream_.msg : "damaged gzip data");
      }
    }
    return wanted - stream_.avail_out;
  }

 private:
  bool refill() {
    const size_t count = input_->read(chunk_.data(), chunk_.size());
    stream_.next_in = reinterpret_cast<Bytef*>(chunk_.data());
    stream_.avail_in = static_cast<uInt>(count);
    return count > 0;
  }

  // Zero padding after the last member is allowed (tape blocks); anything else must be another member.
  bool start_member() {
    while (*stream_.next_in == 0) {
      ++stream_.next_in;
      if (--stream_.avail_in == 0 && !refill()) {
        return false;
      }
    }
    inflateReset(&stream_);
    inside_member_ = true;
    return true;
  }

  std::unique_ptr<ByteSource> input_;
  std::string chunk_;
  z_stream stream_{};
  bool inside_member_ = false;
  bool finished_ = false;
};

class ZstdSource : public ByteSource {
 public:
  explicit ZstdSource(std::unique_ptr<ByteSource> input)
      : input_(std::move(input)), context_(ZSTD_createDCtx()), chunk_(kInputChunk, '\0') {
    SMELT_CHECK(context_ != nullptr);
    // Windows up to 2 GiB (--long=31) are legal; memory is only taken as frames ask for it.
    ZSTD_DCtx_setParameter(context_, ZSTD_d_windowLogMax, 31);
  }
  ~ZstdSource() override { ZSTD_freeDCtx(context_); }
  ZstdSource(const ZstdSource&) = delete;
  ZstdSource& operator=(const ZstdSource&) = delete;

  size_t read(char* buffer, size_t capacity) override {
    ZSTD_outBuffer out{buffer, capacity, 0};
    while (out.pos == 0 && !finished_) {
      if (in_.pos < in_.size || refill()) {
        step(out);
      } else {
        finish(out);
      }
    }
    return out.pos;
  }

 private:
  bool refill() {
    in_ = {chunk_.data(), input_->read(chunk_.data(), chunk_.size()), 0};
    return in_.size > 0;
  }

  // The input is at its end: what the decoder still holds comes out with an empty input.
  void finish(ZSTD_outBuffer& out) {
    const size_t left = inside_frame_ ? step(out) : 0;
    if (out.pos > 0) {
      return;
    }
    finished_ = true;
    if (left != 0) {
      throw StreamError("truncated_zstd", "the zstd stream ends in the middle of a frame");
    }
  }

  size_t step(ZSTD_outBuffer& out) {
    const size_t left = ZSTD_decompressStream(context_, &out, &in_);
    if (ZSTD_isError(left) != 0) {
      finished_ = true;
      throw StreamError("corrupt_zstd", ZSTD_getErrorName(left));
    }
    inside_frame_ = left != 0;
    return left;
  }

  std::unique_ptr<ByteSource> input_;
  ZSTD_DCtx* context_;
  std::string chunk_;
  ZSTD_inBuffer in_{nullptr, 0, 0};
  bool inside_frame_ = false;
  bool finished_ = false;
};

}  // namespace

std::unique_ptr<ByteSource> make_gzip_source(std::unique_ptr<ByteSource> input) {
  return std::make_unique<GzipSource>(std::move(input));
}

std::unique_ptr<ByteSource> make_zstd_source(std::unique_ptr<ByteSource> input) {
  return std::make_unique<ZstdSource>(std::move(input));
}

struct ZstdWriter::State {
  explicit State(const std::string& path) : file(path), out(ZSTD_CStreamOutSize(), '\0') {}
  ~State() { ZSTD_freeCCtx(context); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  void drain(std::string_view bytes, ZSTD_EndDirective directive) {
    ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
    size_t left = 1;
    while (directive == ZSTD_e_end ? left != 0 : in.pos < in.size) {
      ZSTD_outBuffer buffer{out.data(), out.size(), 0};
      left = ZSTD_compressStream2(context, &buffer, &in, directive);
      SMELT_CHECK(ZSTD_isError(left) == 0);
      file.write(std::string_view(out).substr(0, buffer.pos));
    }
  }

  AtomicFile file;
  ZSTD_CCtx* context = ZSTD_createCCtx();
  std::string out;
};

ZstdWriter::ZstdWriter(const std::string& path, int level) : state_(std::make_unique<State>(path)) {
  ZSTD_CCtx_setParameter(state_->context, ZSTD_c_compressionLevel, level);
  ZSTD_CCtx_setParameter(state_->context, ZSTD_c_checksumFlag, 1);
}

ZstdWriter::~ZstdWriter() = default;

void ZstdWriter::write(std::string_view bytes) {
  bytes_in_ += bytes.size();
  state_->drain(bytes, ZSTD_e_continue);
}

void ZstdWriter::commit() {
  state_->drain({}, ZSTD_e_end);
  state_->file.commit();
}

std::string zstd_compress(std::string_view bytes, int level) {
  std::string out(ZSTD_compressBound(bytes.size()), '\0');
  const size_t size = ZSTD_compress(out.data(), out.size(), bytes.data(), bytes.size(), level);
  SMELT_CHECK(ZSTD_isError(size) == 0);
  out.resize(size);
  return out;
}

std::string zstd_decompress(std::string_view bytes) {
  ZstdSource source(std::make_unique<ViewSource>(bytes));
  std::string out;
  std::string buffer(kInputChunk, '\0');
  while (const size_t count = source.read(buffer.data(), buffer.size())) {
    out.append(buffer, 0, count);
  }
  return out;
}

}  // namespace smelt
