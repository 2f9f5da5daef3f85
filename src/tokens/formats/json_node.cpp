#include "tokens/formats/json_node.h"

#include <fmt/core.h>

#include "tokens/unicode/properties.h"

namespace smelt {

void JsonNode::fail(const std::string& message) const {
  throw input_error(message, fmt::format("{}: {}", file_, path_.empty() ? "(top)" : path_),
                    "give a tokenizer.json as Hugging Face's library writes it");
}

const Json& JsonNode::need_object() const {
  if (!json_.is_object()) {
    fail(fmt::format("is {}, not an object", json_.type_name()));
  }
  return json_;
}

const Json::Array& JsonNode::items() const {
  if (!json_.is_array()) {
    fail(fmt::format("is {}, not an array", json_.type_name()));
  }
  return json_.as_array();
}

bool JsonNode::has(const char* key) const {
  const Json* value = need_object().find(key);
  return value != nullptr && !value->is_null();
}

JsonNode JsonNode::at(const char* key) const {
  const Json* value = need_object().find(key);
  if (value == nullptr) {
    fail(fmt::format("has no \"{}\"", key));
  }
  return {*value, file_, path_.empty() ? key : path_ + "." + key};
}

JsonNode JsonNode::at(size_t index) const {
  return {items()[index], file_, fmt::format("{}[{}]", path_, index)};
}

bool JsonNode::flag(const char* key) const {
  const JsonNode value = at(key);
  if (!value.json_.is_bool()) {
    value.fail("is neither true nor false");
  }
  return value.json_.as_bool();
}

bool JsonNode::flag(const char* key, bool fallback) const {
  return has(key) ? flag(key) : fallback;
}

const std::string& JsonNode::string() const {
  if (!json_.is_string()) {
    fail(fmt::format("is {}, not a string", json_.type_name()));
  }
  return json_.as_string();
}

uint32_t JsonNode::character() const {
  const std::string& text = string();
  const Character c = text.empty() ? Character{0, 0} : character_at(text, 0);
  if (text.empty() || c.length != text.size()) {
    fail("is not one character");
  }
  return c.code_point;
}

uint32_t JsonNode::number() const {
  if (!json_.is_int() || json_.as_int() < 0 || json_.as_int() > UINT32_MAX) {
    fail("is no number from 0 to 4294967295");
  }
  return static_cast<uint32_t>(json_.as_int());
}

double JsonNode::real() const {
  if (!json_.is_number()) {
    fail("is not a number");
  }
  return json_.as_double();
}

}  // namespace smelt
