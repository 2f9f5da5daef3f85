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

}  // namespace smelt
