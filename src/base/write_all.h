// Bytes to a file descriptor, all of them.
#pragma once

#include <string>
#include <string_view>

namespace smelt {

// Writes all bytes, over interruptions and in as many pieces as the system takes. `name` is the path, or what messages
// call the descriptor. Throws system_error (base/error.h).
void write_all(int fd, std::string_view bytes, const std::string& name);

// The same with a buffer, which is empty afterwards, or holds what was not written where this throws.
void write_out(int fd, std::string& buffer, const std::string& name);

}  // namespace smelt
