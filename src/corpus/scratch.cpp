#include "corpus/scratch.h"

#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/write_all.h"

namespace smelt {

ScratchFile::ScratchFile(const std::string& folder) : folder_(folder) {
  std::string name = folder + "/scratch-XXXXXX";
  fd_ = ::mkostemp(name.data(), O_CLOEXEC);
  if (fd_ < 0) {
    throw system_error("cannot create a file in", folder, errno);
  }
  ::unlink(name.c_str());
}

ScratchFile::~ScratchFile() {
  if (mapped_ != nullptr) {
    ::munmap(mapped_, mapped_size_);
  }
  if (fd_ >= 0) {
    ::close(fd_);
  }
}

ScratchFile::ScratchFile(ScratchFile&& other) noexcept {
  *this = std::move(other);
}

ScratchFile& ScratchFile::operator=(ScratchFile&& other) noexcept {
  std::swap(folder_, other.folder_);
  std::swap(fd_, other.fd_);
  std::swap(size_, other.size_);
  std::swap(mapped_, other.mapped_);
  std::swap(mapped_size_, other.mapped_size_);
  return *this;
}

void ScratchFile::append(std::string_view bytes) {
  write_all(fd_, bytes, folder_);
  size_ += bytes.size();
}

void ScratchFile::read_at(uint64_t offset, std::span<char> bytes) const {
  while (!bytes.empty()) {
    const ssize_t count = ::pread(fd_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count < 0) {
      throw system_error("cannot read a scratch file in", folder_, errno);
    }
    SMELT_CHECK(count > 0);
    bytes = bytes.subspan(static_cast<size_t>(count));
    offset += static_cast<uint64_t>(count);
  }
}

char* ScratchFile::map(uint64_t size) {
  SMELT_CHECK(mapped_ == nullptr && size >= size_ && size > 0);
  // The blocks are taken now: a full disk is an error here and no SIGBUS later.
  if (size > size_) {
    const int error_number = ::posix_fallocate(fd_, 0, static_cast<off_t>(size));
    if (error_number != 0) {
      throw system_error("cannot make a scratch file in", folder_, error_number);
    }
  }
  void* at = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd_, 0);
  if (at == MAP_FAILED) {
    throw system_error("cannot map a scratch file in", folder_, errno);
  }
  mapped_ = static_cast<char*>(at);
  mapped_size_ = size;
  size_ = size;
  return mapped_;
}

ScratchBytes::ScratchBytes(uint64_t size, const std::string& folder) {
  if (size == 0) {
    return;
  }
  if (!folder.empty()) {
    data_ = files_.emplace_back(folder).map(size);
    return;
  }
  void* at = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (at == MAP_FAILED) {
    throw system_error("cannot map a table", "memory", errno);
  }
  data_ = at;
  memory_size_ = size;
}

ScratchBytes::~ScratchBytes() {
  if (memory_size_ > 0) {
    ::munmap(data_, memory_size_);
  }
}

}  // namespace smelt
