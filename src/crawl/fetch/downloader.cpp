#include "crawl/fetch/downloader.h"

#include <algorithm>
#include <mutex>

#include <curl/curl.h>

#include "base/error.h"
#include "base/text.h"

namespace smelt {
namespace {

constexpr size_t kMostHeaderBytes = size_t{1} << 18;
constexpr long kIdleConnections = 64;

}  // namespace

struct Downloader::Transfer {
  explicit Transfer(uint64_t ticket, int64_t max_body_bytes)
      : handle(curl_easy_init()), limit(static_cast<size_t>(max_body_bytes)) {
    SMELT_CHECK(handle != nullptr);
    result.ticket = ticket;
  }
  ~Transfer() {
    curl_easy_cleanup(handle);
    curl_slist_free_all(headers);
  }
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  static size_t on_body(char* data, size_t size, size_t count, void* self) {
    Transfer& transfer = *static_cast<Transfer*>(self);
    std::string& body = transfer.result.body;
    const size_t room = transfer.limit - body.size();
    body.append(data, std::min(room, size * count));
    transfer.full = size * count > room;
    return transfer.full ? 0 : size * count;
  }

  // Interim answers (1xx) come before the one that counts; trailers come behind the body and are not kept.
  static size_t on_header(char* data, size_t size, size_t count, void* self) {
    Transfer& transfer = *static_cast<Transfer*>(self);
    const std::string_view line(data, size * count);
    if (line.starts_with("HTTP/")) {
      transfer.result.head.clear();
      transfer.head_done = false;
    }
    if (!transfer.head_done) {
      transfer.result.head.append(line);
      transfer.head_done = line == "\r\n" || line == "\n";
    }
    return transfer.result.head.size() > kMostHeaderBytes ? 0 : size * count;
  }

  static int on_debug(CURL* /*handle*/, curl_infotype type, char* data, size_t size, void* self) {
    if (type == CURLINFO_HEADER_OUT) {
      static_cast<Transfer*>(self)->result.request.append(data, size);
    }
    return 0;
  }

  void finish(CURLcode code) {
    long status = 0;
    const char* ip = nullptr;
    curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(handle, CURLINFO_PRIMARY_IP, &ip);
    curl_easy_getinfo(handle, CURLINFO_TOTAL_TIME, &result.seconds);
    result.ip = ip == nullptr ? "" : ip;
    if (head_done && status >= 200) {
      result.status = static_cast<int>(status);
      if (code != CURLE_OK) {
        result.truncated = full ? "length" : code == CURLE_OPERATION_TIMEDOUT ? "time" : "disconnect";
      }
      return;
    }
    result.error = code == CURLE_OK ? "the answer is no HTTP message" : curl_easy_strerror(code);
    result.head.clear();
    result.body.clear();
  }

  CURL* handle;
  size_t limit;
  curl_slist* headers = nullptr;
  Download result;
  bool head_done = false;
  bool full = false;
};

Downloader::Downloader(DownloadOptions options) : options_(std::move(options)) {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  multi_ = curl_multi_init();
  SMELT_CHECK(multi_ != nullptr);
  curl_multi_setopt(static_cast<CURLM*>(multi_), CURLMOPT_MAXCONNECTS, kIdleConnections);
}

Downloader::~Downloader() {
  for (const auto& [handle, transfer] : running_) {
    curl_multi_remove_handle(static_cast<CURLM*>(multi_), handle);
  }
  running_.clear();
  curl_multi_cleanup(static_cast<CURLM*>(multi_));
}

void Downloader::start(uint64_t ticket, const Url& url, const std::vector<std::string>& headers) {
  auto transfer = std::make_unique<Transfer>(ticket, options_.max_body_bytes);
  CURL* handle = transfer->handle;
  const auto milliseconds = [](double seconds) { return static_cast<long>(seconds * 1000); };
  for (const std::string& line : headers) {
    transfer->headers = curl_slist_append(transfer->headers, line.c_str());
  }
  transfer->headers = curl_slist_append(transfer->headers, "Accept-Encoding: gzip, deflate, br");
  transfer->headers = curl_slist_append(transfer->headers, "Accept: text/html,application/xhtml+xml,*/*;q=0.8");
  curl_easy_setopt(handle, CURLOPT_URL, url.text().c_str());
  curl_easy_setopt(handle, CURLOPT_PATH_AS_IS, 1L);
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(handle, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  curl_easy_setopt(handle, CURLOPT_HTTP_TRANSFER_DECODING, 0L);
  curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle, CURLOPT_USERAGENT, options_.user_agent.c_str());
  curl_easy_setopt(handle, CURLOPT_HTTPHEADER, transfer->headers);
  curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, milliseconds(options_.connect_timeout_seconds));
  curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, milliseconds(options_.timeout_seconds));
  curl_easy_setopt(handle, CURLOPT_LOW_SPEED_LIMIT, 1L);
  curl_easy_setopt(handle, CURLOPT_LOW_SPEED_TIME, std::max(1L, static_cast<long>(options_.stall_timeout_seconds)));
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, &Transfer::on_body);
  curl_easy_setopt(handle, CURLOPT_WRITEDATA, transfer.get());
  curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, &Transfer::on_header);
  curl_easy_setopt(handle, CURLOPT_HEADERDATA, transfer.get());
  curl_easy_setopt(handle, CURLOPT_VERBOSE, 1L);
  curl_easy_setopt(handle, CURLOPT_DEBUGFUNCTION, &Transfer::on_debug);
  curl_easy_setopt(handle, CURLOPT_DEBUGDATA, transfer.get());
  curl_multi_add_handle(static_cast<CURLM*>(multi_), handle);
  running_.emplace(handle, std::move(transfer));
}

std::vector<Download> Downloader::wait(double seconds) {
  int running = 0;
  curl_multi_perform(static_cast<CURLM*>(multi_), &running);
  if (running == static_cast<int>(running_.size()) && seconds > 0) {
    curl_multi_poll(static_cast<CURLM*>(multi_), nullptr, 0, static_cast<int>(seconds * 1000) + 1, nullptr);
    curl_multi_perform(static_cast<CURLM*>(multi_), &running);
  }
  std::vector<Download> out;
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(static_cast<CURLM*>(multi_), &left)) {
    if (message->msg != CURLMSG_DONE) {
      continue;
    }
    CURL* handle = message->easy_handle;
    const CURLcode code = message->data.result;
    const auto found = running_.find(handle);
    found->second->finish(code);
    curl_multi_remove_handle(static_cast<CURLM*>(multi_), handle);
    out.push_back(std::move(found->second->result));
    running_.erase(found);
  }
  return out;
}

}  // namespace smelt
