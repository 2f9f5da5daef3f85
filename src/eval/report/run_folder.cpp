#include "eval/report/run_folder.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>

#include "base/files.h"
#include "base/manifest.h"
#include "base/text.h"

namespace smelt {

namespace fs = std::filesystem;

namespace {

constexpr std::array kFlow = {"documents", "corpus", "tokenizer", "tokens", "train", "eval"};

size_t place_in_flow(const std::string& stage) {
  return static_cast<size_t>(std::find(kFlow.begin(), kFlow.end(), stage) - kFlow.begin());
}

}  // namespace

std::string RunFolder::name() const {
  fs::path path = fs::path(dir_).lexically_normal();
  if (!path.has_filename()) {
    path = path.parent_path();
  }
  return path.filename().string();
}

bool RunFolder::has(const std::string& relative) const {
  std::error_code error;
  return fs::exists(path(relative), error);
}

std::optional<std::string> RunFolder::text(const std::string& relative, uint64_t max_bytes) const {
  std::error_code error;
  if (!fs::is_regular_file(path(relative), error) || fs::file_size(path(relative), error) > max_bytes) {
    return std::nullopt;
  }
  try {
    return read_file(path(relative));
  } catch (const UserError&) {
    return std::nullopt;
  }
}

std::optional<Json> RunFolder::json(const std::string& relative, uint64_t max_bytes) const {
  const std::optional<std::string> bytes = text(relative, max_bytes);
  if (!bytes) {
    return std::nullopt;
  }
  Result<Json> parsed = Json::parse(*bytes);
  return parsed.ok() ? std::optional<Json>(std::move(*parsed)) : std::nullopt;
}

std::vector<Json> RunFolder::lines(const std::string& relative, uint64_t max_bytes) const {
  std::error_code error;
  std::vector<Json> out;
  if (!fs::is_regular_file(path(relative), error)) {
    return out;
  }
  try {
    const MappedFile file(path(relative));
    std::string_view bytes = file.bytes();
    if (bytes.size() > max_bytes) {
      bytes.remove_prefix(bytes.size() - max_bytes);
    }
    for (const std::string_view line : split(bytes, '\n')) {
      if (line.empty()) {
        continue;
      }
      Result<Json> parsed = Json::parse(line);
      if (parsed.ok() && parsed->is_object()) {
        out.push_back(std::move(*parsed));
      }
    }
  } catch (const UserError&) {
    out.clear();
  }
  return out;
}

std::vector<std::string> RunFolder::stages() const {
  std::vector<std::string> out;
  std::error_code error;
  for (fs::directory_iterator it(dir_, error), end; !error && it != end; it.increment(error)) {
    std::error_code ignored;
    if (it->is_directory(ignored) && fs::exists(it->path() / kManifestName, ignored)) {
      out.push_back(it->path().filename().string());
    }
  }
  std::sort(out.begin(), out.end(), [](const std::string& a, const std::string& b) {
    return std::pair(place_in_flow(a), a) < std::pair(place_in_flow(b), b);
  });
  return out;
}

const Json* dig(const Json& root, std::string_view dotted) {
  const Json* at = &root;
  for (const std::string_view key : split(dotted, '.')) {
    if (!at->is_object()) {
      return nullptr;
    }
    at = at->find(key);
    if (at == nullptr) {
      return nullptr;
    }
  }
  return at;
}

std::optional<double> number_at(const Json& root, const std::vector<std::string_view>& dotted) {
  for (const std::string_view path : dotted) {
    const Json* found = dig(root, path);
    if (found != nullptr && found->is_number() && std::isfinite(found->as_double())) {
      return found->as_double();
    }
  }
  return std::nullopt;
}

std::string string_at(const Json& root, const std::vector<std::string_view>& dotted) {
  for (const std::string_view path : dotted) {
    const Json* found = dig(root, path);
    if (found != nullptr && found->is_string()) {
      return found->as_string();
    }
  }
  return {};
}

}  // namespace smelt
