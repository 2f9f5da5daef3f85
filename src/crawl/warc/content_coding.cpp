#include "crawl/warc/content_coding.h"

#include <algorithm>
#include <array>
#include <limits>
#include <vector>

#include <brotli/decode.h>
#include <zlib.h>
#include <zstd.h>

#include "base/text.h"

namespace smelt {
namespace {

constexpr size_t kChunk = 65536;
constexpr int kZstdWindowLogMax = 23;  // RFC 9659: content on the web needs no more than 8 MiB

Reject too_large() {
  return {"record_too_large", "the decoded body is above the limit"};
}

Reject damaged() {
  return {"bad_content_encoding", "the compressed body is damaged or cut"};
}

enum class State { kMore, kEnd, kBad };

// Runs step(in, buffer, count) until it ends, fails or gives too much.
template <class Step>
Result<std::string> collect(std::string_view in, size_t limit, Step step) {
  std::string out;
  std::array<char, kChunk> buffer;
  while (true) {
    size_t count = 0;
    const size_t before = in.size();
    const State state = step(in, buffer.data(), count);
    out.append(buffer.data(), count);
    if (out.size() > limit) {
      return too_large();
    }
    if (state == State::kEnd) {
      return out;
    }
    if (state == State::kBad || (count == 0 && in.size() == before)) {
      return damaged();
    }
  }
}

Result<std::string> inflate_body(std::string_view body, int window_bits, size_t limit) {
  z_stream stream{};
  if (inflateInit2(&stream, window_bits) != Z_OK) {
    throw resource_error("no memory for decompression");
  }
  Result<std::string> out = collect(body, limit, [&](std::string_view& in, char* buffer, size_t& count) {
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(in.data()));
    stream.avail_in = static_cast<uInt>(std::min<size_t>(in.size(), std::numeric_limits<uInt>::max()));
    stream.next_out = reinterpret_cast<Bytef*>(buffer);
    stream.avail_out = static_cast<uInt>(kChunk);
    const int status = inflate(&stream, Z_NO_FLUSH);
    in.remove_prefix(static_cast<size_t>(reinterpret_cast<const char*>(stream.next_in) - in.data()));
    count = kChunk - stream.avail_out;
    return status == Z_STREAM_END ? State::kEnd : status == Z_OK ? State::kMore : State::kBad;
  });
  inflateEnd(&stream);
  return out;
}

Result<std::string> brotli_body(std::string_view body, size_t limit) {
  BrotliDecoderState* decoder = BrotliDecoderCreateInstance(nullptr, nullptr, nullptr);
  if (decoder == nullptr) {
    throw resource_error("no memory for decompression");
  }
  Result<std::string> out = collect(body, limit, [&](std::string_view& in, char* buffer, size_t& count) {
    size_t available = in.size();
    const auto* next = reinterpret_cast<const uint8_t*>(in.data());
    size_t room = kChunk;
    auto* place = reinterpret_cast<uint8_t*>(buffer);
    const BrotliDecoderResult status =
        BrotliDecoderDecompressStream(decoder, &available, &next, &room, &place, nullptr);
    in.remove_prefix(in.size() - available);
    count = kChunk - room;
    return status == BROTLI_DECODER_RESULT_SUCCESS ? State::kEnd
           : status == BROTLI_DECODER_RESULT_ERROR ? State::kBad
                                                   : State::kMore;
  });
  BrotliDecoderDestroyInstance(decoder);
  return out;
}

Result<std::string> zstd_body(std::string_view body, size_t limit) {
  ZSTD_DCtx* context = ZSTD_createDCtx();
  if (context == nullptr) {
    throw resource_error("no memory for decompression");
  }
  ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, kZstdWindowLogMax);
  Result<std::string> out = collect(body, limit, [&](std::string_view& in, char* buffer, size_t& count) {
    ZSTD_inBuffer input{in.data(), in.size(), 0};
    ZSTD_outBuffer output{buffer, kChunk, 0};
    const size_t left = ZSTD_decompressStream(context, &output, &input);
    in.remove_prefix(input.pos);
    count = output.pos;
    if (ZSTD_isError(left) != 0) {
      return State::kBad;
    }
    return left == 0 && in.empty() ? State::kEnd : State::kMore;
  });
  ZSTD_freeDCtx(context);
  return out;
}

// Zlib's two header bytes (RFC 1950): what "deflate" means; some servers send the bare stream instead.
bool has_zlib_header(std::string_view body) {
  return body.size() >= 2 && (body[0] & 0x0F) == 8 &&
         (static_cast<unsigned char>(body[0]) * 256U + static_cast<unsigned char>(body[1])) % 31 == 0;
}

bool means_nothing(std::string_view name) {
  return name.empty() || name == "identity" || name == "none" || name == "utf-8" || name == "utf8";
}

// Nothing where the body was decoded before.
bool looks_decoded(std::string_view name, std::string_view body) {
  if (name == "gzip" || name == "x-gzip") {
    return !body.starts_with("\x1f\x8b");
  }
  if (name == "zstd") {
    return !body.starts_with("\x28\xB5\x2F\xFD");
  }
  return body.front() == '<';
}

Result<std::string> decode_one(std::string_view body, std::string_view name, size_t limit) {
  if (name == "gzip" || name == "x-gzip") {
    return inflate_body(body, 16 + MAX_WBITS, limit);
  }
  if (name == "deflate") {
    return inflate_body(body, has_zlib_header(body) ? MAX_WBITS : -MAX_WBITS, limit);
  }
  if (name == "br") {
    return brotli_body(body, limit);
  }
  if (name == "zstd") {
    return zstd_body(body, limit);
  }
  return Reject{"unsupported_content_encoding", replace_invalid_utf8(name.substr(0, 32))};
}

}  // namespace

Result<std::string> decode_content(std::string_view body, std::string_view encodings, size_t limit) {
  constexpr size_t kMostCodings = 4;
  const std::string lower = lower_ascii(encodings);
  const std::vector<std::string_view> names = split(lower, ',');
  std::string out;
  std::string_view current = body;
  size_t codings = 0;
  for (auto each = names.rbegin(); each != names.rend(); ++each) {
    const std::string_view name = trim(*each);
    if (means_nothing(name) || current.empty() || looks_decoded(name, current)) {
      continue;
    }
    if (++codings > kMostCodings) {
      return Reject{"unsupported_content_encoding", "more than four codings"};
    }
    Result<std::string> decoded = decode_one(current, name, limit);
    if (!decoded) {
      return decoded;
    }
    out = std::move(decoded).value();
    current = out;
  }
  if (current.size() > limit) {
    return too_large();
  }
  return current.data() == body.data() ? std::string(body) : std::move(out);
}

}  // namespace smelt
