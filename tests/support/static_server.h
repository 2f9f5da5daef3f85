// Serves a folder on loopback, as plain web servers do: text/html without a charset.
#pragma once

#include <string>

#include "support/loopback.h"

namespace smelt {

class StaticServer {
 public:
  explicit StaticServer(std::string root)
      : root_(std::move(root)), server_([this](int, const std::string& request) { return answer(request); }) {}
  std::string url() const { return server_.url(); }

 private:
  std::string answer(const std::string& request) const;

  std::string root_;
  LoopbackServer server_;
};

inline std::string StaticServer::answer(const std::string& request) const {
  const size_t begin = request.find(' ') + 1;
  const std::string path = request.substr(begin, request.find(' ', begin) - begin);
  const std::string file = root_ + path;
  if (path.find("..") != std::string::npos || !path_exists(file) || path.ends_with("/")) {
    return "HTTP/1.1 404 Not Found\r\nContent-Type: text/plain\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
  }
  const std::string body = read_file(file);
  return "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\nConnection: close\r\n\r\n" + body;
}

}  // namespace smelt
