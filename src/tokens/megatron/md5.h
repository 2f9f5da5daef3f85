// MD5 (RFC 1321): for names that others make with it, not for security.
#pragma once

#include <string>
#include <string_view>

namespace smelt {

std::string md5_hex(std::string_view bytes);  // 32 lower-case digits

}  // namespace smelt
