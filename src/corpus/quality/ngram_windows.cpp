#include "corpus/quality/ngram_windows.h"

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstdlib>
#include <memory>
#include <queue>
#include <string_view>

#include <unistd.h>

#include "base/error.h"
#include "base/write_all.h"

namespace smelt {
namespace {

constexpr size_t kSortGrain = 1 << 16;
constexpr size_t kBatch = 1 << 15;  // records of a run that are read at once

// Cuts [begin, end) by median until the pieces are small enough, so that they can be sorted by any thread.
template <class It>
void cut_at_medians(It begin, It end, int depth, std::vector<std::pair<It, It>>& pieces) {
  if (depth == 0 || static_cast<size_t>(end - begin) < kSortGrain) {
    pieces.emplace_back(begin, end);
    return;
  }
  const It middle = begin + (end - begin) / 2;
  std::nth_element(begin, middle, end);
  cut_at_medians(begin, middle, depth - 1, pieces);
  cut_at_medians(middle, end, depth - 1, pieces);
}

struct Record {
  NgramWindows::Key key = 0;
  uint64_t count = 0;
  uint64_t padding = 0;
};

}  // namespace

// Reads one run front to back.
struct NgramWindows::Run {
  explicit Run(int of) : fd(of) { fill(); }

  bool at_end() const { return next == records.size(); }
  const Record& front() const { return records[next]; }
  void pop() {
    if (++next == records.size()) {
      fill();
    }
  }

  void fill() {
    records.resize(kBatch);
    next = 0;
    size_t got = 0;
    while (got < kBatch * sizeof(Record)) {
      const ssize_t n = pread(fd, reinterpret_cast<char*>(records.data()) + got, kBatch * sizeof(Record) - got,
                              static_cast<off_t>(offset + got));
      if (n < 0 && errno != EINTR) {
        throw system_error("cannot read", "a run of sorted windows", errno);
      }
      if (n == 0) {
        break;
      }
      got += n > 0 ? static_cast<size_t>(n) : 0;
    }
    offset += got;
    records.resize(got / sizeof(Record));
  }

  int fd;
  uint64_t offset = 0;
  std::vector<Record> records;
  size_t next = 0;
};

NgramWindows::NgramWindows(Executor& executor, uint64_t sort_bytes, std::string folder)
    : executor_(executor),
      capacity_(sort_bytes == 0 ? SIZE_MAX : std::max<size_t>(1024, sort_bytes / sizeof(Key))),
      folder_(std::move(folder)) {}

NgramWindows::~NgramWindows() {
  for (const int fd : runs_) {
    close(fd);
  }
}

void NgramWindows::add(Key key) {
  if (buffer_.size() == capacity_) {
    write_run();
  }
  buffer_.push_back(key);
}

void NgramWindows::sort_buffer() {
  using It = std::vector<Key>::iterator;
  std::vector<std::pair<It, It>> pieces;
  const int depth = executor_.width() > 1 ? std::bit_width(static_cast<unsigned>(executor_.width())) + 1 : 0;
  cut_at_medians(buffer_.begin(), buffer_.end(), depth, pieces);
  executor_.run(static_cast<int64_t>(pieces.size()), [&](int64_t i) {
    const auto& piece = pieces[static_cast<size_t>(i)];
    std::sort(piece.first, piece.second);
  });
}

void NgramWindows::write_run() {
  sort_buffer();
  std::string name = folder_ + "/run-XXXXXX";
  const int fd = mkstemp(name.data());
  if (fd < 0) {
    throw system_error("cannot make a scratch file", name, errno);
  }
  unlink(name.c_str());
  runs_.push_back(fd);
  std::vector<Record> records;
  const auto flush = [&] {
    write_all(fd, {reinterpret_cast<const char*>(records.data()), records.size() * sizeof(Record)}, name);
    records.clear();
  };
  for (size_t i = 0; i < buffer_.size();) {
    size_t end = i + 1;
    while (end < buffer_.size() && buffer_[end] == buffer_[i]) {
      ++end;
    }
    records.push_back({buffer_[i], end - i, 0});
    if (records.size() == kBatch) {
      flush();
    }
    i = end;
  }
  flush();
  buffer_.clear();
}

void NgramWindows::for_each(FunctionRef<void(Key, uint64_t)> visit) {
  if (runs_.empty()) {
    if (!sorted_) {
      sort_buffer();
      sorted_ = true;
    }
    for (const Key key : buffer_) {
      visit(key, 1);
    }
    return;
  }
  if (!buffer_.empty()) {
    write_run();
    std::vector<Key>().swap(buffer_);
  }
  std::vector<std::unique_ptr<Run>> runs;
  const auto later = [&](size_t a, size_t b) {
    return runs[a]->front().key != runs[b]->front().key ? runs[a]->front().key > runs[b]->front().key : a > b;
  };
  std::priority_queue<size_t, std::vector<size_t>, decltype(later)> heads(later);
  for (const int fd : runs_) {
    runs.push_back(std::make_unique<Run>(fd));
    if (!runs.back()->at_end()) {
      heads.push(runs.size() - 1);
    }
  }
  while (!heads.empty()) {
    const size_t run = heads.top();
    heads.pop();
    visit(runs[run]->front().key, runs[run]->front().count);
    runs[run]->pop();
    if (!runs[run]->at_end()) {
      heads.push(run);
    }
  }
}

void NgramWindows::clear() {
  std::vector<Key>().swap(buffer_);
  for (const int fd : runs_) {
    close(fd);
  }
  runs_.clear();
}

}  // namespace smelt
