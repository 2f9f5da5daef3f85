// Files by path or address: the local file system, http:// and https:// (http_source.h), s3:// and gs://
// (object_store.h).
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/stream.h"

namespace smelt {

bool is_remote(const std::string& path);  // any of the addresses above

// The bytes as they are stored. Throws UserError where there is no such file, or where it cannot be reached.
std::unique_ptr<ByteSource> open_location(const std::string& path);

}  // namespace smelt
