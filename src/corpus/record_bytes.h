// Records of numbers and strings in the files that passes hand to each other: as they lie in memory, strings behind
// their length.
#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

#include "base/error.h"

namespace smelt {

template <class T>
void append_value(std::string& out, const T& value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof(T));
}

inline void append_string(std::string& out, std::string_view value) {
  append_value(out, static_cast<uint32_t>(value.size()));
  out += value;
}

// Throws UserError(kInput) where the bytes end within a record. `path` is what errors call them.
class RecordCursor {
 public:
  RecordCursor(std::string_view bytes, std::string path) : bytes_(bytes), path_(std::move(path)) {}
  bool at_end() const { return bytes_.empty(); }

  std::span<const char> take(size_t size) {
    if (size > bytes_.size()) {
      throw input_error("the file is cut short", path_, "remove the partial folder and run again");
    }
    const std::span<const char> out(bytes_.data(), size);
    bytes_.remove_prefix(size);
    return out;
  }
  template <class T>
  T value() {
    T out;
    std::memcpy(&out, take(sizeof(T)).data(), sizeof(T));
    return out;
  }
  std::string_view view() {
    const std::span<const char> bytes = take(value<uint32_t>());
    return {bytes.data(), bytes.size()};
  }
  std::string string() { return std::string(view()); }

 private:
  std::string_view bytes_;
  std::string path_;
};

}  // namespace smelt
