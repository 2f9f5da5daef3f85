// Errors of the HTTP API in OpenAI's form: {"error": {"message", "type", "param", "code"}}.
#pragma once

#include <string>

#include "base/json.h"

namespace smelt::serve {

struct ApiError {
  int status = 400;
  std::string message;  // what is wrong and what to do about it
  std::string param;    // the field at fault, empty where there is none
  std::string code;     // a stable name, empty where there is none

  // "invalid_request_error", "authentication_error", "rate_limit_error" or "server_error", by status.
  std::string type() const;
  Json to_json() const;
};

}  // namespace smelt::serve
