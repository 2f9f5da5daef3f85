#include "crawl/fetch/http_source.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstring>
#include <mutex>
#include <thread>

#include <curl/curl.h>
#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"
#include "base/version.h"

namespace smelt {
namespace {

constexpr size_t kBufferLimit = size_t{4} << 20;

bool worth_another_try(long status) {
  return status == 429 || status == 500 || status == 502 || status == 503 || status == 504;
}

// One request; curl drives it as far as the reader asks for bytes.
class HttpSource : public ByteSource {
 public:
  HttpSource(std::string url, const HttpOptions& options) : url_(std::move(url)), options_(options) {
    static std::once_flag once;
    std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
    multi_ = curl_multi_init();
    SMELT_CHECK(multi_ != nullptr);
  }

  ~HttpSource() override {
    stop();
    curl_multi_cleanup(multi_);
  }
  HttpSource(const HttpSource&) = delete;
  HttpSource& operator=(const HttpSource&) = delete;

  // Throws where there is no such file: the first byte, or the end, tells. Apart from the constructor, whose exceptions
  // would leave the handles behind.
  void open() {
    start();
    while (buffer_.empty() && !finished_) {
      advance();
    }
  }

  size_t read(char* out, size_t capacity) override {
    while (begin_ == buffer_.size() && !finished_) {
      advance();
    }
    const size_t count = std::min(capacity, buffer_.size() - begin_);
    std::memcpy(out, buffer_.data() + begin_, count);
    begin_ += count;
    if (begin_ == buffer_.size()) {
      buffer_.clear();
      begin_ = 0;
      if (paused_) {
        paused_ = false;
        curl_easy_pause(easy_, CURLPAUSE_CONT);
      }
    }
    return count;
  }

 private:
  static size_t on_bytes(char* data, size_t size, size_t count, void* self) {
    return static_cast<HttpSource*>(self)->take(std::string_view(data, size * count));
  }

  static size_t on_header(char* data, size_t size, size_t count, void* self) {
    const std::string_view line(data, size * count);
    auto& source = *static_cast<HttpSource*>(self);
    constexpr std::string_view kRange = "content-range: bytes ";
    if (starts_with_ignoring_case(line, "etag:")) {
      source.seen_tag_ = std::string(trim(line.substr(5)));
    } else if (starts_with_ignoring_case(line, kRange)) {
      std::from_chars(line.data() + kRange.size(), line.data() + line.size(), source.seen_start_);
    }
    return size * count;
  }

  size_t take(std::string_view bytes) {
    long status = 0;
    curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status);
    if (status >= 400) {
      return bytes.size();  // the text of an error page
    }
    if (buffer_.size() - begin_ >= kBufferLimit) {
      paused_ = true;
      return CURL_WRITEFUNC_PAUSE;
    }
    if (received_ > 0 && !resumed_) {
      check_resumed(status);
    }
    // A server that ignores the range sends the file from its start.
    const size_t skip = static_cast<size_t>(std::min<uint64_t>(skip_, bytes.size()));
    skip_ -= skip;
    buffer_.append(bytes.substr(skip));
    received_ += bytes.size() - skip;
    failures_ = 0;
    return bytes.size();
  }

  // The first bytes after a break: are they of the same file, and from which place?
  void check_resumed(long status) {
    resumed_ = true;
    changed_ = !tag_.empty() && !seen_tag_.empty() && tag_ != seen_tag_;
    wrong_part_ = status == 206 && seen_start_ != received_;
    skip_ = status == 206 ? 0 : received_;
  }

