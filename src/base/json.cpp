#include "base/json.h"

#include <cmath>
#include <limits>

#include <fmt/format.h>
#include <simdjson.h>

#include "base/files.h"
#include "base/text.h"

namespace smelt {
namespace {

Json from_dom(const simdjson::dom::element& element) {
  using Type = simdjson::dom::element_type;
  switch (element.type()) {
    case Type::ARRAY: {
      Json::Array out;
      const simdjson::dom::array items = element.get_array().value_unsafe();
      for (const auto item : items) {
        out.push_back(from_dom(item));
      }
      return Json(std::move(out));
    }
    case Type::OBJECT: {
      Json::Object out;
      const simdjson::dom::object fields = element.get_object().value_unsafe();
      for (const auto field : fields) {
        out.emplace_back(std::string(field.key), from_dom(field.value));
      }
      return Json(std::move(out));
    }
    case Type::INT64:
      return Json(element.get_int64().value_unsafe());
    case Type::UINT64:
      return Json(element.get_uint64().value_unsafe());
    case Type::DOUBLE:
      return Json(element.get_double().value_unsafe());
    case Type::STRING:
      return Json(element.get_string().value_unsafe());
    case Type::BOOL:
      return Json(element.get_bool().value_unsafe());
    default:
      return Json();
  }
}

// Python's json module writes Infinity, -Infinity and NaN bare; quoted they are legal and as_double reads them. Returns
// an empty string when there is nothing to do.
std::string quote_python_literals(std::string_view text) {
  std::string out;
  bool in_string = false;
  size_t copied = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') {
        ++i;
      } else if (c == '"') {
        in_string = false;
      }
      continue;
    }
    if (c == '"') {
      in_string = true;
      continue;
    }
    for (const std::string_view word : {"Infinity", "-Infinity", "NaN"}) {
      if (text.substr(i).starts_with(word)) {
        out.append(text.substr(copied, i - copied)).append("\"").append(word).append("\"");
        i += word.size() - 1;
        copied = i + 1;
        break;
      }
    }
  }
  if (copied != 0) {
    out.append(text.substr(copied));
  }
  return out;
}

void append_double(std::string& out, double value) {
  if (!std::isfinite(value)) {
    out += std::isnan(value) ? "NaN" : (value > 0 ? "Infinity" : "-Infinity");
    return;
  }
  const std::string digits = fmt::format("{}", value);
  out += digits;
  if (digits.find_first_of(".eE") == std::string::npos) {
    out += ".0";
  }
}

void append_line_break(std::string& out, int indent, int depth) {
  if (indent >= 0) {
    out += '\n';
    out.append(static_cast<size_t>(indent) * static_cast<size_t>(depth), ' ');
  }
}

void append_json(std::string& out, const Json& value, int indent, int depth) {
  if (value.is_null()) {
    out += "null";
  } else if (value.is_bool()) {
    out += value.as_bool() ? "true" : "false";
  } else if (value.is_int()) {
    out += std::to_string(value.as_int());
  } else if (value.is_double()) {
    append_double(out, value.as_double());
  } else if (value.is_string()) {
    out += json_quote(value.as_string());
  } else {
    const bool is_object = value.is_object();
    out += is_object ? '{' : '[';
    bool first = true;
    const auto separate = [&] {
      if (!first) {
        out += ',';
      }
      first = false;
      append_line_break(out, indent, depth + 1);
    };
    if (is_object) {
      for (const auto& [key, member] : value.as_object()) {
        separate();
        out += json_quote(key);
        out += indent >= 0 ? ": " : ":";
        append_json(out, member, indent, depth + 1);
      }
    } else {
      for (const auto& item : value.as_array()) {
        separate();
        append_json(out, item, indent, depth + 1);
      }
    }
    if (!first) {
      append_line_break(out, indent, depth);
    }
    out += is_object ? '}' : ']';
  }
}

[[noreturn]] void wrong_type(const char* wanted, const Json& value) {
  throw input_error(fmt::format("expected {}, found {}", wanted, value.type_name()));
}

}  // namespace

Json::Json(uint64_t v) {
  if (v <= static_cast<uint64_t>(std::numeric_limits<int64_t>::max())) {
    value_ = static_cast<int64_t>(v);
  } else {
    value_ = static_cast<double>(v);
  }
}

const char* Json::type_name() const {
  static constexpr const char* kNames[] = {"null",     "a boolean", "an integer", "a number",
                                           "a string", "an array",  "an object"};
  return kNames[value_.index()];
}

bool Json::as_bool() const {
  if (!is_bool()) {
    wrong_type("a boolean", *this);
  }
  return std::get<bool>(value_);
}

