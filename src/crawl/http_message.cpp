#include "crawl/http_message.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

#include <zlib.h>

#include "base/text.h"

namespace smelt {
namespace {

struct Headers {
  std::string content_type;
  std::string transfer_encoding;
  std::string content_encoding;
};

// Size of the header block with its blank line; the whole message where it has none (a header alone).
size_t header_size(std::string_view message) {
  for (size_t at = message.find('\n'); at != std::string_view::npos; at = message.find('\n', at + 1)) {
    if (message.substr(at + 1).starts_with('\n')) {
      return at + 2;
    }
    if (message.substr(at + 1).starts_with("\r\n")) {
      return at + 3;
    }
  }
  return message.size();
}

Headers read_headers(std::string_view block) {
  Headers headers;
  for (const std::string_view line : split(block, '\n')) {
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos) {
      continue;
    }
    const std::string name = lower_ascii(trim(line.substr(0, colon)));
    const std::string_view value = trim(line.substr(colon + 1));
    if (name == "content-type" && headers.content_type.empty()) {
      headers.content_type = replace_invalid_utf8(value);
    } else if (name == "transfer-encoding") {
      headers.transfer_encoding += lower_ascii(value) + ",";
    } else if (name == "content-encoding") {
      headers.content_encoding += lower_ascii(value) + ",";
    }
  }
  return headers;
}

// The status code of "HTTP/1.1 200 OK"; 0 where the line is none.
int status_code(std::string_view line) {
  const size_t space = line.find(' ');
  if (!line.starts_with("HTTP/") || space == std::string_view::npos) {
    return 0;
  }
  line = trim(line.substr(space));
  int status = 0;
  const auto [end, error] = std::from_chars(line.data(), line.data() + std::min<size_t>(line.size(), 3), status);
  return error == std::errc() && end == line.data() + 3 ? status : 0;
}

// Reads "1a2b; extension\r\n" at `pos`; false where it is no chunk header.
bool chunk_size(std::string_view body, size_t& pos, uint64_t& size) {
  const size_t line_end = body.find('\n', pos);
  if (line_end == std::string_view::npos) {
    return false;
  }
  std::string_view line = body.substr(pos, line_end - pos);
  line = trim(line.substr(0, line.find(';')));
  const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), size, 16);
  if (line.empty() || error != std::errc() || end != line.data() + line.size()) {
    return false;
  }
  pos = line_end + 1;
  return true;
}

Result<std::string> join_chunks(std::string_view body) {
  std::string out;
  size_t pos = 0;
  bool first = true;
  while (true) {
    uint64_t size = 0;
    if (!chunk_size(body, pos, size)) {
      if (first) {
        return std::string(body);
      }
      return Reject{"bad_chunks", "a chunk has no size"};
    }
    first = false;
    if (size == 0) {
      return out;
    }
    if (size > body.size() - pos) {
      return Reject{"bad_chunks", "the body ends inside a chunk"};
    }
    out.append(body.substr(pos, size));
    pos += size;
    if (body.substr(pos).starts_with("\r\n")) {
      pos += 2;
    } else if (body.substr(pos).starts_with('\n')) {
      pos += 1;
    } else if (pos == body.size()) {
      return Reject{"bad_chunks", "the last chunk is missing"};
    } else {
      return Reject{"bad_chunks", "a chunk does not end in a line break"};
    }
  }
}

class Inflater {
 public:
  explicit Inflater(int window_bits) : ready_(inflateInit2(&stream_, window_bits) == Z_OK) {}
  ~Inflater() {
    if (ready_) {
      inflateEnd(&stream_);
    }
  }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  Result<std::string> run(std::string_view input, size_t limit) {
    std::vector<unsigned char> in(input.begin(), input.end());
    stream_.next_in = in.data();
    stream_.avail_in = static_cast<uInt>(in.size());
    std::string out;
    std::array<char, 65536> buffer;
    while (ready_) {
      stream_.next_out = reinterpret_cast<Bytef*>(buffer.data());
      stream_.avail_out = static_cast<uInt>(buffer.size());
      const int status = inflate(&stream_, Z_NO_FLUSH);
      out.append(buffer.data(), buffer.size() - stream_.avail_out);
      if (out.size() > limit) {
        return Reject{"record_too_large", "the decoded body is above the limit"};
      }
      if (status == Z_STREAM_END) {
        return out;
      }
      if (status != Z_OK) {
        break;
      }
    }
    return Reject{"bad_content_encoding", "the compressed body is damaged or cut"};
  }

 private:
  z_stream stream_{};
  bool ready_;
};

// Zlib's two header bytes (RFC 1950): what "deflate" means; some servers send the bare stream instead.
bool has_zlib_header(std::string_view body) {
  return body.size() >= 2 && (body[0] & 0x0F) == 8 &&
         (static_cast<unsigned char>(body[0]) * 256U + static_cast<unsigned char>(body[1])) % 31 == 0;
}

Result<std::string> decode_content(std::string body, const std::string& encodings, size_t limit) {
  std::vector<std::string_view> names = split(encodings, ',');
  for (auto name = names.rbegin(); name != names.rend(); ++name) {
    const std::string_view encoding = trim(*name);
    if (encoding.empty() || encoding == "identity" || encoding == "none" || encoding == "utf-8" || body.empty()) {
      continue;
    }
    if (encoding == "gzip" || encoding == "x-gzip") {
      if (!body.starts_with("\x1f\x8b")) {
        continue;
      }
      Result<std::string> decoded = Inflater(16 + MAX_WBITS).run(body, limit);
      if (!decoded) {
        return decoded;
      }
      body = std::move(decoded).value();
    } else if (encoding == "deflate") {
      if (body.front() == '<') {
        continue;
      }
      Result<std::string> decoded = Inflater(has_zlib_header(body) ? MAX_WBITS : -MAX_WBITS).run(body, limit);
      if (!decoded) {
        return decoded;
      }
      body = std::move(decoded).value();
    } else if (body.front() != '<') {
      return Reject{"unsupported_content_encoding", std::string(encoding.substr(0, 32))};
    }
  }
  return body;
}

}  // namespace

Result<HttpResponse> parse_http_response(std::string_view message, int64_t max_body_bytes) {
  HttpResponse response;
  response.status = status_code(trim(message.substr(0, message.find('\n'))));
  if (response.status == 0) {
    return Reject{"bad_http_header", "the record does not start with an HTTP status line"};
  }
  if (response.status < 200 || response.status > 299) {
    return Reject{"http_status", std::to_string(response.status)};
  }
  const size_t header_bytes = header_size(message);
  Headers headers = read_headers(message.substr(0, header_bytes));
  response.content_type = std::move(headers.content_type);
  std::string body(message.substr(header_bytes));
  if (headers.transfer_encoding.find("chunked") != std::string::npos) {
    Result<std::string> joined = join_chunks(body);
    if (!joined) {
      return joined.reject();
    }
    body = std::move(joined).value();
  }
  const auto limit = static_cast<size_t>(max_body_bytes);
  Result<std::string> decoded = decode_content(std::move(body), headers.content_encoding, limit);
  if (!decoded) {
    return decoded.reject();
  }
  response.body = std::move(decoded).value();
  if (response.body.size() > limit) {
    return Reject{"record_too_large", "the body is above the limit"};
  }
  return response;
}

}  // namespace smelt
