// A small HTTP/1.1 server: sockets, framing, limits. What the requests mean is the handler's business.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace smelt::serve {

struct HttpRequest {
  std::string method;
  std::string path;
  std::string body;
  std::string authorization;
  bool body_too_large = false;         // the body was not read
  std::function<bool()> is_connected;  // whether the client is still there; may be called from the handling thread
};

// Sends parts of a body of unknown length. write() gives false once the client is gone.
class BodyWriter {
 public:
  virtual ~BodyWriter() = default;
  virtual bool write(std::string_view bytes) = 0;
  virtual bool is_connected() = 0;
};

struct HttpResponse {
  int status = 200;
  std::string content_type = "application/json; charset=utf-8";
  std::map<std::string, std::string> headers;
  std::string body;
  std::function<void(BodyWriter&)> stream;  // where set, it makes the body, on the handling thread
};

class HttpListener {
 public:
  struct Options {
    std::string host;
    int port = 0;  // 0: any free one
    int threads = 16;
    int64_t max_body_bytes = 8 << 20;
    std::map<std::string, std::string> default_headers;
  };
  using Handler = std::function<HttpResponse(const HttpRequest&)>;

  // Binds and listens. UserError(kResource) naming the port where it is taken or forbidden, and where the host is not
  // one of this machine's.
  HttpListener(Options options, Handler handler);
  ~HttpListener();
  HttpListener(const HttpListener&) = delete;
  HttpListener& operator=(const HttpListener&) = delete;

  int port() const;
  void start();  // serves on threads of its own
  void stop();   // no new connections; waits for the handlers that run

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace smelt::serve
