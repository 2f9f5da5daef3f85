#include "serve/http/api_error.h"

namespace smelt::serve {

std::string ApiError::type() const {
  if (status == 401) {
    return "authentication_error";
  }
  if (status == 429) {
    return "rate_limit_error";
  }
  return status >= 500 ? "server_error" : "invalid_request_error";
}

Json ApiError::to_json() const {
  Json error = Json::object();
  error["message"] = message;
  error["type"] = type();
  error["param"] = param.empty() ? Json() : Json(param);
  error["code"] = code.empty() ? Json() : Json(code);
  Json out = Json::object();
  out["error"] = std::move(error);
  return out;
}

}  // namespace smelt::serve
