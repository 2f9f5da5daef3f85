// Room for what does not fit in memory: unnamed files that vanish with the process, arrays over them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/error.h"

namespace smelt {

// How much memory a step may use and where its files go.
struct ScratchSpace {
  std::string folder;
  size_t memory = size_t{1} << 30;  // bytes

  ScratchSpace share(size_t parts) const { return {folder, std::max<size_t>(memory / std::max<size_t>(parts, 1), 1)}; }
};

// A file without a name. Errors are UserError: a full disk is kResource.
class ScratchFile {
 public:
  explicit ScratchFile(const std::string& folder);
  ~ScratchFile();
  ScratchFile(ScratchFile&& other) noexcept;
  ScratchFile& operator=(ScratchFile&& other) noexcept;
  ScratchFile(const ScratchFile&) = delete;
  ScratchFile& operator=(const ScratchFile&) = delete;

  void append(std::string_view bytes);
  void read_at(uint64_t offset, std::span<char> bytes) const;  // all of them must be there
  uint64_t size() const { return size_; }
  // The file grown to `size` bytes and mapped for reading and writing, until this object dies. Once.
  char* map(uint64_t size);

 private:
  std::string folder_;
  int fd_ = -1;
  uint64_t size_ = 0;
  char* mapped_ = nullptr;
  uint64_t mapped_size_ = 0;
};

// Bytes that are zero at first: anonymous memory where `folder` is empty, else a mapped ScratchFile in it, whose pages
// the system may write out and take back. Throws UserError(kResource) where there is no room.
class ScratchBytes {
 public:
  ScratchBytes() = default;
  ScratchBytes(uint64_t size, const std::string& folder);
  ~ScratchBytes();
  ScratchBytes(ScratchBytes&& other) noexcept { *this = std::move(other); }
  ScratchBytes& operator=(ScratchBytes&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(memory_size_, other.memory_size_);
    std::swap(files_, other.files_);
    return *this;
  }
  ScratchBytes(const ScratchBytes&) = delete;
  ScratchBytes& operator=(const ScratchBytes&) = delete;
  void* data() const { return data_; }

 private:
  void* data_ = nullptr;
  uint64_t memory_size_ = 0;        // of anonymous memory
  std::vector<ScratchFile> files_;  // none or one
};

// A fixed number of values.
template <class T>
class ScratchArray {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  ScratchArray() = default;
  // All zeros.
  ScratchArray(uint64_t size, const std::string& folder) : bytes_(size * sizeof(T), folder), size_(size) {}
  // In memory where they fit.
  ScratchArray(uint64_t size, const T& fill, const ScratchSpace& space)
      : ScratchArray(size, size <= space.memory / sizeof(T) ? std::string() : space.folder) {
    std::fill(begin(), end(), fill);
  }

  uint64_t size() const { return size_; }
  T& operator[](uint64_t i) { return begin()[i]; }
  const T& operator[](uint64_t i) const { return begin()[i]; }
  T* begin() { return static_cast<T*>(bytes_.data()); }
  T* end() { return begin() + size_; }
  const T* begin() const { return static_cast<const T*>(bytes_.data()); }
  const T* end() const { return begin() + size_; }

 private:
  ScratchBytes bytes_;
  uint64_t size_ = 0;
};

// Values appended one by one, then read as one span.
template <class T>
class ScratchList {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  explicit ScratchList(const ScratchSpace& space) : space_(space) {}
  ScratchList(ScratchList&&) noexcept = default;
  ScratchList& operator=(ScratchList&&) noexcept = default;

  void push_back(const T& value) {
    if (!memory_.empty() && (memory_.size() + 1) * sizeof(T) > space_.memory) {
      spill();
    }
    memory_.push_back(value);
  }
  // After the last push_back.
  void finish() {
    if (files_.empty()) {
      values_ = memory_;
      return;
    }
    spill();
    memory_ = {};
    const uint64_t bytes = files_.back().size();
    values_ = {reinterpret_cast<const T*>(files_.back().map(bytes)), bytes / sizeof(T)};
  }
  std::span<const T> values() const { return values_; }

 private:
  void spill() {
    if (files_.empty()) {
      files_.emplace_back(space_.folder);
    }
    files_.back().append({reinterpret_cast<const char*>(memory_.data()), memory_.size() * sizeof(T)});
    memory_.clear();
  }

  ScratchSpace space_;
  std::vector<T> memory_;
  std::vector<ScratchFile> files_;  // none or one
  std::span<const T> values_;
};

}  // namespace smelt
