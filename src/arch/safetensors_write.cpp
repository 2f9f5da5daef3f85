#include <algorithm>

#include <fmt/format.h>

#include "arch/safetensors.h"
#include "base/error.h"
#include "base/json.h"

namespace smelt {
namespace {

constexpr const char* kSingle = "model.safetensors";
constexpr const char* kIndex = "model.safetensors.index.json";

int64_t shape_bytes(const TensorView& tensor) {
  int64_t bytes = dtype_bytes(tensor.dtype);
  for (const int64_t extent : tensor.shape) {
    bytes *= extent;
  }
  return bytes;
}

std::string make_header(const std::vector<TensorView>& tensors, const std::map<std::string, std::string>& metadata) {
  Json header = Json::object();
  auto& members = header.as_object();
  if (!metadata.empty()) {
    Json meta = Json::object();
    for (const auto& [key, value] : metadata) {
      meta[key] = value;
    }
    members.emplace_back("__metadata__", std::move(meta));
  }
  int64_t offset = 0;
  for (const TensorView& tensor : tensors) {
    const auto bytes = static_cast<int64_t>(tensor.bytes.size());
    Json entry = Json::object();
    entry["dtype"] = dtype_name(tensor.dtype);
    entry["shape"] = Json::list(tensor.shape);
    entry["data_offsets"] = Json::list(std::vector<int64_t>{offset, offset + bytes});
    members.emplace_back(tensor.name, std::move(entry));
    offset += bytes;
  }
  std::string text = header.dump();
  text.append((64 - (8 + text.size()) % 64) % 64, ' ');
  return text;
}

std::vector<SafetensorsFile> open_shards(const std::string& directory, const Json& map, const std::string& index) {
  std::vector<std::string> names;
  for (const auto& [tensor, file] : map.as_object()) {
    if (!file.is_string() || file.as_string().empty() || file.as_string().find('/') != std::string::npos) {
      throw input_error("weight_map of '" + tensor + "' is not a file name", index);
    }
    names.push_back(file.as_string());
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  std::vector<SafetensorsFile> files;
  files.reserve(names.size());
  for (const std::string& name : names) {
    if (!path_exists(directory + "/" + name)) {
      throw input_error("the file '" + name + "' that it names is missing", index, "fetch the model again");
    }
    files.push_back(SafetensorsFile::open(directory + "/" + name));
  }
  return files;
}

}  // namespace

void write_safetensors(const std::string& path, std::vector<TensorView> tensors,
                       const std::map<std::string, std::string>& metadata) {
  std::sort(tensors.begin(), tensors.end(), [](const TensorView& a, const TensorView& b) {
    return std::pair(-dtype_bytes(a.dtype), std::string_view(a.name)) <
           std::pair(-dtype_bytes(b.dtype), std::string_view(b.name));
  });
  for (size_t i = 0; i < tensors.size(); ++i) {
    SMELT_CHECK(shape_bytes(tensors[i]) == static_cast<int64_t>(tensors[i].bytes.size()));
    SMELT_CHECK(i == 0 || tensors[i].name != tensors[i - 1].name);
  }
  const std::string header = make_header(tensors, metadata);
  std::string length(8, '\0');
  for (size_t i = 0; i < 8; ++i) {
    length[i] = static_cast<char>((header.size() >> (8 * i)) & 0xFFU);
  }
  AtomicFile out(path);
  out.write(length);
  out.write(header);
  for (const TensorView& tensor : tensors) {
    out.write(tensor.bytes);
  }
  out.commit();
}

void write_sharded_safetensors(const std::string& directory, const std::vector<TensorView>& tensors,
                               int64_t max_shard_bytes) {
  const std::map<std::string, std::string> metadata = {{"format", "pt"}};  // transformers asks for it
  std::vector<std::vector<TensorView>> shards(1);
  int64_t filled = 0;
  int64_t total = 0;
  for (const TensorView& tensor : tensors) {
    const auto bytes = static_cast<int64_t>(tensor.bytes.size());
    if (!shards.back().empty() && filled + bytes > max_shard_bytes) {
      shards.emplace_back();
      filled = 0;
    }
    shards.back().push_back(tensor);
    filled += bytes;
    total += bytes;
  }
  if (shards.size() == 1) {
    write_safetensors(directory + "/" + kSingle, std::move(shards[0]), metadata);
    return;
  }
  std::vector<Json::Member> map;
  for (size_t i = 0; i < shards.size(); ++i) {
    const std::string name = fmt::format("model-{:05}-of-{:05}.safetensors", i + 1, shards.size());
    for (const TensorView& tensor : shards[i]) {
      map.emplace_back(tensor.name, name);
    }
    write_safetensors(directory + "/" + name, std::move(shards[i]), metadata);
  }
  std::sort(map.begin(), map.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  Json index = Json::object();
  index["metadata"] = Json(Json::Object{{"total_size", Json(total)}});
  index["weight_map"] = Json(std::move(map));
  write_file(directory + "/" + kIndex, index.dump(2) + "\n");
}

SafetensorsDirectory SafetensorsDirectory::open(const std::string& directory) {
  SafetensorsDirectory out;
  const std::string index = directory + "/" + kIndex;
  Json map = Json::object();
  if (path_exists(directory + "/" + kSingle)) {
    out.files_.push_back(SafetensorsFile::open(directory + "/" + kSingle));
  } else if (path_exists(index)) {
    const Json json = Json::load(index);
    const Json* weight_map = json.is_object() ? json.find("weight_map") : nullptr;
    if (weight_map == nullptr || !weight_map->is_object() || weight_map->size() == 0) {
      throw input_error("weight_map is missing", index);
    }
    map = *weight_map;
    out.files_ = open_shards(directory, map, index);
  } else {
    throw input_error("no weights: neither model.safetensors nor model.safetensors.index.json is there", directory,
                      "give the folder of a model");
  }
  for (const SafetensorsFile& file : out.files_) {
    for (const TensorView& tensor : file.tensors()) {
      if (!out.by_name_.emplace(tensor.name, out.tensors_.size()).second) {
        throw input_error("tensor '" + tensor.name + "' is in more than one file", file.path());
      }
      out.tensors_.push_back(tensor);
    }
  }
  for (const auto& [tensor, file] : map.as_object()) {
    if (out.find(tensor) == nullptr) {
      throw input_error("tensor '" + tensor + "' is not in '" + file.as_string() + "'", index);
    }
  }
  return out;
}

const TensorView* SafetensorsDirectory::find(std::string_view name) const {
  const auto it = by_name_.find(std::string(name));
  return it == by_name_.end() ? nullptr : &tensors_[it->second];
}

}  // namespace smelt
