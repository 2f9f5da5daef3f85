// Arrays of a fixed size for building large tables: anonymous memory, or a mapped file without a name in a folder,
// whose pages the system may write out and take back.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <type_traits>
#include <utility>

namespace smelt {

// The bytes behind a ScratchArray. `folder` empty: memory. Throws UserError(kResource) where there is no room.
class ScratchBytes {
 public:
  ScratchBytes() = default;
  ScratchBytes(uint64_t size, const std::string& folder);
  ~ScratchBytes();
  ScratchBytes(ScratchBytes&& other) noexcept { *this = std::move(other); }
  ScratchBytes& operator=(ScratchBytes&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    return *this;
  }
  ScratchBytes(const ScratchBytes&) = delete;
  ScratchBytes& operator=(const ScratchBytes&) = delete;
  void* data() const { return data_; }

 private:
  void* data_ = nullptr;
  uint64_t size_ = 0;
};

// All zeros at first.
template <class T>
class ScratchArray {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  ScratchArray() = default;
  ScratchArray(uint64_t size, const std::string& folder) : bytes_(size * sizeof(T), folder), size_(size) {}

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

}  // namespace smelt
