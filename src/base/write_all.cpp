#include "base/write_all.h"

#include <cerrno>

#include <unistd.h>

#include "base/error.h"

namespace smelt {
namespace {

// Takes what is written off the front of `rest`.
void write_rest(int fd, std::string_view& rest, const std::string& name) {
  while (!rest.empty()) {
    const ssize_t count = ::write(fd, rest.data(), rest.size());
    if (count >= 0) {
      rest.remove_prefix(static_cast<size_t>(count));
    } else if (errno != EINTR) {
      throw system_error("cannot write", name, errno);
    }
  }
}

}  // namespace

void write_all(int fd, std::string_view bytes, const std::string& name) {
  write_rest(fd, bytes, name);
}

void write_out(int fd, std::string& buffer, const std::string& name) {
  std::string_view rest = buffer;
  try {
    write_rest(fd, rest, name);
  } catch (const UserError&) {
    buffer.erase(0, buffer.size() - rest.size());
    throw;
  }
  buffer.clear();
}

}  // namespace smelt
