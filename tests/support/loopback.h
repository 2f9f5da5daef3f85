// A small HTTP server on loopback whose every answer is a function of the test.
#pragma once

#include <functional>
#include <string>
#include <thread>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/files.h"

namespace smelt {

// Answers each connection in turn by `answer(number, request)`, then closes it.
class LoopbackServer {
 public:
  explicit LoopbackServer(std::function<std::string(int, const std::string&)> answer) : answer_(std::move(answer)) {
    listener_ = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof(address));
    socklen_t size = sizeof(address);
    getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    listen(listener_, 8);
    thread_ = std::jthread([this] { serve(); });
  }
  ~LoopbackServer() {
    shutdown(listener_, SHUT_RDWR);
    thread_.join();
    close(listener_);
  }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

 private:
  void serve() {
    for (int number = 0;; ++number) {
      const int connection = accept(listener_, nullptr, nullptr);
      if (connection < 0) {
        return;
      }
      std::string request(4096, '\0');
      const ssize_t count = recv(connection, request.data(), request.size(), 0);
      request.resize(static_cast<size_t>(std::max<ssize_t>(count, 0)));
      const std::string reply = answer_(number, request);
      size_t sent = 0;
      while (sent < reply.size()) {
        const ssize_t step = send(connection, reply.data() + sent, reply.size() - sent, MSG_NOSIGNAL);
        if (step <= 0) {
          break;
        }
        sent += static_cast<size_t>(step);
      }
      close(connection);
    }
  }

  std::function<std::string(int, const std::string&)> answer_;
  int listener_ = -1;
  int port_ = 0;
  std::jthread thread_;
};

}  // namespace smelt
