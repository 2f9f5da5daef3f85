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

// A fixed number of values: in memory where they fit, else in a mapped file, which the system may write out.
template <class T>
class ScratchArray {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  ScratchArray(size_t size, const T& fill, const ScratchSpace& space) : size_(size) {
    if (size <= space.memory / sizeof(T)) {
      memory_.resize(size);
      values_ = memory_.data();
    } else {
      files_.emplace_back(space.folder);
      values_ = reinterpret_cast<T*>(files_.back().map(size * sizeof(T)));
    }
    std::fill(values_, values_ + size, fill);
  }
  ScratchArray(ScratchArray&&) noexcept = default;
  ScratchArray& operator=(ScratchArray&&) noexcept = default;

  size_t size() const { return size_; }
  T& operator[](size_t i) { return values_[i]; }
  const T& operator[](size_t i) const { return values_[i]; }

 private:
  size_t size_;
  std::vector<T> memory_;
  std::vector<ScratchFile> files_;  // none or one
  T* values_ = nullptr;
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
