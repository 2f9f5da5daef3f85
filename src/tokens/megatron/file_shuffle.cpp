#include "tokens/megatron/file_shuffle.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <memory>
#include <vector>

#include <fmt/core.h>
#include <unistd.h>

#include "base/error.h"
#include "base/files.h"

namespace smelt {
namespace {

constexpr int64_t kSmallestBucket = 1024;
constexpr int64_t kPollEvery = int64_t{1} << 22;

// A file that is written from front to back, then read from front to back, then gone.
template <class Record>
class RecordFile {
 public:
  RecordFile(std::string path, size_t buffered) : path_(std::move(path)), capacity_(std::max<size_t>(buffered, 64)) {}
  ~RecordFile() {
    if (file_ != nullptr) {
      std::fclose(file_);
      ::unlink(path_.c_str());
    }
  }
  RecordFile(const RecordFile&) = delete;
  RecordFile& operator=(const RecordFile&) = delete;

  void push(const Record& record) {
    if (buffer_.size() == capacity_) {
      flush();
    }
    buffer_.push_back(record);
  }
  template <class Take>
  void for_each(const Take& take) {
    flush();
    if (file_ != nullptr) {
      std::rewind(file_);
      buffer_.resize(capacity_);
      while (const size_t count = std::fread(buffer_.data(), sizeof(Record), capacity_, file_)) {
        std::for_each(buffer_.begin(), buffer_.begin() + static_cast<int64_t>(count), take);
      }
      if (std::ferror(file_) != 0) {
        throw system_error("cannot read", path_, errno);
      }
      std::fclose(file_);
      file_ = nullptr;
      ::unlink(path_.c_str());
    }
    std::vector<Record>().swap(buffer_);
  }

 private:
  void flush() {
    if (buffer_.empty()) {
      return;
    }
    if (file_ == nullptr) {
      file_ = std::fopen(path_.c_str(), "w+b");
      if (file_ == nullptr) {
        throw system_error("cannot create", path_, errno);
      }
      std::setvbuf(file_, nullptr, _IONBF, 0);
    }
    if (std::fwrite(buffer_.data(), sizeof(Record), buffer_.size(), file_) != buffer_.size()) {
      throw system_error("cannot write", path_, errno);
    }
    buffer_.clear();
  }

  std::string path_;
  size_t capacity_;
  std::vector<Record> buffer_;
  std::FILE* file_ = nullptr;
};

// A folder that is gone with the object.
class Scratch {
 public:
  explicit Scratch(const std::string& parent) : path_(fmt::format("{}/shuffle-{}.tmp", parent, ::getpid())) {
    remove_all(path_);
    make_directories(path_);
  }
  ~Scratch() {
    std::error_code error;
    std::filesystem::remove_all(path_, error);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  std::string file(const char* kind, int64_t number) const { return fmt::format("{}/{}-{}", path_, kind, number); }

 private:
  std::string path_;
};

template <class T>
class BucketShuffle {
 public:
  BucketShuffle(const Context& context, NumpyRandomState& random, int64_t n, int64_t bucket, const ShuffleRoom& room)
      : context_(context), random_(random), n_(n), bucket_(bucket), scratch_(room.scratch) {
    const int64_t buckets = (n + bucket - 1) / bucket;
    const auto buffered = static_cast<size_t>(room.memory_bytes / 2 / buckets) / (sizeof(Message) + sizeof(Answer));
    for (int64_t b = 0; b < buckets; ++b) {
      messages_.push_back(std::make_unique<RecordFile<Message>>(scratch_.file("messages", b), buffered));
      answers_.push_back(std::make_unique<RecordFile<Answer>>(scratch_.file("answers", b), buffered));
      values_.push_back(std::make_unique<RecordFile<T>>(scratch_.file("values", b), 1024));
    }
  }

