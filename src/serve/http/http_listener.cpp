#include "serve/http/http_listener.h"

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>

#include <fmt/format.h>
#include <httplib.h>
#include <poll.h>
#include <sys/socket.h>

#include "base/error.h"

namespace smelt::serve {

namespace {

constexpr int kKeepAliveMs = 5000;
constexpr int kReadMs = 30'000;
constexpr int kWriteMs = 30'000;

bool wait_for(int socket, short events, int milliseconds) {
  pollfd entry{socket, events, 0};
  int ready = 0;
  do {
    ready = ::poll(&entry, 1, milliseconds);
  } while (ready < 0 && errno == EINTR);
  return ready > 0;
}

// False once the peer has closed its end or the connection broke.
bool is_alive(int socket) {
  char byte = 0;
  const ssize_t got = ::recv(socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return got > 0 || (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR));
}

// A connected socket with a buffer for reading and limits on the time that a peer may take.
class SocketStream : public httplib::Stream {
 public:
  explicit SocketStream(int socket) : socket_(socket) {}

  bool is_readable() const override { return begin_ < end_ || wait_for(socket_, POLLIN, kReadMs); }
  bool is_writable() const override { return wait_for(socket_, POLLOUT, kWriteMs) && is_alive(socket_); }

  ssize_t read(char* out, size_t size) override {
    if (begin_ >= end_) {
      if (!wait_for(socket_, POLLIN, kReadMs)) {
        return -1;
      }
      const ssize_t got = receive();
      if (got <= 0) {
        return got;
      }
    }
    const size_t count = std::min(size, end_ - begin_);
    std::memcpy(out, buffer_.data() + begin_, count);
    begin_ += count;
    return static_cast<ssize_t>(count);
  }

  ssize_t write(const char* data, size_t size) override {
    if (!wait_for(socket_, POLLOUT, kWriteMs)) {
      return -1;
    }
    ssize_t sent = 0;
    do {
      sent = ::send(socket_, data, size, MSG_NOSIGNAL | MSG_DONTWAIT);
    } while (sent < 0 && errno == EINTR);
    return sent;
  }

  void get_remote_ip_and_port(std::string& ip, int& port) const override {
    ip.clear();
    port = 0;
  }
  void get_local_ip_and_port(std::string& ip, int& port) const override {
    ip.clear();
    port = 0;
  }
  socket_t socket() const override { return socket_; }

  bool has_buffered() const { return begin_ < end_; }

 private:
  ssize_t receive() {
    ssize_t got = 0;
    do {
      got = ::recv(socket_, buffer_.data(), buffer_.size(), 0);
    } while (got < 0 && errno == EINTR);
    begin_ = 0;
    end_ = got > 0 ? static_cast<size_t>(got) : 0;
    return got;
  }

  int socket_;
  std::array<char, 16384> buffer_{};
  size_t begin_ = 0;
  size_t end_ = 0;
};

enum class BodySize { kFits, kTooLarge, kNonsense };

// What a request says about the size of its body. One that does not fit is not read at all.
BodySize announced_size(const httplib::Request& request, size_t limit) {
  const std::string length = request.get_header_value("Content-Length");
  if (length.empty()) {
    return BodySize::kFits;
  }
  if (length.find_first_not_of("0123456789") != std::string::npos) {
    return BodySize::kNonsense;
  }
  return length.size() > 18 || std::stoull(length) > limit ? BodySize::kTooLarge : BodySize::kFits;
}

// httplib's server with connections of our own: they know their socket (so that a handler can see its client leave),
// wait for a further request only while the server runs, and linger so that a refusal reaches a client that is still
// sending.
class ConnectionServer : public httplib::Server {
 public:
  std::atomic<bool> closing{false};
  size_t max_body_bytes = 0;

 private:
  bool process_and_close_socket(socket_t socket) override {
    SocketStream stream(socket);
    const auto client = [socket](uint64_t, uint64_t) { return is_alive(socket); };
    for (int left = 1000; left > 0 && next_request(stream, socket); --left) {
      bool closed = false;
      const bool last = left == 1 || closing;
      // Where the request cannot be understood or its body stays unread, nobody knows where the next one begins.
      bool in_step = false;
      const bool answered = process_request(stream, last, closed, [&](httplib::Request& request) {
        request.progress = client;
        in_step = announced_size(request, max_body_bytes) == BodySize::kFits;
      });
      if (!answered || closed || !in_step) {
        break;
      }
    }
    ::shutdown(socket, SHUT_WR);
    drain(socket);
    ::close(socket);
    return true;
  }

  bool next_request(const SocketStream& stream, int socket) const {
    if (stream.has_buffered()) {
      return true;
    }
    for (int waited = 0; waited < kKeepAliveMs; waited += 100) {
      if (wait_for(socket, POLLIN, 100)) {
        return true;
      }
      if (closing) {
        return false;
      }
    }
    return false;
  }

  static void drain(int socket) {
    std::array<char, 16384> sink{};
    for (int parts = 0; parts < 4096 && wait_for(socket, POLLIN, 200); ++parts) {
      if (::recv(socket, sink.data(), sink.size(), MSG_DONTWAIT) <= 0) {
        return;
      }
    }
  }
};

class SinkWriter : public BodyWriter {
 public:
  SinkWriter(httplib::DataSink& sink, const HttpRequest& request) : sink_(sink), request_(request) {}
  bool write(std::string_view bytes) override { return is_connected() && sink_.write(bytes.data(), bytes.size()); }
  bool is_connected() override { return request_.is_connected(); }

