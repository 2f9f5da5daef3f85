#include "base/progress.h"

#include <chrono>
#include <cstdio>

#include <fmt/format.h>
#include <unistd.h>

#include "base/log.h"
#include "base/text.h"

namespace smelt {
namespace {

constexpr int64_t kTerminalPeriodNs = 100'000'000;
constexpr int64_t kLinesPeriodNs = 15'000'000'000;

int64_t now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

std::string amount(double count, const std::string& unit) {
  return unit == "bytes" ? human_bytes(count) : human_count(count) + " " + unit;
}

}  // namespace

void ProgressSink::show(const std::string& line, bool final) {
  if (mode_ == ProgressMode::kNone) {
    return;
  }
  const std::lock_guard lock(mutex_);
  if (mode_ == ProgressMode::kTerminal) {
    std::fprintf(stderr, "\r\x1b[2K%s", line.c_str());
    if (final) {
      std::fputc('\n', stderr);
    }
    std::fflush(stderr);
  } else if (log_ != nullptr) {
    log_->info("{}", line);
  }
}

Progress::Progress(ProgressSink& sink, std::string name, uint64_t total, std::string unit)
    : sink_(sink), name_(std::move(name)), total_(total), unit_(std::move(unit)), start_ns_(now_ns()) {
  next_draw_ns_ = start_ns_ + (sink_.mode() == ProgressMode::kTerminal ? kTerminalPeriodNs : kLinesPeriodNs);
}

Progress::~Progress() {
  draw(true);
}

double Progress::seconds() const {
  return static_cast<double>(now_ns() - start_ns_) * 1e-9;
}

void Progress::set_note(std::string note) {
  const std::lock_guard lock(note_mutex_);
  note_ = std::move(note);
}

void Progress::add(uint64_t count) {
  count_.fetch_add(count, std::memory_order_relaxed);
  if (sink_.mode() == ProgressMode::kNone) {
    return;
  }
  const int64_t now = now_ns();
  int64_t due = next_draw_ns_.load(std::memory_order_relaxed);
  const int64_t period = sink_.mode() == ProgressMode::kTerminal ? kTerminalPeriodNs : kLinesPeriodNs;
  if (now >= due && next_draw_ns_.compare_exchange_strong(due, now + period)) {
    draw(false);
  }
}

void Progress::draw(bool final) {
  if (sink_.mode() == ProgressMode::kNone) {
    return;
  }
  const auto done = static_cast<double>(count());
  const double elapsed = seconds();
  const double rate = elapsed > 0 ? done / elapsed : 0;
  std::string line = fmt::format("{:<10} {}", name_, amount(done, unit_));
  if (total_ > 0 && !final) {
    line += fmt::format(" of {} ({:.0f} %)", amount(static_cast<double>(total_), unit_),
                        100 * done / static_cast<double>(total_));
  }
  line += fmt::format(", {}/s", amount(rate, unit_));
  if (final) {
    line += ", took " + human_duration(elapsed);
  } else if (total_ > 0 && rate > 0) {
    line += fmt::format(", {} left", human_duration((static_cast<double>(total_) - done) / rate));
  }
  {
    const std::lock_guard lock(note_mutex_);
    if (!note_.empty()) {
      line += ", " + note_;
    }
  }
  sink_.show(line, final);
}

}  // namespace smelt
