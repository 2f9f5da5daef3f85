// Against a server of our own on loopback that breaks connections, refuses for a while, ignores ranges, or swaps the
// file.
#include "crawl/fetch/http_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/rng.h"
#include "support/loopback.h"

namespace smelt {
namespace {

std::string file_of(const LoopbackServer& server) {
  return server.url() + "/x.warc";
}

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
  EXPECT_EQ(read_all(file_of(server)), body());
}

TEST(HttpSource, goes_on_where_the_connection_broke) {
  const LoopbackServer server([](int number, const std::string& request) {
    const std::string reply = range_start(request) == 0 ? whole() : part(range_start(request));
    return number < 3 ? reply.substr(0, reply.size() / 2) : reply;
  });
  EXPECT_EQ(read_all(file_of(server)), body());
}

TEST(HttpSource, a_server_without_ranges_is_read_again_up_to_the_break) {
  const LoopbackServer server(
      [](int number, const std::string&) { return number == 0 ? whole().substr(0, 100000) : whole(); });
  EXPECT_EQ(read_all(file_of(server)), body());
}

TEST(HttpSource, waits_for_a_server_that_is_busy_and_gives_up_on_one_that_has_no_such_file) {
  const std::string busy = "HTTP/1.1 503 Busy\r\nContent-Length: 4\r\n\r\nbusy";
  const LoopbackServer patient([&](int number, const std::string&) { return number < 3 ? busy : whole(); });
  EXPECT_EQ(read_all(file_of(patient)), body());
  const LoopbackServer missing([](int, const std::string&) { return "HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n"; });
  EXPECT_THAT([&] { read_all(file_of(missing)); },
              testing::Throws<UserError>(testing::Property(&UserError::message, testing::HasSubstr("404"))));
  const LoopbackServer dead([&](int, const std::string&) { return busy; });
  EXPECT_THAT([&] { read_all(file_of(dead)); },
              testing::Throws<UserError>(
                  testing::AllOf(testing::Property(&UserError::message, testing::HasSubstr("6 attempts")),
                                 testing::Property(&UserError::code, ExitCode::kResource))));
}

TEST(HttpSource, another_part_than_was_asked_for_is_an_error) {
  const LoopbackServer server([](int number, const std::string&) {
    return number == 0 ? whole().substr(0, 100000)
                       : "HTTP/1.1 206 Partial Content\r\nETag: \"a\"\r\nContent-Range: bytes 7-299999/300000\r\n"
                         "Content-Length: 299993\r\n\r\n" +
                             body().substr(7);
  });
  EXPECT_THAT([&] { read_all(file_of(server)); },
              testing::Throws<UserError>(testing::Property(&UserError::message, testing::HasSubstr("another part"))));
}

TEST(HttpSource, a_file_that_changes_while_it_is_read_is_an_error) {
  const LoopbackServer server([](int number, const std::string& request) {
    return number == 0 ? whole().substr(0, 100000) : part(range_start(request), "\"b\"");
  });
  EXPECT_THAT([&] { read_all(file_of(server)); },
              testing::Throws<UserError>(testing::Property(&UserError::message, testing::HasSubstr("changed"))));
}

}  // namespace
}  // namespace smelt
