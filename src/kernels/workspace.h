// Aligned scratch memory and work lists with one scratch area per running thread. Internal to the kernels.
#pragma once

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>

#include "base/function_ref.h"
#include "base/threads.h"

namespace smelt::kernels {

// Uninitialised memory on a 64-byte boundary.
template <class T>
class Workspace {
 public:
  explicit Workspace(int64_t count) : size_(count) {
    const auto bytes = (static_cast<size_t>(count) * sizeof(T) + 63) / 64 * 64;
    data_.reset(static_cast<T*>(std::aligned_alloc(64, bytes == 0 ? 64 : bytes)));
    if (data_ == nullptr) {
      throw std::bad_alloc();
    }
  }
  T* data() { return data_.get(); }
  int64_t size() const { return size_; }
  T& operator[](int64_t i) { return data_.get()[i]; }

 private:
  struct Free {
    void operator()(T* p) const { std::free(p); }
  };
  std::unique_ptr<T, Free> data_;
  int64_t size_ = 0;
};

// Calls body(item, scratch) once for each item; no two running calls share a scratch area of `floats` floats, whose
// content is undefined.
inline void for_each_with_scratch(Executor& executor, int64_t items, int64_t floats,
                                  FunctionRef<void(int64_t, float*)> body) {
  const int64_t lanes = executor.width() < items ? executor.width() : items;
  if (lanes <= 0) {
    return;
  }
  const int64_t step = (floats + 15) / 16 * 16;
  Workspace<float> scratch(lanes * step);
  std::atomic<int64_t> next{0};
  executor.run(lanes, [&](int64_t lane) {
    for (int64_t item = next.fetch_add(1); item < items; item = next.fetch_add(1)) {
      body(item, scratch.data() + lane * step);
    }
  });
}

}  // namespace smelt::kernels
