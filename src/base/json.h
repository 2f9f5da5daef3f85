// JSON in and out: one value type for small documents (configs, manifests, requests). Bulk JSONL is read with simdjson
// directly.
//
// Objects keep their order. Numbers keep the difference between integers and floats: 1 stays 1, 1.0 stays 1.0. Floats
// are written with the fewest digits that read back to the same value. Thread safety: as a plain value.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/error.h"

namespace smelt {

class Json {
 public:
  using Array = std::vector<Json>;
  using Member = std::pair<std::string, Json>;
  using Object = std::vector<Member>;

  Json() : value_(nullptr) {}
  Json(std::nullptr_t) : value_(nullptr) {}              // NOLINT(google-explicit-constructor)
  Json(bool v) : value_(v) {}                            // NOLINT(google-explicit-constructor)
  Json(int v) : value_(static_cast<int64_t>(v)) {}       // NOLINT(google-explicit-constructor)
  Json(unsigned v) : value_(static_cast<int64_t>(v)) {}  // NOLINT(google-explicit-constructor)
  Json(int64_t v) : value_(v) {}                         // NOLINT(google-explicit-constructor)
  Json(uint64_t v);                                // NOLINT(google-explicit-constructor) above 2^63-1: kept as a double
  Json(double v) : value_(v) {}                    // NOLINT(google-explicit-constructor)
  Json(const char* v) : value_(std::string(v)) {}  // NOLINT(google-explicit-constructor)
  Json(std::string v) : value_(std::move(v)) {}    // NOLINT(google-explicit-constructor)
  Json(std::string_view v) : value_(std::string(v)) {}  // NOLINT(google-explicit-constructor)
  Json(Array v) : value_(std::move(v)) {}               // NOLINT(google-explicit-constructor)
  Json(Object v) : value_(std::move(v)) {}              // NOLINT(google-explicit-constructor)
  static Json object() { return Json(Object{}); }
  static Json array() { return Json(Array{}); }
  template <class T>
  static Json list(const std::vector<T>& values) {
    Array out;
    out.reserve(values.size());
    for (const auto& value : values) {
      out.emplace_back(value);
    }
    return Json(std::move(out));
  }

  bool is_null() const { return value_.index() == 0; }
  bool is_bool() const { return value_.index() == 1; }
  bool is_int() const { return value_.index() == 2; }
  bool is_double() const { return value_.index() == 3; }
  bool is_number() const { return is_int() || is_double(); }
  bool is_string() const { return value_.index() == 4; }
  bool is_array() const { return value_.index() == 5; }
  bool is_object() const { return value_.index() == 6; }
  const char* type_name() const;

  // Checked reads: a wrong type throws UserError(kInput) that names both types. as_double takes integers and the
  // strings "Infinity", "-Infinity", "NaN" (what parse makes of Python's bare literals).
  bool as_bool() const;
  int64_t as_int() const;  // also a float with an integral value
  double as_double() const;
  const std::string& as_string() const;
  const Array& as_array() const;
  Array& as_array();
  const Object& as_object() const;
  Object& as_object();

  // Objects: find gives nullptr where absent; at() throws UserError(kInput) naming the key; [] appends null where
  // absent.
  const Json* find(std::string_view key) const;
  const Json& at(std::string_view key) const;
  Json& operator[](std::string_view key);
  bool contains(std::string_view key) const { return find(key) != nullptr; }
  void erase(std::string_view key);
  // Reads with a default where the key is absent or null.
  bool get(std::string_view key, bool fallback) const;
  int64_t get(std::string_view key, int64_t fallback) const;
  int64_t get(std::string_view key, int fallback) const { return get(key, static_cast<int64_t>(fallback)); }
  double get(std::string_view key, double fallback) const;
  std::string get(std::string_view key, const char* fallback) const;
  std::string get(std::string_view key, const std::string& fallback) const;

  void push_back(Json value) { as_array().push_back(std::move(value)); }
  size_t size() const;  // of an array or object, else 0

  bool operator==(const Json&) const = default;

  // indent < 0: one line, no spaces; else that many spaces a level. Strings are escaped to valid UTF-8 JSON; other
  // bytes as they are.
  std::string dump(int indent = -1) const;

  // Strict RFC 8259 by simdjson, plus Python's bare Infinity, -Infinity and NaN (as strings). At most 1,024 levels
  // deep.
  static Result<Json> parse(std::string_view text);
  // Reads a file; errors name it.
  static Json load(const std::string& path);

 private:
  std::variant<std::nullptr_t, bool, int64_t, double, std::string, Array, Object> value_;
};

// `text` as a JSON string literal with its quotes. Invalid UTF-8 is replaced by U+FFFD.
std::string json_quote(std::string_view text);

}  // namespace smelt
