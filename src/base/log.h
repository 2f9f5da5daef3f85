// Logging for the program; libraries get a Logger through Context and never print.
//
// People read stderr (level by -q/-v), machines read runs/NAME/log.jsonl (everything).
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <fmt/core.h>

namespace smelt {

enum class LogLevel { kDebug, kInfo, kWarn, kError };

class Logger {
 public:
  Logger();  // no sinks: silent
  ~Logger();
  Logger(const Logger&) = delete;
  Logger& operator=(const Logger&) = delete;

  void to_stderr(LogLevel level);
  void to_file(const std::string& path);  // appends JSON lines: time, level, message

  void write(LogLevel level, std::string_view message);
  // Into the file alone, for what people are told by another way.
  void record(LogLevel level, std::string_view message);
  template <class... Args>
  void debug(fmt::format_string<Args...> format, Args&&... args) {
    write(LogLevel::kDebug, fmt::format(format, std::forward<Args>(args)...));
  }
  template <class... Args>
  void info(fmt::format_string<Args...> format, Args&&... args) {
    write(LogLevel::kInfo, fmt::format(format, std::forward<Args>(args)...));
  }
  template <class... Args>
  void warn(fmt::format_string<Args...> format, Args&&... args) {
    write(LogLevel::kWarn, fmt::format(format, std::forward<Args>(args)...));
  }
  template <class... Args>
  void error(fmt::format_string<Args...> format, Args&&... args) {
    write(LogLevel::kError, fmt::format(format, std::forward<Args>(args)...));
  }

 private:
  void record_locked(LogLevel level, std::string_view message);
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace smelt