 private:
  httplib::DataSink& sink_;
  const HttpRequest& request_;
};

}  // namespace

struct HttpListener::State {
  Options options;
  Handler handler;
  ConnectionServer server;
  std::thread thread;
  int port = 0;

  void answer(HttpRequest request, httplib::Response& out) const {
    HttpResponse response = handler(request);
    out.status = response.status;
    for (const auto& [name, value] : response.headers) {
      out.set_header(name, value);
    }
    if (!response.stream) {
      out.set_content(response.body, response.content_type);
      return;
    }
    auto shared = std::make_shared<HttpRequest>(std::move(request));
    out.set_chunked_content_provider(response.content_type,
                                     [shared, stream = std::move(response.stream)](size_t, httplib::DataSink& sink) {
                                       SinkWriter writer(sink, *shared);
                                       stream(writer);
                                       sink.done();
                                       return writer.is_connected();
                                     });
  }

  static HttpRequest convert(const httplib::Request& in) {
    HttpRequest request;
    request.method = in.method;
    request.path = in.path;
    request.authorization = in.get_header_value("Authorization");
    request.is_connected = [progress = in.progress] { return !progress || progress(0, 0); };
    return request;
  }

  void handle_with_body(const httplib::Request& in, httplib::Response& out, const httplib::ContentReader& read) const {
    HttpRequest request = convert(in);
    const auto limit = static_cast<size_t>(options.max_body_bytes);
    const BodySize size_said = announced_size(in, limit);
    request.body_too_large = size_said == BodySize::kTooLarge;
    const bool wanted = size_said == BodySize::kFits && !in.is_multipart_form_data();
    const bool complete = wanted && read([&](const char* data, size_t size) {
                            request.body_too_large = request.body.size() + size > limit;
                            if (!request.body_too_large) {
                              request.body.append(data, size);
                            }
                            return !request.body_too_large;
                          });
    request.body_too_large = request.body_too_large || out.status == 413;
    if (!complete) {
      request.body.clear();
      out.set_header("Connection", "close");
    }
    answer(std::move(request), out);
  }

  void install() {
    using httplib::Request;
    using httplib::Response;
    const auto plain = [this](const Request& in, Response& out) { answer(convert(in), out); };
    const auto with_body = [this](const Request& in, Response& out, const httplib::ContentReader& read) {
      handle_with_body(in, out, read);
    };
    server.Get(".*", plain);
    server.Options(".*", plain);
    server.Post(".*", with_body);
    server.Put(".*", with_body);
    server.Patch(".*", with_body);
    server.Delete(".*", with_body);
    // What httplib refuses by itself (a broken request line, headers too long) gets a body in the API's form from the
    // handler too.
    server.set_error_handler(httplib::Server::HandlerWithResponse([](const Request&, Response& out) {
      if (out.body.empty() && !out.content_provider_) {
        out.set_content(
            R"({"error":{"message":"The HTTP request is malformed.","type":"invalid_request_error","param":null,"code":"bad_request"}})",
            "application/json; charset=utf-8");
      }
      return httplib::Server::HandlerResponse::Handled;
    }));
    httplib::Headers headers;
    for (const auto& [name, value] : options.default_headers) {
      headers.emplace(name, value);
    }
    server.set_default_headers(headers);
    server.max_body_bytes = static_cast<size_t>(options.max_body_bytes);
    server.set_payload_max_length(static_cast<size_t>(options.max_body_bytes));
    server.set_tcp_nodelay(true);
    // Not SO_REUSEPORT, with which two servers would share the port without a word.
    server.set_socket_options([](socket_t socket) {
      const int on = 1;
      ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    });
    server.new_task_queue = [threads = options.threads] {
      return new httplib::ThreadPool(static_cast<size_t>(threads));
    };
  }
};

HttpListener::HttpListener(Options options, Handler handler) : state_(std::make_unique<State>()) {
  state_->options = std::move(options);
  state_->handler = std::move(handler);
  state_->install();
  const Options& given = state_->options;
  errno = 0;
  if (given.port == 0) {
    state_->port = state_->server.bind_to_any_port(given.host);
  } else {
    state_->port = state_->server.bind_to_port(given.host, given.port) ? given.port : -1;
  }
  if (state_->port > 0) {
    return;
  }
  const int cause = errno;
  const std::string where = fmt::format("{}:{}", given.host, given.port);
  if (cause == EACCES) {
    throw resource_error(fmt::format("port {} may not be used by this user", given.port), where,
                         "choose a port above 1023 with --port");
  }
  if (cause == EADDRNOTAVAIL) {
    throw resource_error("no network interface of this machine has that address", where, "choose another with --host");
  }
  if (cause == EADDRINUSE || given.port != 0) {
    throw resource_error(fmt::format("port {} is already in use", given.port), where,
                         "stop the program that uses it, or choose another with --port (0 picks a free one)");
  }
  throw resource_error("cannot listen on this address", where, "choose another with --host");
}

HttpListener::~HttpListener() {
  stop();
}

int HttpListener::port() const {
  return state_->port;
}

void HttpListener::start() {
  state_->thread = std::thread([this] { state_->server.listen_after_bind(); });
  while (!state_->server.is_running()) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

void HttpListener::stop() {
  state_->server.closing = true;
  if (state_->thread.joinable()) {
    state_->server.stop();
    state_->thread.join();
  }
}

}  // namespace smelt::serve
