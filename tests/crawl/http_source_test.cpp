// Against a server of our own on loopback that breaks connections, refuses for a while, ignores ranges, or swaps the
// file.
#include "crawl/http_source.h"

#include <functional>
#include <thread>

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/rng.h"

namespace smelt {
namespace {

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
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/x.warc"; }

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

std::string body() {
  static const std::string kBody = [] {
    Rng rng(5, "body");
    std::string out;
    for (int i = 0; i < 300000; ++i) {
      out += static_cast<char>(rng.below(256));
    }
    return out;
  }();
  return kBody;
}

size_t range_start(const std::string& request) {
  const size_t at = request.find("Range: bytes=");
  return at == std::string::npos ? 0 : std::stoul(request.substr(at + 13));
}

std::string whole(const std::string& tag = "\"a\"") {
  return "HTTP/1.1 200 OK\r\nETag: " + tag + "\r\nContent-Length: " + std::to_string(body().size()) + "\r\n\r\n" +
         body();
}

std::string part(size_t from, const std::string& tag = "\"a\"") {
  return "HTTP/1.1 206 Partial Content\r\nETag: " + tag +
         "\r\nContent-Length: " + std::to_string(body().size() - from) + "\r\n\r\n" + body().substr(from);
}

std::string read_all(const std::string& url) {
  HttpOptions options;
  options.first_pause_seconds = 0.01;
  const auto source = open_http(url, options);
  std::string out;
  std::string buffer(10000, '\0');
  while (const size_t count = source->read(buffer.data(), buffer.size())) {
    out.append(buffer, 0, count);
  }
  return out;
}

TEST(HttpSource, reads_a_file_whole) {
  const LoopbackServer server([](int, const std::string&) { return whole(); });
  EXPECT_EQ(read_all(server.url()), body());
}

TEST(HttpSource, goes_on_where_the_connection_broke) {
  const LoopbackServer server([](int number, const std::string& request) {
    const std::string reply = range_start(request) == 0 ? whole() : part(range_start(request));
    return number < 3 ? reply.substr(0, reply.size() / 2) : reply;
  });
  EXPECT_EQ(read_all(server.url()), body());
}

TEST(HttpSource, a_server_without_ranges_is_read_again_up_to_the_break) {
  const LoopbackServer server(
      [](int number, const std::string&) { return number == 0 ? whole().substr(0, 100000) : whole(); });
  EXPECT_EQ(read_all(server.url()), body());
}

TEST(HttpSource, waits_for_a_server_that_is_busy_and_gives_up_on_one_that_has_no_such_file) {
  const std::string busy = "HTTP/1.1 503 Busy\r\nContent-Length: 4\r\n\r\nbusy";
  const LoopbackServer patient([&](int number, const std::string&) { return number < 3 ? busy : whole(); });
  EXPECT_EQ(read_all(patient.url()), body());
  const LoopbackServer missing([](int, const std::string&) { return "HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n"; });
  EXPECT_THAT([&] { read_all(missing.url()); },
              testing::Throws<UserError>(testing::Property(&UserError::message, testing::HasSubstr("404"))));
  const LoopbackServer dead([&](int, const std::string&) { return busy; });
  EXPECT_THAT([&] { read_all(dead.url()); },
              testing::Throws<UserError>(testing::Property(&UserError::message, testing::HasSubstr("6 attempts"))));
}

TEST(HttpSource, a_file_that_changes_while_it_is_read_is_an_error) {
  const LoopbackServer server([](int number, const std::string& request) {
    return number == 0 ? whole().substr(0, 100000) : part(range_start(request), "\"b\"");
  });
  EXPECT_THAT([&] { read_all(server.url()); },
              testing::Throws<UserError>(testing::Property(&UserError::message, testing::HasSubstr("changed"))));
}

}  // namespace
}  // namespace smelt
