// Many HTTP/1.1 requests at a time, each answer kept as it came over the wire.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "crawl/fetch/url.h"

namespace smelt {

struct DownloadOptions {
  std::string user_agent;
  int64_t max_body_bytes = 32 << 20;  // an answer is cut there
  double connect_timeout_seconds = 20;
  double stall_timeout_seconds = 30;  // without a byte
  double timeout_seconds = 300;       // for the whole answer
};

struct Download {
  uint64_t ticket = 0;
  int status = 0;  // 0: there was no answer, and `error` says why
  std::string error;
  std::string request;    // as sent: request line, headers, blank line
  std::string head;       // as received: status line, headers, blank line
  std::string body;       // as received, with transfer and content codings
  std::string truncated;  // why the body is not whole, as WARC-Truncated has it: length, time, disconnect; else empty
  std::string ip;
  double seconds = 0;

  std::string message() const { return head + body; }
};

// One thread uses it. Redirects are answers like others. Requests say which codings are welcome: gzip, deflate, br.
class Downloader {
 public:
  explicit Downloader(DownloadOptions options);
  ~Downloader();
  Downloader(const Downloader&) = delete;
  Downloader& operator=(const Downloader&) = delete;

  // `headers` are whole lines ("If-None-Match: \"x\"").
  void start(uint64_t ticket, const Url& url, const std::vector<std::string>& headers);
  // Waits until a request ends, at most that long, and gives those that did.
  std::vector<Download> wait(double seconds);
  size_t running() const { return running_.size(); }

 private:
  struct Transfer;

  DownloadOptions options_;
  void* multi_ = nullptr;
  std::map<void*, std::unique_ptr<Transfer>> running_;
};

}  // namespace smelt
