// The template behind ordered_map (threads.h); include threads.h instead.
#pragma once

#include <condition_variable>
#include <exception>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace smelt {
namespace detail {

// `next` runs under read_mutex so that sequence numbers follow the items; finished results wait in a map until their
// turn.
template <class In, class Out>
class OrderedMap {
 public:
  OrderedMap(int width, std::function<std::optional<In>()> next, std::function<Out(In)> work,
             std::function<void(Out)> sink)
      : width_(width), next_(std::move(next)), work_(std::move(work)), sink_(std::move(sink)) {}

  void run() {
    if (width_ <= 1) {
      while (std::optional<In> item = next_()) {
        sink_(work_(std::move(*item)));
      }
      return;
    }
    {
      std::vector<std::jthread> threads;
      threads.reserve(static_cast<size_t>(width_));
      for (int i = 0; i < width_; ++i) {
        threads.emplace_back([this] { worker(); });
      }
    }
    if (error_) {
      std::rethrow_exception(error_);
    }
  }

 private:
  struct Taken {
    In item;
    int64_t sequence;
  };

  void worker() {
    try {
      while (std::optional<Taken> taken = take()) {
        deliver(taken->sequence, work_(std::move(taken->item)));
      }
    } catch (...) {
      std::unique_lock lock(mutex_);
      if (!error_) {
        error_ = std::current_exception();
      }
      failed_ = true;
      room_.notify_all();
    }
  }

  // The next item, once there is room for its result; none when there is no more or the work has failed.
  std::optional<Taken> take() {
    const std::unique_lock read(read_mutex_);
    {
      std::unique_lock lock(mutex_);
      room_.wait(lock, [this] { return failed_ || read_count_ - sunk_count_ < 4 * width_; });
      if (failed_ || exhausted_) {
        return std::nullopt;
      }
    }
    std::optional<In> item = next_();
    const std::unique_lock lock(mutex_);
    if (!item) {
      exhausted_ = true;
      return std::nullopt;
    }
    return Taken{std::move(*item), read_count_++};
  }

  // Whoever delivers the result that is due drains the map; others leave theirs and go on.
  void deliver(int64_t sequence, Out out) {
    std::unique_lock lock(mutex_);
    done_.emplace(sequence, std::move(out));
    if (draining_) {
      return;
    }
    draining_ = true;
    while (!failed_ && !done_.empty() && done_.begin()->first == sunk_count_) {
      Out ready = std::move(done_.begin()->second);
      done_.erase(done_.begin());
      lock.unlock();
      sink_(std::move(ready));
      lock.lock();
      ++sunk_count_;
      room_.notify_all();
    }
    draining_ = false;
  }

  int width_;
  std::function<std::optional<In>()> next_;
  std::function<Out(In)> work_;
  std::function<void(Out)> sink_;
  std::mutex read_mutex_;
  std::mutex mutex_;
  std::condition_variable room_;
  std::map<int64_t, Out> done_;
  int64_t read_count_ = 0;
  int64_t sunk_count_ = 0;
  bool draining_ = false;
  bool exhausted_ = false;
  bool failed_ = false;
  std::exception_ptr error_;
};

}  // namespace detail

template <class In, class Out>
void ordered_map(int width, std::function<std::optional<In>()> next, std::function<Out(In)> work,
                 std::function<void(Out)> sink) {
  detail::OrderedMap<In, Out>(width, std::move(next), std::move(work), std::move(sink)).run();
}

}  // namespace smelt