  void swap_all(const std::function<T(int64_t)>& initial) {
    for (auto b = static_cast<int64_t>(messages_.size()) - 1; b >= 0; --b) {
      const int64_t begin = b * bucket_;
      const int64_t end = std::min(n_, begin + bucket_);
      here_.resize(static_cast<size_t>(end - begin));
      for (int64_t i = begin; i < end; ++i) {
        here_[static_cast<size_t>(i - begin)] = initial(i);
      }
      messages_[static_cast<size_t>(b)]->for_each([&](const Message& message) {
        answer(message.asker, here_[message.place]);
        here_[message.place] = message.value;
      });
      swap_bucket(begin, end);
      for (const T value : here_) {
        values_[static_cast<size_t>(b)]->push(value);
      }
    }
  }

  void emit_all(const std::function<void(std::span<const T>)>& emit) {
    for (size_t b = 0; b < values_.size(); ++b) {
      context_.stop_if_asked();
      here_.clear();
      values_[b]->for_each([&](const T& value) { here_.push_back(value); });
      answers_[b]->for_each([&](const Answer& answer) { here_[answer.place] = answer.value; });
      emit(here_);
    }
  }

 private:
  struct Message {
    int64_t asker;
    T value;
    uint32_t place;  // in the bucket that is asked
  };
  struct Answer {
    T value;
    uint32_t place;  // in the asker's bucket
  };

  void answer(int64_t asker, T value) {
    answers_[static_cast<size_t>(asker / bucket_)]->push({value, static_cast<uint32_t>(asker % bucket_)});
  }

  void swap_bucket(int64_t begin, int64_t end) {
    for (int64_t i = end - 1; i >= std::max<int64_t>(begin, 1); --i) {
      if (i % kPollEvery == 0) {
        context_.stop_if_asked();
      }
      const auto j = static_cast<int64_t>(random_.interval(static_cast<uint64_t>(i)));
      T& own = here_[static_cast<size_t>(i - begin)];
      if (j >= begin) {
        std::swap(own, here_[static_cast<size_t>(j - begin)]);
      } else {
        messages_[static_cast<size_t>(j / bucket_)]->push({i, own, static_cast<uint32_t>(j % bucket_)});
      }
    }
  }

  const Context& context_;
  NumpyRandomState& random_;
  int64_t n_;
  int64_t bucket_;
  Scratch scratch_;
  std::vector<T> here_;  // the bucket in memory
  std::vector<std::unique_ptr<RecordFile<Message>>> messages_;
  std::vector<std::unique_ptr<RecordFile<Answer>>> answers_;
  std::vector<std::unique_ptr<RecordFile<T>>> values_;
};

}  // namespace

template <class T>
void shuffled(const Context& context, NumpyRandomState& random, int64_t n, const std::function<T(int64_t)>& initial,
              const std::function<void(std::span<const T>)>& emit, const ShuffleRoom& room) {
  const auto fits = room.memory_bytes / static_cast<int64_t>(sizeof(T));
  if (n <= std::max(fits, kSmallestBucket)) {
    std::vector<T> values(static_cast<size_t>(n));
    for (int64_t i = 0; i < n; ++i) {
      values[static_cast<size_t>(i)] = initial(i);
    }
    random.shuffle(std::span<T>(values));
    emit(values);
    return;
  }
  const int64_t bucket = std::clamp<int64_t>(fits / 2, kSmallestBucket, int64_t{UINT32_MAX});
  BucketShuffle<T> shuffle(context, random, n, bucket, room);
  shuffle.swap_all(initial);
  shuffle.emit_all(emit);
}

template void shuffled<int32_t>(const Context&, NumpyRandomState&, int64_t, const std::function<int32_t(int64_t)>&,
                                const std::function<void(std::span<const int32_t>)>&, const ShuffleRoom&);
template void shuffled<uint32_t>(const Context&, NumpyRandomState&, int64_t, const std::function<uint32_t(int64_t)>&,
                                 const std::function<void(std::span<const uint32_t>)>&, const ShuffleRoom&);
template void shuffled<int64_t>(const Context&, NumpyRandomState&, int64_t, const std::function<int64_t(int64_t)>&,
                                const std::function<void(std::span<const int64_t>)>&, const ShuffleRoom&);

}  // namespace smelt
