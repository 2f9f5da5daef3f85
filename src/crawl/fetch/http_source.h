// A file on a web server as a stream of bytes, for WARC files that are read where they lie.
//
// A broken connection is taken up again where it broke (range request, same entity tag); statuses 429, 500, 502, 503
// and 504 are tried again after a growing pause. At most 4 MiB are buffered ahead of the reader.
#pragma once

#include <memory>
#include <string>

#include "base/stream.h"

namespace smelt {

struct HttpOptions {
  int attempts = 6;  // in a row without a byte; the pauses between them are first_pause * 1, 2, 4, ...
  double first_pause_seconds = 1;
  long connect_timeout_seconds = 30;
  long stall_timeout_seconds = 60;  // without a byte
};

bool is_http_url(const std::string& path);  // http:// or https://

// Throws UserError(kInput) where the server has no such file (4xx), the file changed while it was read or another part
// of it came than was asked for, and UserError(kResource) when the attempts are used up.
std::unique_ptr<ByteSource> open_http(const std::string& url, const HttpOptions& options = {});

}  // namespace smelt
