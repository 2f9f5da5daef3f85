#include "base/log.h"

#include <mutex>

#include <fmt/format.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include "base/error.h"
#include "base/json.h"

namespace smelt {
namespace {

spdlog::level::level_enum to_spdlog(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return spdlog::level::debug;
    case LogLevel::kInfo:
      return spdlog::level::info;
    case LogLevel::kWarn:
      return spdlog::level::warn;
    case LogLevel::kError:
      return spdlog::level::err;
  }
  return spdlog::level::info;
}

}  // namespace

struct Logger::State {
  std::mutex mutex;
  std::shared_ptr<spdlog::logger> people;
  std::shared_ptr<spdlog::logger> machine;
};

Logger::Logger() : state_(std::make_unique<State>()) {}
Logger::~Logger() = default;

void Logger::to_stderr(LogLevel level) {
  const std::lock_guard lock(state_->mutex);
  state_->people = std::make_shared<spdlog::logger>("people", std::make_shared<spdlog::sinks::stderr_color_sink_mt>());
  state_->people->set_level(to_spdlog(level));
  state_->people->set_pattern(level == LogLevel::kDebug ? "%H:%M:%S.%e %^%l%$ %v" : "%H:%M:%S %^%v%$");
  state_->people->flush_on(spdlog::level::debug);
}

void Logger::to_file(const std::string& path) {
  const std::lock_guard lock(state_->mutex);
  try {
    state_->machine =
        std::make_shared<spdlog::logger>("machine", std::make_shared<spdlog::sinks::basic_file_sink_mt>(path));
  } catch (const spdlog::spdlog_ex& error) {
    throw input_error(error.what(), path);
  }
  // A full disk shows in the work itself; a second line about the log would hide it.
  state_->machine->set_error_handler([](const std::string&) {});
  state_->machine->set_level(spdlog::level::debug);
  state_->machine->set_pattern(R"({"time":"%Y-%m-%dT%H:%M:%S.%e%z","level":"%l","message":%v})");
  state_->machine->flush_on(spdlog::level::debug);
}

void Logger::write(LogLevel level, std::string_view message) {
  const std::lock_guard lock(state_->mutex);
  if (state_->people) {
    state_->people->log(to_spdlog(level), spdlog::string_view_t(message.data(), message.size()));
  }
  record_locked(level, message);
}

void Logger::record(LogLevel level, std::string_view message) {
  const std::lock_guard lock(state_->mutex);
  record_locked(level, message);
}

void Logger::record_locked(LogLevel level, std::string_view message) {
  if (state_->machine) {
    const std::string quoted = json_quote(message);
    state_->machine->log(to_spdlog(level), spdlog::string_view_t(quoted.data(), quoted.size()));
  }
}

}  // namespace smelt
