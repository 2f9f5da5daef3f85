#include "tokens/train/word_spill.h"

#include <algorithm>
#include <queue>

#include "corpus/record_bytes.h"

namespace smelt {
namespace {

constexpr size_t kBlock = 1 << 16;

// Reads a run from its beginning. Records: length, bytes, count.
class RunReader {
 public:
  explicit RunReader(const ScratchFile& file) : file_(&file) {}

  bool next() {
    if (at_ == buffer_.size() && offset_ == file_->size()) {
      return false;
    }
    uint32_t length = 0;
    std::memcpy(&length, take(sizeof(length)).data(), sizeof(length));
    word_ = take(length);
    std::memcpy(&count_, take(sizeof(count_)).data(), sizeof(count_));
    return true;
  }
  const std::string& word() const { return word_; }
  int64_t count() const { return count_; }

 private:
  std::string_view take(size_t size) {
    if (buffer_.size() - at_ < size) {
      buffer_.erase(0, at_);
      at_ = 0;
      const size_t held = buffer_.size();
      const auto more = static_cast<size_t>(std::min<uint64_t>(std::max(kBlock, size), file_->size() - offset_));
      buffer_.resize(held + more);
      file_->read_at(offset_, {buffer_.data() + held, more});
      offset_ += more;
    }
    at_ += size;
    return std::string_view(buffer_).substr(at_ - size, size);
  }

  const ScratchFile* file_;
  uint64_t offset_ = 0;
  std::string buffer_;
  size_t at_ = 0;
  std::string word_;
  int64_t count_ = 0;
};

}  // namespace

uint64_t WordSpill::bytes() const {
  uint64_t sum = 0;
  for (const ScratchFile& run : runs_) {
    sum += run.size();
  }
  return sum;
}

void WordSpill::write(WordCounts& words) {
  runs_.emplace_back(folder_);
  std::string buffer;
  words.for_each_sorted([&](std::string_view word, int64_t count) {
    append_string(buffer, word);
    append_value(buffer, count);
    if (buffer.size() >= kBlock) {
      runs_.back().append(buffer);
      buffer.clear();
    }
  });
  runs_.back().append(buffer);
  words.clear();
}

void WordSpill::for_each(FunctionRef<void(std::string_view, int64_t)> visit) const {
  std::vector<RunReader> readers;
  readers.reserve(runs_.size());
  const auto later = [](const RunReader* a, const RunReader* b) { return a->word() > b->word(); };
  std::priority_queue<RunReader*, std::vector<RunReader*>, decltype(later)> queue(later);
  for (const ScratchFile& run : runs_) {
    readers.emplace_back(run);
    if (readers.back().next()) {
      queue.push(&readers.back());
    }
  }
  std::string word;
  while (!queue.empty()) {
    word = queue.top()->word();
    int64_t count = 0;
    while (!queue.empty() && queue.top()->word() == word) {
      RunReader* reader = queue.top();
      queue.pop();
      count += reader->count();
      if (reader->next()) {
        queue.push(reader);
      }
    }
    visit(word, count);
  }
}

}  // namespace smelt