int64_t Json::as_int() const {
  if (is_double()) {
    const double v = std::get<double>(value_);
    if (std::abs(v) < 9.0e15 && v == std::floor(v)) {
      return static_cast<int64_t>(v);
    }
  }
  if (!is_int()) {
    wrong_type("an integer", *this);
  }
  return std::get<int64_t>(value_);
}

double Json::as_double() const {
  if (is_int()) {
    return static_cast<double>(std::get<int64_t>(value_));
  }
  if (is_string()) {
    const auto& word = std::get<std::string>(value_);
    if (word == "Infinity" || word == "-Infinity") {
      return word[0] == '-' ? -std::numeric_limits<double>::infinity() : std::numeric_limits<double>::infinity();
    }
    if (word == "NaN") {
      return std::numeric_limits<double>::quiet_NaN();
    }
  }
  if (!is_double()) {
    wrong_type("a number", *this);
  }
  return std::get<double>(value_);
}

const std::string& Json::as_string() const {
  if (!is_string()) {
    wrong_type("a string", *this);
  }
  return std::get<std::string>(value_);
}

const Json::Array& Json::as_array() const {
  if (!is_array()) {
    wrong_type("an array", *this);
  }
  return std::get<Array>(value_);
}

Json::Array& Json::as_array() {
  if (!is_array()) {
    wrong_type("an array", *this);
  }
  return std::get<Array>(value_);
}

const Json::Object& Json::as_object() const {
  if (!is_object()) {
    wrong_type("an object", *this);
  }
  return std::get<Object>(value_);
}

Json::Object& Json::as_object() {
  if (!is_object()) {
    wrong_type("an object", *this);
  }
  return std::get<Object>(value_);
}

const Json* Json::find(std::string_view key) const {
  for (const auto& [name, value] : as_object()) {
    if (name == key) {
      return &value;
    }
  }
  return nullptr;
}

const Json& Json::at(std::string_view key) const {
  const Json* value = find(key);
  if (value == nullptr) {
    throw input_error(fmt::format("key '{}' is missing", key));
  }
  return *value;
}

Json& Json::operator[](std::string_view key) {
  if (is_null()) {
    value_ = Object{};
  }
  for (auto& [name, value] : as_object()) {
    if (name == key) {
      return value;
    }
  }
  return as_object().emplace_back(std::string(key), Json()).second;
}

void Json::erase(std::string_view key) {
  std::erase_if(as_object(), [&](const Member& member) { return member.first == key; });
}

bool Json::get(std::string_view key, bool fallback) const {
  const Json* value = find(key);
  return value == nullptr || value->is_null() ? fallback : value->as_bool();
}

int64_t Json::get(std::string_view key, int64_t fallback) const {
  const Json* value = find(key);
  return value == nullptr || value->is_null() ? fallback : value->as_int();
}

double Json::get(std::string_view key, double fallback) const {
  const Json* value = find(key);
  return value == nullptr || value->is_null() ? fallback : value->as_double();
}

std::string Json::get(std::string_view key, const char* fallback) const {
  const Json* value = find(key);
  return value == nullptr || value->is_null() ? fallback : value->as_string();
}

std::string Json::get(std::string_view key, const std::string& fallback) const {
  return get(key, fallback.c_str());
}

size_t Json::size() const {
  if (is_array()) {
    return as_array().size();
  }
  return is_object() ? as_object().size() : 0;
}

std::string Json::dump(int indent) const {
  std::string out;
  append_json(out, *this, indent, 0);
  return out;
}

Result<Json> Json::parse(std::string_view text) {
  const std::string quoted = quote_python_literals(text);
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  const simdjson::padded_string padded(quoted.empty() ? text : std::string_view(quoted));
  const simdjson::error_code error = parser.parse(padded).get(root);
  if (error != simdjson::SUCCESS) {
    return Reject{"bad_json", simdjson::error_message(error)};
  }
  return from_dom(root);
}

Json Json::load(const std::string& path) {
  Result<Json> result = parse(read_file(path));
  if (!result) {
    throw input_error("not valid JSON: " + result.reject().detail, path);
  }
  return std::move(result).value();
}

std::string json_quote(std::string_view text) {
  std::string fixed;
  if (!is_valid_utf8(text)) {
    fixed = replace_invalid_utf8(text);
    text = fixed;
  }
  std::string out = "\"";
  out.reserve(text.size() + 2);
  for (const char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      case '\b':
        out += "\\b";
        break;
      case '\f':
        out += "\\f";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
        } else {
          out += c;
        }
    }
  }
  out += '"';
  return out;
}

}  // namespace smelt
