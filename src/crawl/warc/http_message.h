// The HTTP response inside a WARC record: status, headers, and the body with its transfer and content encodings undone.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"

namespace smelt {

struct HttpResponse {
  int status = 0;
  std::string content_type;  // as sent; empty where the header is absent
  std::string body;
};

// Reasons: bad_http_header, http_status (detail: the code; anything but 2xx, whose body is no page), bad_chunks,
// bad_content_encoding, unsupported_content_encoding, record_too_large (above max_body_bytes once decoded). A body that
// does not look chunked or compressed although a header says so is taken as it is: archivers often decode it and leave
// the header.
Result<HttpResponse> parse_http_response(std::string_view message, int64_t max_body_bytes);

// The header block by itself, for any status.
struct HttpHead {
  int status = 0;
  size_t size = 0;         // of the block with its blank line: the body follows
  std::string_view block;  // into the message
  // The first header of that name, in any case; empty where absent.
  std::string_view field(std::string_view name) const;
  // All headers of that name, joined by ", ".
  std::string fields(std::string_view name) const;
};

// Reason: bad_http_header.
Result<HttpHead> parse_http_head(std::string_view message);

// The body behind the head, decoded as parse_http_response does.
Result<std::string> decode_http_body(const HttpHead& head, std::string_view body, int64_t max_body_bytes);

}  // namespace smelt
