#include "eval/compressor.h"

#include <algorithm>
#include <bit>
#include <memory>
#include <string>

#include <fmt/core.h>
#include <zstd.h>

#include "base/error.h"

namespace smelt {

namespace {

// zstd's tool turns long-distance matching on where the window is larger than the match finder's cycle (fileio.c,
// patch-from mode); libzstd does the same by itself from 2^27 on, and asking for it always costs little and never the
// ratio.
constexpr int kWindowLogMin = 10;
constexpr int kWindowLogMax = 31;

struct FreeContext {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
};

void check(size_t code, const char* action) {
  if (ZSTD_isError(code) != 0) {
    throw resource_error(fmt::format("zstd could not {}: {}", action, ZSTD_getErrorName(code)), {},
                         "lower eval.max_compressor_bytes");
  }
}

// A frame is written piece by piece, so that its bytes need not be kept.
uint64_t drain(ZSTD_CCtx* context, std::string_view text) {
  std::string out(ZSTD_CStreamOutSize(), '\0');
  ZSTD_inBuffer in{text.data(), text.size(), 0};
  uint64_t total = 0;
  while (true) {
    ZSTD_outBuffer piece{out.data(), out.size(), 0};
    const size_t left = ZSTD_compressStream2(context, &piece, &in, ZSTD_e_end);
    check(left, "compress the text");
    total += piece.pos;
    if (left == 0) {
      return total;
    }
  }
}

}  // namespace

uint64_t compressed_size(std::string_view prefix, std::string_view text, const CompressorOptions& options) {
  const uint64_t reach = prefix.size() + text.size();
  if (reach > (uint64_t{1} << kWindowLogMax)) {
    throw resource_error(fmt::format("zstd looks back 2 GiB at most, training and held-out text have {} bytes", reach),
                         {}, "lower eval.max_compressor_bytes");
  }
  const std::unique_ptr<ZSTD_CCtx, FreeContext> context(ZSTD_createCCtx());
  if (context == nullptr) {
    throw resource_error("no memory for zstd");
  }
  const int window_log = std::clamp(static_cast<int>(std::bit_width(reach)), kWindowLogMin, kWindowLogMax);
  check(ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, options.level), "set the level");
  check(ZSTD_CCtx_setParameter(context.get(), ZSTD_c_windowLog, window_log), "set the window");
  if (!prefix.empty()) {
    check(ZSTD_CCtx_setParameter(context.get(), ZSTD_c_enableLongDistanceMatching, 1), "match at long distance");
  }
  check(ZSTD_CCtx_setPledgedSrcSize(context.get(), text.size()), "take the size");
  check(ZSTD_CCtx_refPrefix(context.get(), prefix.data(), prefix.size()), "take the training text");
  return drain(context.get(), text);
}

}  // namespace smelt
