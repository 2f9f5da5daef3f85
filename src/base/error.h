// What goes wrong, as values a program can act on.
//
// Three kinds, and nothing else:
//  - UserError is thrown for what ends the command: a mistake in a recipe, an unreadable input, a full disk. One clear
//  line.
//  - Result<T> is returned for what is normal per item: a broken WARC record, a page that is no HTML, a malformed
//  request.
//  - SMELT_CHECK is for our own bugs; no input may reach it.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>

namespace smelt {

// Process exit codes, one per way to end (design: 0 ok, 75 = preempted, resume me).
enum class ExitCode : int { kOk = 0, kFailed = 1, kUsage = 2, kInput = 3, kResource = 4, kPreempted = 75 };

// `where` is "file:line", "file" or "table.key"; `cure` says what the user can do. what() is "where: message; cure" in
// one line.
class UserError : public std::runtime_error {
 public:
  UserError(ExitCode code, std::string message, std::string where = {}, std::string cure = {});

  ExitCode code() const { return code_; }
  const std::string& message() const { return message_; }
  const std::string& where() const { return where_; }
  const std::string& cure() const { return cure_; }

 private:
  ExitCode code_;
  std::string message_;
  std::string where_;
  std::string cure_;
};

UserError usage_error(std::string message, std::string where = {}, std::string cure = {});     // exit 2
UserError input_error(std::string message, std::string where = {}, std::string cure = {});     // exit 3
UserError resource_error(std::string message, std::string where = {}, std::string cure = {});  // exit 4

// From errno after a failed call on `path`: ENOSPC, EDQUOT, ENOMEM, EMFILE become kResource, the rest kInput.
UserError system_error(const std::string& action, const std::string& path, int error_number);

// Why one item was set aside. `reason` is a stable snake_case name that reports count; `detail` is for the log.
struct Reject {
  std::string reason;
  std::string detail;
};

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : value_(std::move(value)) {}         // NOLINT(google-explicit-constructor)
  Result(Reject reject) : value_(std::move(reject)) {}  // NOLINT(google-explicit-constructor)

  bool ok() const { return value_.index() == 0; }
  explicit operator bool() const { return ok(); }
  T& value() & { return std::get<0>(value_); }
  const T& value() const& { return std::get<0>(value_); }
  T&& value() && { return std::get<0>(std::move(value_)); }
  const Reject& reject() const { return std::get<1>(value_); }
  T* operator->() { return &std::get<0>(value_); }
  T& operator*() { return std::get<0>(value_); }

 private:
  std::variant<T, Reject> value_;
};

namespace detail {
[[noreturn]] void check_failed(const char* expression, const char* file, int line);
}

}  // namespace smelt

#define SMELT_CHECK(expression) \
  ((expression) ? static_cast<void>(0) : ::smelt::detail::check_failed(#expression, __FILE__, __LINE__))
