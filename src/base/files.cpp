#include "base/files.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <random>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/write_all.h"

namespace smelt {
namespace fs = std::filesystem;
namespace {

constexpr size_t kBufferSize = size_t{1} << 20;

std::string parent_of(const std::string& path) {
  const std::string parent = fs::path(path).parent_path().string();
  return parent.empty() ? "." : parent;
}

// Unique in this process and across processes, also those of other machines, so that two writers of one name never
// share a temporary.
std::string temporary_name(const std::string& path) {
  static const uint32_t kProcess = std::random_device()();
  static std::atomic<uint64_t> counter{0};
  return path + ".tmp-" + std::to_string(kProcess) + "-" + std::to_string(::getpid()) + "-" +
         std::to_string(counter.fetch_add(1));
}

}  // namespace

std::string read_file(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    throw system_error("cannot open", path, errno);
  }
  std::string out;
  struct stat status{};
  if (::fstat(fd, &status) == 0 && S_ISREG(status.st_mode)) {
    out.reserve(static_cast<size_t>(status.st_size));
  }
  std::string buffer(kBufferSize, '\0');
  while (true) {
    const ssize_t count = ::read(fd, buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count < 0) {
      const int error_number = errno;
      ::close(fd);
      throw system_error("cannot read", path, error_number);
    }
    if (count == 0) {
      break;
    }
    out.append(buffer, 0, static_cast<size_t>(count));
  }
  ::close(fd);
  return out;
}

void write_file(const std::string& path, std::string_view bytes) {
  AtomicFile file(path);
  file.write(bytes);
  file.commit();
}

void make_directories(const std::string& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error) {
    throw system_error("cannot create the folder", path, error.value());
  }
}

bool path_exists(const std::string& path) {
  std::error_code error;
  return fs::exists(path, error);
}

uint64_t file_size(const std::string& path) {
  std::error_code error;
  const uint64_t size = fs::file_size(path, error);
  if (error) {
    throw system_error("cannot read the size", path, error.value());
  }
  return size;
}

void sync_directory(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) {
    throw system_error("cannot open the folder", path, errno);
  }
  const int failed = ::fsync(fd);
  const int error_number = errno;
  ::close(fd);
  // Some file systems cannot sync folders; that is theirs to guarantee.
  if (failed != 0 && error_number != EINVAL && error_number != ENOTSUP) {
    throw system_error("cannot sync the folder", path, error_number);
  }
}

void rename_durably(const std::string& from, const std::string& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) {
    throw system_error("cannot rename to " + to, from, errno);
  }
  sync_directory(parent_of(to));
  if (parent_of(from) != parent_of(to)) {
    sync_directory(parent_of(from));
  }
}

void remove_all(const std::string& path) {
  std::error_code error;
  fs::remove_all(path, error);
  if (error) {
    throw system_error("cannot remove", path, error.value());
  }
}

std::vector<std::string> list_files(const std::string& root) {
  std::vector<std::string> out;
  std::error_code error;
  fs::recursive_directory_iterator it(root, error);
  if (error) {
    throw system_error("cannot list", root, error.value());
  }
  for (; it != fs::recursive_directory_iterator(); it.increment(error)) {
    if (error) {
      throw system_error("cannot list", root, error.value());
    }
    if (it->is_regular_file(error) && !it->is_symlink(error)) {
      out.push_back(it->path().lexically_relative(root).generic_string());
    }
  }
  std::sort(out.begin(), out.end());
  return out;
}

AtomicFile::AtomicFile(std::string path) : path_(std::move(path)), temporary_(temporary_name(path_)) {
  make_directories(parent_of(path_));
  fd_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd_ < 0) {
    throw system_error("cannot create", path_, errno);
  }
  buffer_.reserve(kBufferSize);
}

AtomicFile::~AtomicFile() {
  if (fd_ >= 0) {
    ::close(fd_);
    ::unlink(temporary_.c_str());
  }
}

void AtomicFile::flush() {
  write_all(fd_, buffer_, path_);
  buffer_.clear();
}

void AtomicFile::write(std::string_view bytes) {
  SMELT_CHECK(fd_ >= 0);
  size_ += bytes.size();
  if (buffer_.size() + bytes.size() > kBufferSize) {
    flush();
    if (bytes.size() > kBufferSize) {
      write_all(fd_, bytes, path_);
      return;
    }
  }
  buffer_.append(bytes);
}

void AtomicFile::write_at(uint64_t offset, std::string_view bytes) {
  SMELT_CHECK(fd_ >= 0 && offset + bytes.size() <= size_);
  flush();
  size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t written = ::pwrite(fd_, bytes.data() + done, bytes.size() - done, static_cast<off_t>(offset + done));
    if (written < 0 && errno != EINTR) {
      throw system_error("cannot write", path_, errno);
    }
    done += static_cast<size_t>(std::max<ssize_t>(written, 0));
  }
}

void AtomicFile::commit() {
  SMELT_CHECK(fd_ >= 0);
  flush();
  if (::fsync(fd_) != 0) {
    throw system_error("cannot sync", path_, errno);
  }
  const int closed = ::close(fd_);
  fd_ = -1;
  if (closed != 0 || ::rename(temporary_.c_str(), path_.c_str()) != 0) {
    const int error_number = errno;
    ::unlink(temporary_.c_str());
    throw system_error("cannot finish", path_, error_number);
  }
  sync_directory(parent_of(path_));
}

MappedFile::MappedFile(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    throw system_error("cannot open", path, errno);
  }
  struct stat status{};
  if (::fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
    ::close(fd);
    throw input_error("is not a regular file", path);
  }
  size_ = static_cast<size_t>(status.st_size);
  if (size_ > 0) {
    data_ = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, fd, 0);
  }
  const int error_number = errno;
  ::close(fd);
  if (data_ == MAP_FAILED) {
    data_ = nullptr;
    throw system_error("cannot map", path, error_number);
  }
}

MappedFile::~MappedFile() {
  if (data_ != nullptr) {
    ::munmap(data_, size_);
  }
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

}  // namespace smelt
