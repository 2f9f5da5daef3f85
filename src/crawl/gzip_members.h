// Gzip files made of many members, as WARC files are: damage in one member does not lose those after it.
#pragma once

#include <memory>

#include "base/stream.h"

namespace smelt {

// Decompressed bytes of all members in order. A damaged member gives the bytes that came out whole, then throws
// StreamError(corrupt_gzip) once; the next read() goes on with the next member that decompresses. An input that ends
// inside a member throws StreamError(truncated_gzip) once.
std::unique_ptr<ByteSource> make_member_source(std::unique_ptr<ByteSource> compressed);

}  // namespace smelt
