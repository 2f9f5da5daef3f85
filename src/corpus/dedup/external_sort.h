// Sorting more records than fit in memory: sorted runs on disk, merged (Knuth, "The Art of Computer Programming",
// volume 3, section 5.4).
//
// The result depends on nothing but the records: give them an order without ties between different records.
#pragma once

#include <algorithm>
#include <memory>
#include <mutex>
#include <vector>

#include "corpus/scratch.h"

namespace smelt {

// Record: trivially copyable, with operator<. Memory: what `space` says while adding and while merging.
template <class Record>
class ExternalSorter {
  static_assert(std::is_trivially_copyable_v<Record>);

 public:
  explicit ExternalSorter(const ScratchSpace& space)
      : space_(space), capacity_(std::max(space.memory / sizeof(Record), kMinRecords)) {}

  // Any thread may add.
  void add(std::span<const Record> records) {
    const std::lock_guard lock(mutex_);
    for (const Record& record : records) {
      push(record);
    }
  }

  // Calls each(record) for all records in ascending order; then the sorter is empty. One thread.
  template <class Each>
  void drain(Each each) {
    if (runs_.empty()) {
      std::sort(records_.begin(), records_.end());
      for (const Record& record : records_) {
        each(record);
      }
      records_ = {};
      return;
    }
    spill();
    records_ = {};
    merge(each);
    runs_.clear();
    files_.clear();
  }

 private:
  static constexpr size_t kMinRecords = 1024;
  static constexpr size_t kMaxRuns = 256;

  struct Run {
    uint64_t offset;
    uint64_t records;
  };

  // A run as it is merged, read block by block.
  struct Cursor {
    Run run;
    std::vector<Record> block;
    size_t next = 0;

    bool refill(const ScratchFile& file, size_t block_records) {
      block.resize(std::min<uint64_t>(block_records, run.records));
      next = 0;
      if (block.empty()) {
        return false;
      }
      file.read_at(run.offset, {reinterpret_cast<char*>(block.data()), block.size() * sizeof(Record)});
      run.offset += block.size() * sizeof(Record);
      run.records -= block.size();
      return true;
    }
    const Record& head() const { return block[next]; }
  };

  void push(const Record& record) {
    if (records_.size() == capacity_) {
      spill();
    }
    if (records_.size() == records_.capacity()) {  // growth that never passes the capacity
      records_.reserve(std::min(capacity_, std::max<size_t>(kMinRecords, 2 * records_.size())));
    }
    records_.push_back(record);
  }

  void spill() {
    if (records_.empty()) {
      return;
    }
    std::sort(records_.begin(), records_.end());
    if (files_.empty()) {
      files_.emplace_back(space_.folder);
    }
    runs_.push_back({files_.back().size(), records_.size()});
    write(records_, files_.back());
    records_.clear();
    if (runs_.size() == kMaxRuns) {
      compact();
    }
  }

  static void write(const std::vector<Record>& records, ScratchFile& file) {
    file.append({reinterpret_cast<const char*>(records.data()), records.size() * sizeof(Record)});
  }

  // Makes one run of all, so that merging never reads too many at a time.
  void compact() {
    ScratchFile merged(space_.folder);
    const size_t block = capacity_ / 4;
    std::vector<Record> out;
    records_ = {};
    merge([&](const Record& record) {
      out.push_back(record);
      if (out.size() >= block) {
        write(out, merged);
        out.clear();
      }
    });
    write(out, merged);
    runs_ = {{0, merged.size() / sizeof(Record)}};
    files_.clear();
    files_.push_back(std::move(merged));
  }

  template <class Each>
  void merge(Each each) {
    const size_t block_records = std::max<size_t>(capacity_ / (2 * runs_.size()), 16);
    std::vector<Cursor> cursors;
    for (const Run& run : runs_) {
      cursors.push_back({run, {}});
      cursors.back().refill(files_.back(), block_records);
    }
    const auto later = [](const Cursor* a, const Cursor* b) { return b->head() < a->head(); };
    std::vector<Cursor*> heap;
    for (Cursor& cursor : cursors) {
      heap.push_back(&cursor);
    }
    std::make_heap(heap.begin(), heap.end(), later);
    while (!heap.empty()) {
      std::pop_heap(heap.begin(), heap.end(), later);
      Cursor& least = *heap.back();
      each(least.head());
      if (++least.next < least.block.size() || least.refill(files_.back(), block_records)) {
        std::push_heap(heap.begin(), heap.end(), later);
      } else {
        heap.pop_back();
      }
    }
  }

  ScratchSpace space_;
  size_t capacity_;  // records in memory
  std::mutex mutex_;
  std::vector<Record> records_;
  std::vector<ScratchFile> files_;  // none or one
  std::vector<Run> runs_;
};

// Collects records for a sorter that threads share, so that they seldom wait for each other.
template <class Record>
class SorterFeed {
 public:
  explicit SorterFeed(ExternalSorter<Record>& sorter) : sorter_(sorter) {}
  ~SorterFeed() = default;
  SorterFeed(const SorterFeed&) = delete;
  SorterFeed& operator=(const SorterFeed&) = delete;

  void add(const Record& record) {
    records_.push_back(record);
    if (records_.size() == kRecords) {
      flush();
    }
  }
  void flush() {  // before it is destroyed
    sorter_.add(records_);
    records_.clear();
  }

 private:
  static constexpr size_t kRecords = 4096;
  ExternalSorter<Record>& sorter_;
  std::vector<Record> records_;
};

}  // namespace smelt
