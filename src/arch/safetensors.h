// Safetensors files: 8 bytes of little-endian header length, a JSON object of names to {dtype, shape, data_offsets},
// then the data.
//
// Reading trusts nothing: lengths, nesting, names, types, shapes, offsets, overlaps and holes are all checked before
// the first tensor is handed out; what fails is a UserError(kInput) that names the file. Writing is atomic, its bytes a
// function of the tensors alone. Format: Hugging Face safetensors.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "arch/dtype.h"
#include "base/files.h"

namespace smelt {

// A tensor as it lies in a file or in memory: row-major, `bytes` valid as long as its owner. The start may be unaligned
// in foreign files.
struct TensorView {
  std::string name;
  DType dtype = DType::kF32;
  std::vector<int64_t> shape;
  std::string_view bytes;

  int64_t count() const;
};

// An open file, mapped read-only. Cheap to copy; safe to read from any thread.
class SafetensorsFile {
 public:
  static SafetensorsFile open(const std::string& path);
  // Over bytes that the caller keeps alive; `where` is what errors call them.
  static SafetensorsFile from_bytes(std::string_view bytes, const std::string& where);

  const std::string& path() const;
  const std::vector<TensorView>& tensors() const;              // in the order of their data
  const TensorView* find(std::string_view name) const;         // nullptr where absent
  const TensorView& at(std::string_view name) const;           // UserError where absent
  const std::map<std::string, std::string>& metadata() const;  // __metadata__

 private:
  struct State;
  std::shared_ptr<const State> state_;
};

// Writes one file: wider types first, then by name, so that every tensor is aligned to its type; the data start at a
// multiple of 64 bytes.
void write_safetensors(const std::string& path, std::vector<TensorView> tensors,
                       const std::map<std::string, std::string>& metadata);

// Writes model.safetensors into `directory`, or, where the tensors take more than max_shard_bytes,
// model-00001-of-0000N.safetensors and model.safetensors.index.json (last). Shards take tensors in the given order.
void write_sharded_safetensors(const std::string& directory, const std::vector<TensorView>& tensors,
                               int64_t max_shard_bytes = int64_t{4} << 30);

// The tensors of such a directory, single or sharded. An index that names a missing file, or a tensor its file lacks,
// is a UserError; so is a name that two shards hold.
class SafetensorsDirectory {
 public:
  static SafetensorsDirectory open(const std::string& directory);

  const std::vector<TensorView>& tensors() const { return tensors_; }
  const TensorView* find(std::string_view name) const;
  const std::vector<SafetensorsFile>& files() const { return files_; }

 private:
  std::vector<SafetensorsFile> files_;
  std::vector<TensorView> tensors_;
  std::unordered_map<std::string, size_t> by_name_;
};

}  // namespace smelt
