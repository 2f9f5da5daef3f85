// Reads keys of a configuration object by any of their spellings, with errors that name the file and the key.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>

#include "base/error.h"
#include "base/json.h"

namespace smelt {

class ConfigReader {
 public:
  using Names = std::initializer_list<const char*>;

  ConfigReader(const Json& json, std::string where) : json_(json), where_(std::move(where)) {}

  // The value under the first name that is present and not null, else nullptr.
  const Json* find(Names names) const {
    for (const char* name : names) {
      const Json* value = json_.find(name);
      if (value != nullptr && !value->is_null()) {
        return value;
      }
    }
    return nullptr;
  }

  void read(Names names, int64_t& target) const {
    if (const Json* value = find(names)) {
      if (!value->is_int() && !(value->is_double() && value->as_double() >= -9e15 && value->as_double() <= 9e15)) {
        throw wrong_type(*names.begin(), *value, "an integer");
      }
      target = value->as_int();
    }
  }
  void read(Names names, double& target) const {
    if (const Json* value = find(names)) {
      if (!value->is_number()) {
        throw wrong_type(*names.begin(), *value, "a number");
      }
      target = value->as_double();
    }
  }
  void read(Names names, bool& target) const {
    if (const Json* value = find(names)) {
      if (!value->is_bool()) {
        throw wrong_type(*names.begin(), *value, "true or false");
      }
      target = value->as_bool();
    }
  }
  void read(Names names, std::string& target) const {
    if (const Json* value = find(names)) {
      if (!value->is_string()) {
        throw wrong_type(*names.begin(), *value, "a string");
      }
      target = value->as_string();
    }
  }

  UserError wrong_type(const std::string& key, const Json& value, const std::string& wanted) const {
    return input_error(std::string("is ") + value.type_name() + ", not " + wanted, where_ + ": " + key,
                       "correct the key");
  }
  const std::string& where() const { return where_; }
  const Json& json() const { return json_; }

 private:
  const Json& json_;
  std::string where_;
};

}  // namespace smelt
