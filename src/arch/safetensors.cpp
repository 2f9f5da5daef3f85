#include "arch/safetensors.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/error.h"
#include "base/json.h"

namespace smelt {
namespace {

constexpr uint64_t kMaxHeader = 100'000'000;
constexpr size_t kMaxRank = 16;

struct Range64 {
  uint64_t begin = 0;
  uint64_t end = 0;
};

UserError broken(const std::string& where, const std::string& message) {
  return input_error("not a valid safetensors file: " + message, where, "fetch or write the file again");
}

uint64_t read_header_length(std::string_view bytes, const std::string& where) {
  if (bytes.size() < 8) {
    throw broken(where, fmt::format("{} bytes are too few for the header length", bytes.size()));
  }
  uint64_t length = 0;
  for (size_t i = 0; i < 8; ++i) {
    length |= static_cast<uint64_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
  }
  if (length > kMaxHeader) {
    throw broken(where, fmt::format("the header is said to have {} bytes, more than {}", length, kMaxHeader));
  }
  if (length > bytes.size() - 8) {
    throw broken(where, fmt::format("the header is said to have {} bytes, but {} follow", length, bytes.size() - 8));
  }
  if (length < 2 || bytes[8] != '{') {
    throw broken(where, "the header does not begin with '{'");
  }
  return length;
}

uint64_t unsigned_value(const Json& value, const std::string& where, const std::string& what) {
  if (!value.is_int() || value.as_int() < 0) {
    throw broken(where, what + " is not a non-negative integer");
  }
  return static_cast<uint64_t>(value.as_int());
}

// Fills dtype and shape, and gives the byte range within the data.
Range64 read_entry(const Json& entry, const std::string& where, TensorView& tensor) {
  const std::string what = "tensor '" + tensor.name + "'";
  if (!entry.is_object()) {
    throw broken(where, what + " is not described by an object");
  }
  const Json* dtype = entry.find("dtype");
  const Json* shape = entry.find("shape");
  const Json* offsets = entry.find("data_offsets");
  if (dtype == nullptr || shape == nullptr || offsets == nullptr || !dtype->is_string() || !shape->is_array() ||
      !offsets->is_array() || offsets->size() != 2) {
    throw broken(where, what + " lacks dtype, shape or a pair of data_offsets");
  }
  const auto parsed = parse_dtype(dtype->as_string());
  if (!parsed) {
    throw broken(where, what + " has the unknown dtype '" + dtype->as_string() + "'");
  }
  tensor.dtype = *parsed;
  if (shape->size() > kMaxRank) {
    throw broken(where, fmt::format("{} has {} dimensions", what, shape->size()));
  }
  uint64_t bytes = static_cast<uint64_t>(dtype_bytes(*parsed));
  for (const Json& extent : shape->as_array()) {
    const uint64_t value = unsigned_value(extent, where, what + ": a dimension");
    tensor.shape.push_back(static_cast<int64_t>(value));
    if (__builtin_mul_overflow(bytes, value, &bytes)) {
      throw broken(where, what + " has a shape beyond 2^64 bytes");
    }
  }
  const Range64 range = {unsigned_value(offsets->as_array()[0], where, what + ": data_offsets"),
                         unsigned_value(offsets->as_array()[1], where, what + ": data_offsets")};
  if (range.end < range.begin || range.end - range.begin != bytes) {
    throw broken(where, fmt::format("{} has data_offsets [{}, {}] for {} bytes", what, range.begin, range.end, bytes));
  }
  return range;
}

// Tensors must follow one another without overlap or hole and end with the file.
void place(std::vector<std::pair<Range64, TensorView>>& entries, std::string_view data, const std::string& where) {
  std::stable_sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) {
    return std::pair(a.first.begin, a.first.end) < std::pair(b.first.begin, b.first.end);
  });
  uint64_t position = 0;
  for (auto& [range, tensor] : entries) {
    if (range.begin != position) {
      throw broken(where, fmt::format("tensor '{}' begins at byte {} of the data, where {} was due ({})", tensor.name,
                                      range.begin, position,
                                      range.begin < position ? "it overlaps another" : "there is a hole"));
    }
    if (range.end > data.size()) {
      throw broken(where, fmt::format("tensor '{}' ends at byte {} of the data, but the file has {}: it is cut off",
                                      tensor.name, range.end, data.size()));
    }
    tensor.bytes = data.substr(range.begin, range.end - range.begin);
    position = range.end;
  }
  if (position != data.size()) {
    throw broken(where, fmt::format("{} bytes follow the last tensor", data.size() - position));
  }
}

}  // namespace

int64_t TensorView::count() const {
  return static_cast<int64_t>(bytes.size()) / dtype_bytes(dtype);
}

struct SafetensorsFile::State {
  std::string path;
  MappedFile file;
  std::vector<TensorView> tensors;
  std::unordered_map<std::string, size_t> by_name;
  std::map<std::string, std::string> metadata;

  void read_metadata(const Json& json) {
    if (!json.is_object()) {
      throw broken(path, "__metadata__ is not an object");
    }
    for (const auto& [key, value] : json.as_object()) {
      if (!value.is_string()) {
        throw broken(path, "__metadata__ holds something that is not a string: '" + key + "'");
      }
      metadata[key] = value.as_string();
    }
  }

  void parse(std::string_view bytes) {
    const uint64_t length = read_header_length(bytes, path);
    const auto header = Json::parse(bytes.substr(8, length));
    if (!header) {
      throw broken(path, "the header is no JSON (" + header.reject().detail + ")");
    }
    if (!header.value().is_object()) {
      throw broken(path, "the header is not an object");
    }
    std::vector<std::pair<Range64, TensorView>> entries;
    for (const auto& [name, entry] : header.value().as_object()) {
      if (name == "__metadata__") {
        read_metadata(entry);
        continue;
      }
      TensorView tensor;
      tensor.name = name;
      const Range64 range = read_entry(entry, path, tensor);
      entries.emplace_back(range, std::move(tensor));
    }
    place(entries, bytes.substr(8 + length), path);
    for (auto& [range, tensor] : entries) {
      if (!by_name.emplace(tensor.name, tensors.size()).second) {
        throw broken(path, "tensor '" + tensor.name + "' is listed twice");
      }
      tensors.push_back(std::move(tensor));
    }
  }
};

SafetensorsFile SafetensorsFile::open(const std::string& path) {
  auto state = std::make_shared<State>();
  state->path = path;
  state->file = MappedFile(path);
  state->parse(state->file.bytes());
  SafetensorsFile out;
  out.state_ = std::move(state);
  return out;
}

SafetensorsFile SafetensorsFile::from_bytes(std::string_view bytes, const std::string& where) {
  auto state = std::make_shared<State>();
  state->path = where;
  state->parse(bytes);
  SafetensorsFile out;
  out.state_ = std::move(state);
  return out;
}

const std::string& SafetensorsFile::path() const {
  return state_->path;
}
const std::vector<TensorView>& SafetensorsFile::tensors() const {
  return state_->tensors;
}
const std::map<std::string, std::string>& SafetensorsFile::metadata() const {
  return state_->metadata;
}

const TensorView* SafetensorsFile::find(std::string_view name) const {
  const auto it = state_->by_name.find(std::string(name));
  return it == state_->by_name.end() ? nullptr : &state_->tensors[it->second];
}

const TensorView& SafetensorsFile::at(std::string_view name) const {
  const TensorView* tensor = find(name);
  if (tensor == nullptr) {
    throw input_error("tensor '" + std::string(name) + "' is missing", path());
  }
  return *tensor;
}

}  // namespace smelt
