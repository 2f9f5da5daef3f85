// A client on a bare socket, so that tests can say exactly what goes over the wire and see exactly what comes back.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/json.h"
#include "base/text.h"

namespace smelt::serve {

struct RawResponse {
  int status = 0;                              // 0: no response
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;                            // without chunk framing
  bool complete = false;                       // the body ended as its framing says

  Json json() const {
    Result<Json> parsed = Json::parse(body);
    return parsed ? *parsed : Json("NOT JSON: " + body);
  }
  std::string error(const char* field) const {
    const Json parsed = json();
    const Json* error = parsed.is_object() ? parsed.find("error") : nullptr;
    const Json* value = error != nullptr ? error->find(field) : nullptr;
    return value != nullptr && value->is_string() ? value->as_string() : "";
  }
};

class RawConnection {
 public:
  explicit RawConnection(int port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
  }
  ~RawConnection() { close(); }
  RawConnection(const RawConnection&) = delete;
  RawConnection& operator=(const RawConnection&) = delete;

  bool connected() const { return connected_; }
  void close() {
    if (socket_ >= 0) {
      ::close(socket_);
      socket_ = -1;
    }
  }
  void send(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) {
        return;
      }
      bytes.remove_prefix(static_cast<size_t>(sent));
    }
  }
  // More bytes into `buffer`; false at the end, or when nothing came for 10 seconds.
  bool receive(std::string& buffer) const {
    pollfd entry{socket_, POLLIN, 0};
    char part[65536];
    if (::poll(&entry, 1, 10'000) <= 0) {
      return false;
    }
    const ssize_t got = ::recv(socket_, part, sizeof(part), 0);
    if (got > 0) {
      buffer.append(part, static_cast<size_t>(got));
    }
    return got > 0;
  }

  // Waits until the answer begins.
  bool await_answer() { return receive(buffer_); }

  RawResponse read_response(bool head_only = false) {
    RawResponse response;
    size_t end = std::string::npos;
    while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
      if (!receive(buffer_)) {
        return response;
      }
    }
    parse_head(buffer_.substr(0, end), response);
    buffer_.erase(0, end + 4);
    if (head_only || response.status == 204) {
      response.complete = true;
    } else if (response.headers["transfer-encoding"] == "chunked") {
      read_chunks(response);
    } else {
      const auto size = static_cast<size_t>(std::atoll(response.headers["content-length"].c_str()));
      while (buffer_.size() < size && receive(buffer_)) {
      }
      response.complete = buffer_.size() >= size;
      response.body = buffer_.substr(0, size);
      buffer_.erase(0, response.body.size());
    }
    return response;
  }

 private:
  static void parse_head(const std::string& head, RawResponse& response) {
    const std::vector<std::string_view> lines = split(head, '\n');
    response.status = std::atoi(std::string(lines[0]).substr(9, 3).c_str());
    for (size_t i = 1; i < lines.size(); ++i) {
      const std::string_view line = trim(lines[i]);
      const size_t colon = line.find(':');
      response.headers[lower_ascii(line.substr(0, colon))] = std::string(trim(line.substr(colon + 1)));
    }
  }

  void read_chunks(RawResponse& response) {
    while (true) {
      size_t end = std::string::npos;
      while ((end = buffer_.find("\r\n")) == std::string::npos) {
        if (!receive(buffer_)) {
          return;
        }
      }
      const auto size = static_cast<size_t>(std::strtoull(buffer_.c_str(), nullptr, 16));
      while (buffer_.size() < end + 2 + size + 2) {
        if (!receive(buffer_)) {
          return;
        }
      }
      response.body += buffer_.substr(end + 2, size);
      buffer_.erase(0, end + 2 + size + 2);
      if (size == 0) {
        response.complete = true;
        return;
      }
    }
  }

  int socket_;
  bool connected_ = false;
  std::string buffer_;
};

inline std::string http_message(const std::string& method, const std::string& path, const std::string& body = "",
                                const std::string& headers = "") {
  std::string out = method + " " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + headers;
  if (!body.empty() || method == "POST") {
    out += "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
  }
  return out + "\r\n" + body;
}

inline RawResponse http(int port, const std::string& method, const std::string& path, const std::string& body = "",
                        const std::string& headers = "") {
  RawConnection connection(port);
  connection.send(http_message(method, path, body, headers));
  return connection.read_response(method == "HEAD");
}

// The payloads of the `data:` lines of an event stream; comments are left out. Anything else in it makes an entry that
// starts with "BAD".
inline std::vector<std::string> sse_events(const std::string& body) {
  std::vector<std::string> events;
  size_t pos = 0;
  while (pos < body.size()) {
    const size_t end = body.find("\n\n", pos);
    if (end == std::string::npos) {
      events.push_back("BAD unfinished: " + body.substr(pos));
      break;
    }
    const std::string event = body.substr(pos, end - pos);
    if (event.starts_with("data: ") && event.find('\n') == std::string::npos) {
      events.push_back(event.substr(6));
    } else if (!event.starts_with(":")) {
      events.push_back("BAD " + event);
    }
    pos = end + 2;
  }
  return events;
}

}  // namespace smelt::serve
