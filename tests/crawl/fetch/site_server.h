// A web site on loopback, for the crawler: a function of the request line and headers, one connection at a time.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "support/loopback.h"

namespace smelt {

inline std::string http_answer(int status, const std::string& body, const std::string& headers = "",
                               const std::string& type = "text/html") {
  return "HTTP/1.1 " + std::to_string(status) + " Said\r\nContent-Type: " + type + "\r\n" + headers +
         "Content-Length: " + std::to_string(body.size()) + "\r\nConnection: close\r\n\r\n" + body;
}

inline std::string http_chunked(const std::string& chunks, const std::string& headers = "") {
  return "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n" + headers +
         "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n" + chunks;
}

class SiteServer {
 public:
  using Answer = std::function<std::string(const std::string& request)>;

  explicit SiteServer(std::map<std::string, Answer> routes)
      : routes_(std::move(routes)), server_([this](int, const std::string& request) { return answer(request); }) {}

  std::string url() const { return server_.url(); }
  std::string host() const { return server_.url().substr(7); }
  std::vector<std::string> paths() const {
    const std::lock_guard lock(mutex_);
    return paths_;
  }

 private:
  std::string answer(const std::string& request) {
    const size_t begin = request.find(' ') + 1;
    const std::string path = request.substr(begin, request.find(' ', begin) - begin);
    {
      const std::lock_guard lock(mutex_);
      paths_.push_back(path);
    }
    const auto found = routes_.find(path);
    return found == routes_.end() ? http_answer(404, "no") : found->second(request);
  }

  mutable std::mutex mutex_;
  std::vector<std::string> paths_;
  std::map<std::string, Answer> routes_;
  LoopbackServer server_;
};

inline SiteServer::Answer always(std::string reply) {
  return [reply = std::move(reply)](const std::string&) { return reply; };
}

}  // namespace smelt
