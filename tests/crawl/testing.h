// Helpers of this room's tests: test data, hand-made WARC files.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>
#include <zlib.h>

#include "base/files.h"
#include "crawl/page_source.h"

namespace smelt {

// Folder of the test data; tests skip where it is absent.
inline std::string test_data(const std::string& name) {
  const char* root = std::getenv("SMELT_TEST_DATA");
  return (root != nullptr ? std::string(root) : "../shared/data") + "/" + name;
}

#define SMELT_NEEDS_DATA(path)                           \
  if (!std::filesystem::exists(path)) {                  \
    GTEST_SKIP() << (path) << " is not on this machine"; \
  }

inline std::string gzip(std::string_view bytes) {
  z_stream stream{};
  deflateInit2(&stream, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  std::string in(bytes);
  std::string out(deflateBound(&stream, static_cast<uLong>(in.size())) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(out.size() - stream.avail_out);
  deflateEnd(&stream);
  return out;
}

inline std::string http_message(std::string_view body, std::string_view headers = "Content-Type: text/html\r\n") {
  return "HTTP/1.1 200 OK\r\n" + std::string(headers) + "\r\n" + std::string(body);
}

// A record with the Content-Length given, or its block's own.
inline std::string warc_record(const std::string& id, std::string_view block, int64_t length = -1,
                               const std::string& type = "response") {
  return "WARC/1.0\r\nWARC-Type: " + type + "\r\nWARC-Record-ID: <urn:" + id +
         ">\r\nWARC-Target-URI: http://example.org/" + id +
         "\r\nWARC-Date: 2024-01-02T03:04:05Z\r\nContent-Type: application/http; msgtype=response\r\nContent-Length: " +
         std::to_string(length < 0 ? static_cast<int64_t>(block.size()) : length) + "\r\n\r\n" + std::string(block) +
         "\r\n\r\n";
}

struct ReadPages {
  std::vector<RawPage> pages;
  std::vector<PageReject> rejects;

  std::vector<std::string> ids() const {
    std::vector<std::string> out;
    for (const RawPage& page : pages) {
      out.push_back(page.id);
    }
    return out;
  }
  std::vector<std::string> reasons() const {
    std::vector<std::string> out;
    for (const PageReject& reject : rejects) {
      out.push_back(reject.reason);
    }
    return out;
  }
};

inline ReadPages read_pages(const std::vector<std::string>& inputs, const SourceOptions& options = {}) {
  ReadPages out;
  const auto source = open_pages(inputs, options, [&](const PageReject& reject) { out.rejects.push_back(reject); });
  RawPage page;
  while (source->next(page)) {
    out.pages.push_back(page);
  }
  return out;
}

}  // namespace smelt
