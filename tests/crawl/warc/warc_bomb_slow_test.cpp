// Members that give more bytes than anybody wants.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <zstd.h>

#include "base/stream.h"
#include "crawl/testing.h"
#include "crawl/warc/archives.h"

namespace smelt {
namespace {

using ::testing::ElementsAre;

// `head` and then `count` x 128 MiB of zeros in one frame.
std::string frame_of_zeros(const std::string& head, int count) {
  const std::string zeros(size_t{1} << 27, '\0');
  ZSTD_CCtx* context = ZSTD_createCCtx();
  std::string out;
  std::string buffer(ZSTD_CStreamOutSize(), '\0');
  for (int i = 0; i <= count; ++i) {
    const std::string_view bytes = i == 0 ? std::string_view(head) : std::string_view(zeros);
    ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
    size_t left = 1;
    while (i == count ? left != 0 : in.pos < in.size) {
      ZSTD_outBuffer piece{buffer.data(), buffer.size(), 0};
      left = ZSTD_compressStream2(context, &piece, &in, i == count ? ZSTD_e_end : ZSTD_e_continue);
      out.append(buffer, 0, piece.pos);
    }
  }
  ZSTD_freeCCtx(context);
  return out;
}

int64_t peak_kib() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

TEST(WarcBomb, TheMembersBehindARecordWithoutEndAreReached) {
  const std::string head =
      "WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:bomb>\r\nContent-Length: 1000000000000000\r\n\r\n";
  const std::string file = zstd_compress(warc_record("a", "one"), 3) + frame_of_zeros(head, 40) +
                           zstd_compress(warc_record("b", "two"), 3) + frame_of_zeros(warc_record("c", "three"), 40) +
                           zstd_compress(warc_record("d", "four"), 3);
  ASSERT_LT(file.size(), size_t{2} << 20);
  const int64_t before = peak_kib();
  const Records read = read_bytes(file);
  EXPECT_THAT(read.blocks, ElementsAre("response 3", "response 3", "response 5", "response 4"));
  EXPECT_THAT(read.reasons, ElementsAre("record_too_large", "bad_record_header"));
  EXPECT_LT(peak_kib() - before, 64 << 10);
}

}  // namespace
}  // namespace smelt
