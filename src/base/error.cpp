#include "base/error.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace smelt {
namespace {

std::string one_line(const std::string& message, const std::string& where, const std::string& cure) {
  std::string line = where.empty() ? message : where + ": " + message;
  if (!cure.empty()) {
    line += "; " + cure;
  }
  return line;
}

}  // namespace

UserError::UserError(ExitCode code, std::string message, std::string where, std::string cure)
    : std::runtime_error(one_line(message, where, cure)),
      code_(code),
      message_(std::move(message)),
      where_(std::move(where)),
      cure_(std::move(cure)) {}

UserError usage_error(std::string message, std::string where, std::string cure) {
  return {ExitCode::kUsage, std::move(message), std::move(where), std::move(cure)};
}

UserError input_error(std::string message, std::string where, std::string cure) {
  return {ExitCode::kInput, std::move(message), std::move(where), std::move(cure)};
}

UserError resource_error(std::string message, std::string where, std::string cure) {
  return {ExitCode::kResource, std::move(message), std::move(where), std::move(cure)};
}

UserError system_error(const std::string& action, const std::string& path, int error_number) {
  const std::string message = action + ": " + std::strerror(error_number);
  switch (error_number) {
    case ENOSPC:
    case EDQUOT:
      return resource_error(message, path, "free some space and run the same command again: finished work is kept");
    case ENOMEM:
      return resource_error(message, path, "use fewer threads or smaller shards");
    case EMFILE:
    case ENFILE:
      return resource_error(message, path, "raise the limit on open files (ulimit -n)");
    case ENOENT:
      return input_error(message, path, "check the path");
    case EACCES:
    case EPERM:
    case EROFS:
      return input_error(message, path, "check the permissions");
    default:
      return input_error(message, path);
  }
}

namespace detail {

void check_failed(const char* expression, const char* file, int line) {
  std::fprintf(stderr, "smelt: internal error at %s:%d: %s\n", file, line, expression);
  std::abort();
}

}  // namespace detail
}  // namespace smelt
