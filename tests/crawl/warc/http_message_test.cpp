#include "crawl/warc/http_message.h"

#include <gtest/gtest.h>

#include "base/stream.h"
#include "crawl/testing.h"

namespace smelt {
namespace {

constexpr int64_t kLimit = 1 << 20;

std::string reason_of(const std::string& message, int64_t limit = kLimit) {
  const Result<HttpResponse> response = parse_http_response(message, limit);
  return response.ok() ? "ok" : response.reject().reason;
}

std::string body_of(const std::string& body, const std::string& headers) {
  Result<HttpResponse> response = parse_http_response(http_message(body, headers), kLimit);
  return response.ok() ? response->body : "reject " + response.reject().reason;
}

TEST(HttpMessage, ReadsStatusHeadersAndBody) {
  Result<HttpResponse> response =
      parse_http_response("HTTP/1.0 203 Fine\nCONTENT-type:  text/html; charset=koi8-r \nX: y\n\nbody\n\nmore", kLimit);
  ASSERT_TRUE(response.ok());
  EXPECT_EQ(response->status, 203);
  EXPECT_EQ(response->content_type, "text/html; charset=koi8-r");
  EXPECT_EQ(response->body, "body\n\nmore");
}

TEST(HttpMessage, JoinsChunks) {
  const std::string chunked = "Transfer-Encoding: chunked\r\n";
  EXPECT_EQ(body_of("4;name=value\r\nwiki\r\n6\r\npedia \r\nE\r\nin \r\n\r\nchunks.\r\n0\r\n\r\n", chunked),
            "wikipedia in \r\n\r\nchunks.");
  EXPECT_EQ(body_of("<html>already joined", chunked), "<html>already joined");
  EXPECT_EQ(body_of("4\r\nwiki\r\nzz\r\n", chunked), "reject bad_chunks");
  EXPECT_EQ(body_of("ffffffffffffffff\r\nwiki", chunked), "reject bad_chunks");
  EXPECT_EQ(body_of("40\r\nwiki", chunked), "reject bad_chunks");
}

TEST(HttpMessage, UndoesContentEncodings) {
  const std::string page = "<p>" + std::string(3000, 'x') + "</p>";
  const std::string packed = gzip(page);
  EXPECT_EQ(body_of(packed, "Content-Encoding: gzip\r\n"), page);
  EXPECT_EQ(body_of(page, "Content-Encoding: gzip\r\n"), page);
  EXPECT_EQ(body_of(packed.substr(0, packed.size() / 2), "Content-Encoding: gzip\r\n"), "reject bad_content_encoding");
  EXPECT_EQ(body_of("\x1b\x02\x03zz", "Content-Encoding: pack200-gzip\r\n"), "reject unsupported_content_encoding");
  // By Google's encoder, brotli 1.1.0.
  const std::string brotli("\x1b\xbe\x0b\xf8\xa5\x79\x7c\xe0\xf0\x94\x20\xa7\x15\x02\xf0\x8c\x1b\x00\x20\x27\x0e", 21);
  EXPECT_EQ(body_of(brotli, "Content-Encoding: br\r\n"), page);
  EXPECT_EQ(body_of(brotli.substr(0, 15), "Content-Encoding: BR\r\n"), "reject bad_content_encoding");
  const std::string zstd = zstd_compress(page, 3);
  EXPECT_EQ(body_of(zstd, "Content-Encoding: zstd\r\n"), page);
  EXPECT_EQ(body_of(zstd.substr(0, zstd.size() - 3), "Content-Encoding: zstd\r\n"), "reject bad_content_encoding");
  EXPECT_EQ(body_of(zstd_compress(packed, 3), "Content-Encoding: gzip\r\nContent-Encoding: zstd\r\n"), page);
  // Raw deflate is gzip's body without its 10 bytes of header and 8 of trailer.
  EXPECT_EQ(body_of(packed.substr(10, packed.size() - 18), "Content-Encoding: deflate\r\n"), page);
  const std::string size = "0" + std::string(1, "0123456789abcdef"[packed.size() % 16]);
  const std::string chunk =
      std::string(1, "0123456789abcdef"[packed.size() / 16 % 16]) + size.substr(1) + "\r\n" + packed + "\r\n0\r\n\r\n";
  ASSERT_LT(packed.size(), 256U);
  EXPECT_EQ(body_of(chunk, "Transfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n"), page);
}

TEST(HttpMessage, BoundsDecompression) {
  const std::string bomb = http_message(gzip(std::string(10 << 20, 'x')), "Content-Encoding: gzip\r\n");
  EXPECT_EQ(reason_of(bomb), "record_too_large");
}

TEST(HttpMessage, NamesWhatIsNoPage) {
  EXPECT_EQ(reason_of("HTTP/1.1 404 Not Found\r\n\r\nno"), "http_status");
  EXPECT_EQ(reason_of("HTTP/1.1 301 Moved\r\n\r\n"), "http_status");
  EXPECT_EQ(reason_of("<html>"), "bad_http_header");
  EXPECT_EQ(reason_of(""), "bad_http_header");
  EXPECT_EQ(reason_of("HTTP/1.1 2x0 OK\r\n\r\n"), "bad_http_header");
}

}  // namespace
}  // namespace smelt
