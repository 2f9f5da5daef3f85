// Undoing HTTP content codings: gzip, deflate, br, zstd.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace smelt {

// `encodings` is the value of Content-Encoding: names with commas between them, undone from the last to the first.
// Names that mean nothing (identity, utf-8) and a body that does not look encoded although a name says so are passed
// over: archivers often decode the body and leave the header. Reasons: bad_content_encoding (damaged or cut),
// unsupported_content_encoding, record_too_large (more than `limit` bytes come out).
Result<std::string> decode_content(std::string_view body, std::string_view encodings, size_t limit);

}  // namespace smelt
