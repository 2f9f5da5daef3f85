#include "corpus/quality/scratch_array.h"

#include <cerrno>
#include <cstdlib>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/error.h"

namespace smelt {
namespace {

// Gone with its descriptor: a kill leaves nothing behind.
int open_nameless(const std::string& folder, uint64_t size) {
  std::string name = folder + "/table-XXXXXX";
  const int fd = mkstemp(name.data());
  if (fd < 0) {
    throw system_error("cannot make a scratch file", name, errno);
  }
  unlink(name.c_str());
  // Blocks are reserved now: a full disk is an error here and not a signal at the first write.
  if (const int error = posix_fallocate(fd, 0, static_cast<off_t>(size)); error != 0) {
    close(fd);
    throw system_error("cannot make room in a scratch file", name, error);
  }
  return fd;
}

}  // namespace

ScratchBytes::ScratchBytes(uint64_t size, const std::string& folder) {
  if (size == 0) {
    return;
  }
  const bool in_memory = folder.empty();
  const int fd = in_memory ? -1 : open_nameless(folder, size);
  void* data = mmap(nullptr, size, PROT_READ | PROT_WRITE, in_memory ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED, fd, 0);
  const int error = errno;
  if (fd >= 0) {
    close(fd);
  }
  if (data == MAP_FAILED) {
    throw system_error("cannot map a table", in_memory ? "memory" : folder, error);
  }
  data_ = data;
  size_ = size;
}

ScratchBytes::~ScratchBytes() {
  if (data_ != nullptr) {
    munmap(data_, size_);
  }
}

}  // namespace smelt
