#include "crawl/warc/http_message.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "crawl/warc/content_coding.h"
#include "crawl/warc/warc_record.h"

namespace smelt {
namespace {

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

// Calls take(name, value) for each header until it gives false.
template <class Take>
void for_each_header(std::string_view block, Take take) {
  for (size_t at = 0; at < block.size();) {
    const size_t end = std::min(block.find('\n', at), block.size());
    const std::string_view line = block.substr(at, end - at);
    const size_t colon = line.find(':');
    if (colon != std::string_view::npos && !take(trim(line.substr(0, colon)), trim(line.substr(colon + 1)))) {
      return;
    }
    at = end + 1;
  }
}

}  // namespace

std::string_view HttpHead::field(std::string_view name) const {
  std::string_view found;
  for_each_header(block, [&](std::string_view each, std::string_view value) {
    if (same_field_name(each, name)) {
      found = value;
    }
    return found.empty();
  });
  return found;
}

std::string HttpHead::fields(std::string_view name) const {
  std::string out;
  for_each_header(block, [&](std::string_view each, std::string_view value) {
    if (same_field_name(each, name)) {
      out += (out.empty() ? "" : ", ") + std::string(value);
    }
    return true;
  });
  return out;
}

Result<HttpHead> parse_http_head(std::string_view message) {
  HttpHead head;
  head.status = status_code(trim(message.substr(0, message.find('\n'))));
  if (head.status == 0) {
    return Reject{"bad_http_header", "the record does not start with an HTTP status line"};
  }
  head.size = header_size(message);
  head.block = message.substr(0, head.size);
  return head;
}

Result<std::string> decode_http_body(const HttpHead& head, std::string_view body, int64_t max_body_bytes) {
  const auto limit = static_cast<size_t>(max_body_bytes);
  const std::string encodings = head.fields("content-encoding");
  if (lower_ascii(head.fields("transfer-encoding")).find("chunked") == std::string::npos) {
    return decode_content(body, encodings, limit);
  }
  Result<std::string> joined = join_chunks(body);
  if (!joined) {
    return joined.reject();
  }
  return decode_content(joined.value(), encodings, limit);
}

Result<HttpResponse> parse_http_response(std::string_view message, int64_t max_body_bytes) {
  const Result<HttpHead> head = parse_http_head(message);
  if (!head) {
    return head.reject();
  }
  HttpResponse response;
  response.status = head.value().status;
  if (response.status < 200 || response.status > 299) {
    return Reject{"http_status", std::to_string(response.status)};
  }
  response.content_type = replace_invalid_utf8(head.value().field("content-type"));
  Result<std::string> body = decode_http_body(head.value(), message.substr(head.value().size), max_body_bytes);
  if (!body) {
    return body.reject();
  }
  response.body = std::move(body).value();
  return response;
}

}  // namespace smelt