  void start() {
    stop();
    easy_ = curl_easy_init();
    SMELT_CHECK(easy_ != nullptr);
    seen_tag_.clear();
    seen_start_ = received_;
    resumed_ = received_ == 0;  // nothing to compare with then
    paused_ = false;
    skip_ = 0;
    curl_easy_setopt(easy_, CURLOPT_URL, url_.c_str());
    curl_easy_setopt(easy_, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy_, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy_, CURLOPT_FOLLOWLOCATION, 1L);
    curl_easy_setopt(easy_, CURLOPT_MAXREDIRS, 5L);
    curl_easy_setopt(easy_, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy_, CURLOPT_USERAGENT, (std::string("smelt/") + version()).c_str());
    curl_easy_setopt(easy_, CURLOPT_CONNECTTIMEOUT, options_.connect_timeout_seconds);
    curl_easy_setopt(easy_, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(easy_, CURLOPT_LOW_SPEED_TIME, options_.stall_timeout_seconds);
    curl_easy_setopt(easy_, CURLOPT_WRITEFUNCTION, &HttpSource::on_bytes);
    curl_easy_setopt(easy_, CURLOPT_WRITEDATA, this);
    curl_easy_setopt(easy_, CURLOPT_HEADERFUNCTION, &HttpSource::on_header);
    curl_easy_setopt(easy_, CURLOPT_HEADERDATA, this);
    if (received_ > 0) {
      curl_easy_setopt(easy_, CURLOPT_RANGE, fmt::format("{}-", received_).c_str());
    }
    curl_multi_add_handle(multi_, easy_);
  }

  void stop() {
    if (easy_ != nullptr) {
      curl_multi_remove_handle(multi_, easy_);
      curl_easy_cleanup(easy_);
      easy_ = nullptr;
    }
  }

  void advance() {
    int running = 0;
    curl_multi_perform(multi_, &running);
    if (changed_) {
      throw input_error("the file changed on the server while it was read", url_, "run the same command again");
    }
    if (wrong_part_) {
      throw input_error("the server sent another part of the file than it was asked for", url_,
                        "fetch the file whole and name the copy");
    }
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
      if (message->msg == CURLMSG_DONE) {
        ended(message->data.result);
        return;
      }
    }
    if (buffer_.size() == begin_) {
      curl_multi_poll(multi_, nullptr, 0, 1000, nullptr);
    }
  }

  void ended(CURLcode result) {
    long status = 0;
    curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status);
    if (result == CURLE_OK && status < 400) {
      if (tag_.empty()) {
        tag_ = seen_tag_;
      }
      finished_ = true;
      return;
    }
    if (result == CURLE_OK && received_ > 0 && status == 416) {
      finished_ = true;  // the break came after the last byte
      return;
    }
    const std::string what =
        result == CURLE_OK ? fmt::format("the server answered {}", status) : curl_easy_strerror(result);
    if (result == CURLE_OK && !worth_another_try(status)) {
      throw input_error(what, url_, "check the address");
    }
    if (++failures_ >= options_.attempts) {
      throw resource_error(fmt::format("{} ({} attempts)", what, failures_), url_,
                           "check the network and run the same command again; what is done is kept");
    }
    if (tag_.empty()) {
      tag_ = seen_tag_;
    }
    std::this_thread::sleep_for(
        std::chrono::duration<double>(options_.first_pause_seconds * static_cast<double>(1 << (failures_ - 1))));
    start();
  }

  std::string url_;
  HttpOptions options_;
  CURLM* multi_ = nullptr;
  CURL* easy_ = nullptr;
  std::string buffer_;
  size_t begin_ = 0;
  uint64_t received_ = 0;
  uint64_t skip_ = 0;
  int failures_ = 0;
  std::string tag_;
  std::string seen_tag_;
  uint64_t seen_start_ = 0;  // of the part that the answer holds, by its own header
  bool resumed_ = false;
  bool changed_ = false;
  bool wrong_part_ = false;
  bool paused_ = false;
  bool finished_ = false;
};

}  // namespace

bool is_http_url(const std::string& path) {
  return starts_with_ignoring_case(path, "http://") || starts_with_ignoring_case(path, "https://");
}

std::unique_ptr<ByteSource> open_http(const std::string& url, const HttpOptions& options) {
  auto source = std::make_unique<HttpSource>(url, options);
  source->open();
  return source;
}

}  // namespace smelt
