// Progress of long work: what, how far, how fast, how long still.
//
// On a terminal one line is redrawn ten times a second; elsewhere a line is logged every 15 s. Never on stdout.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>

namespace smelt {

class Logger;

enum class ProgressMode { kNone, kLines, kTerminal };

// Where progress goes; one a process.
class ProgressSink {
 public:
  ProgressSink(ProgressMode mode, Logger* log) : mode_(mode), log_(log) {}
  ProgressMode mode() const { return mode_; }
  void show(const std::string& line, bool final);

 private:
  ProgressMode mode_;
  Logger* log_;
  std::mutex mutex_;
};

// One piece of work. add() is thread-safe and cheap. The destructor writes the final line.
class Progress {
 public:
  // `total` 0: unknown. `unit` is what is counted, plural: "pages", "bytes", "tokens".
  Progress(ProgressSink& sink, std::string name, uint64_t total, std::string unit);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void add(uint64_t count);
  void set_note(std::string note);  // shown behind the rate: "loss 3.21"
  uint64_t count() const { return count_.load(std::memory_order_relaxed); }
  double seconds() const;

 private:
  void draw(bool final);

  ProgressSink& sink_;
  std::string name_;
  uint64_t total_;
  std::string unit_;
  std::atomic<uint64_t> count_{0};
  std::atomic<int64_t> next_draw_ns_{0};
  int64_t start_ns_;
  std::mutex note_mutex_;
  std::string note_;
};

}  // namespace smelt
