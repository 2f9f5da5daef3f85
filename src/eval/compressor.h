// The general-compressor yardstick: what held-out text costs zstd at its strongest level, alone and when it may look
// back into the training text.
//
// The second figure is the size that `zstd --ultra -22 --long=31 --patch-from=TRAINING HELDOUT` gives: level 22, the
// training text as prefix (ZSTD_CCtx_refPrefix), a window that covers prefix and text, long-distance matching for what
// lies far back.
#pragma once

#include <cstdint>
#include <string_view>

namespace smelt {

constexpr int kCompressorLevel = 22;

struct CompressorOptions {
  int level = kCompressorLevel;  // 1 to 22
};

// Size in bytes of one frame without checksum that holds `text`, given that the decoder has `prefix`. Memory besides
// both texts: at most 0.8 GB (hash 2^25 and tree 2^27 entries of 4 bytes, long-distance table 0.1 GB), less when prefix
// + text is smaller than 64 MB. Time: about 1 s a MB of prefix and text. Throws UserError(kResource) where memory or
// zstd's 2 GiB window do not suffice. One thread.
uint64_t compressed_size(std::string_view prefix, std::string_view text, const CompressorOptions& options = {});

}  // namespace smelt
