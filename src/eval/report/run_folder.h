// Reading a run's folder for the report: whatever is missing or damaged is an absence, never an error.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace smelt {

class RunFolder {
 public:
  explicit RunFolder(std::string dir) : dir_(std::move(dir)) {}

  const std::string& dir() const { return dir_; }
  std::string name() const;  // the folder's own name
  std::string path(const std::string& relative) const { return dir_ + "/" + relative; }
  bool has(const std::string& relative) const;
  // Nothing where the file is absent, larger than `max_bytes`, or not JSON.
  std::optional<Json> json(const std::string& relative, uint64_t max_bytes = 64 << 20) const;
  // The lines that are JSON objects, of at most the last `max_bytes` of the file.
  std::vector<Json> lines(const std::string& relative, uint64_t max_bytes = 64 << 20) const;
  std::optional<std::string> text(const std::string& relative, uint64_t max_bytes = 1 << 20) const;
  // Names of the folders inside that hold a manifest.json, in the order of the flow, then by name.
  std::vector<std::string> stages() const;

 private:
  std::string dir_;
};

// The value at "a.b.c", or nullptr.
const Json* dig(const Json& root, std::string_view dotted);
// The first of the paths that holds a finite number, or a string.
std::optional<double> number_at(const Json& root, const std::vector<std::string_view>& dotted);
std::string string_at(const Json& root, const std::vector<std::string_view>& dotted);

}  // namespace smelt
