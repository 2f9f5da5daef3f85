// SHA-1 (FIPS 180-4) in base 32 (RFC 4648), as the digest fields of WARC records have it. Identity, not security.
#pragma once

#include <string>
#include <string_view>

namespace smelt {

// "sha1:" and 32 characters.
std::string warc_digest(std::string_view bytes);

}  // namespace smelt
