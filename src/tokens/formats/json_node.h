// A value inside tokenizer.json that knows its path, so that each complaint says where it is.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"

namespace smelt {

class JsonNode {
 public:
  // `file` must outlive the node.
  JsonNode(const Json& json, const std::string& file, std::string path)
      : json_(json), file_(file), path_(std::move(path)) {}

  [[noreturn]] void fail(const std::string& message) const;
  const Json& json() const { return json_; }
  // Objects. has(): the key is there and not null.
  bool has(const char* key) const;
  JsonNode at(const char* key) const;
  bool flag(const char* key) const;  // required
  bool flag(const char* key, bool fallback) const;
  const std::string& type() const { return at("type").string(); }
  // Arrays.
  size_t size() const { return items().size(); }
  JsonNode at(size_t index) const;
  // Scalars.
  const std::string& string() const;
  uint32_t character() const;  // the only code point of a string
  uint32_t number() const;     // 0 to 2^32 - 1
  double real() const;

 private:
  const Json& need_object() const;
  const Json::Array& items() const;

  const Json& json_;
  const std::string& file_;
  std::string path_;
};

}  // namespace smelt
