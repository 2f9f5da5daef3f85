#include "tokens/train/count_words.h"

#include <cmath>
#include <filesystem>
#include <memory>
#include <mutex>

#include "tokens/train/word_splitter.h"

namespace smelt {
namespace {

constexpr size_t kBatchBytes = 1 << 18;

struct Piece {
  std::string text;
  int64_t weight = 0;
};
using Batch = std::vector<Piece>;

// Takes texts together to batches, and long ones apart.
class Batches {
 public:
  Batches(const Context& context, const WordSplitter& splitter, const TextSource& next, CountedWords& out)
      : context_(context),
        splitter_(splitter),
        next_(next),
        out_(out),
        progress_(context.progress, "count words", 0, "bytes") {}

  std::optional<Batch> next() {
    context_.stop_if_asked();
    Batch batch;
    size_t bytes = 0;
    while (bytes < kBatchBytes && refill()) {
      Piece piece = take_piece(kBatchBytes);
      bytes += piece.text.size();
      if (piece.weight > 0) {
        batch.push_back(std::move(piece));
      }
    }
    out_.bytes += static_cast<int64_t>(bytes);
    progress_.add(bytes);
    return bytes == 0 && batch.empty() && !refill() ? std::nullopt : std::optional(std::move(batch));
  }

 private:
  // False at the end.
  bool refill() {
    while (at_ == text_.text.size()) {
      std::optional<TrainingText> text = next_();
      if (!text) {
        return false;
      }
      out_.documents += text->continues ? 0 : 1;
      text_ = std::move(*text);
      at_ = 0;
    }
    return true;
  }

  Piece take_piece(size_t size) {
    const auto weight = static_cast<int64_t>(std::llround(text_.factor * static_cast<double>(kCountUnit)));
    const size_t left = text_.text.size() - at_;
    const size_t cut = left <= 2 * size ? std::string::npos : splitter_.safe_cut(text_.text, at_ + size);
    if (at_ == 0 && cut == std::string::npos) {
      Piece piece{std::move(text_.text), weight};
      text_.text.clear();
      return piece;
    }
    const size_t begin = at_;
    at_ = std::min(cut, text_.text.size());
    return {text_.text.substr(begin, at_ - begin), weight};
  }

  const Context& context_;
  const WordSplitter& splitter_;
  const TextSource& next_;
  CountedWords& out_;
  Progress progress_;
  TrainingText text_{std::string()};
  size_t at_ = 0;
};

// Tables that threads borrow for a batch; as counts only add up, it does not matter who counted what.
class Tables {
 public:
  Tables(WordSpill& spill, uint64_t most_bytes) : spill_(spill), most_bytes_(most_bytes) {}

  std::unique_ptr<WordCounts> take() {
    const std::lock_guard lock(mutex_);
    if (idle_.empty()) {
      return std::make_unique<WordCounts>();
    }
    std::unique_ptr<WordCounts> table = std::move(idle_.back());
    idle_.pop_back();
    return table;
  }
  void give_back(std::unique_ptr<WordCounts> table) {
    const std::lock_guard lock(mutex_);
    if (table->memory() > most_bytes_) {
      spill_.write(*table);
    }
    idle_.push_back(std::move(table));
  }
  // All words in the table, or all in the spill.
  void finish(WordCounts& total) {
    uint64_t bytes = 0;
    for (const auto& table : idle_) {
      bytes += table->memory();
    }
    for (std::unique_ptr<WordCounts>& table : idle_) {
      if (!spill_.empty()) {
        spill_.write(*table);
      } else if (total.size() == 0) {
        total = std::move(*table);
      } else {
        total.add(*table);
      }
      table.reset();
    }
  }

 private:
  WordSpill& spill_;
  uint64_t most_bytes_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<WordCounts>> idle_;
};

}  // namespace

CountedWords count_words(const Context& context, const TokenizerOptions& options, const TextSource& next,
                         const std::string& scratch_folder) {
  CountedWords out(scratch_folder.empty() ? std::filesystem::temp_directory_path().string() : scratch_folder);
  const WordSplitter splitter(options);
  Batches batches(context, splitter, next, out);
  // A table doubles when it is full, and the threads' tables are put together at the end.
  const uint64_t memory = static_cast<uint64_t>(options.memory) << 20;
  Tables tables(out.spill, memory / (4 * static_cast<uint64_t>(context.threads.width())));
  const auto count = [&](const Batch& batch) {
    std::unique_ptr<WordCounts> table = tables.take();
    for (const Piece& piece : batch) {
      splitter.for_each(piece.text,
                        [&](std::string_view word, size_t readable) { table->add(word, piece.weight, readable); });
    }
    tables.give_back(std::move(table));
    return 0;
  };
  ordered_map<Batch, int>(context.threads.width(), [&] { return batches.next(); }, count, [](int) {});
  tables.finish(out.table);
  return out;
}

}  // namespace smelt
