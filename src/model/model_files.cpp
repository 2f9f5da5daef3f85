#include "model/model_files.h"

#include <algorithm>

#include "base/error.h"
#include "base/files.h"

namespace smelt {
namespace {

// transformers' plain operations raise every time step to time_step_min, which is only meant for fresh weights; the
// line's kernels, vLLM, llama.cpp and we do not. A bound that no time step reaches makes them compute the same model.
constexpr double kNoTimeStepBound = 1e-12;

}  // namespace

std::vector<TensorView> flat_tensor_views(const ParameterSet& parameters, const at::Tensor& flat) {
  SMELT_CHECK(flat.scalar_type() == at::kFloat && flat.numel() == parameters.size());
  std::vector<TensorView> out;
  for (const Parameter& parameter : parameters.all()) {
    const auto* data = reinterpret_cast<const char*>(flat.const_data_ptr<float>() + parameter.offset);
    const auto bytes = static_cast<size_t>(parameter.spec.count()) * sizeof(float);
    out.push_back({parameter.spec.name, DType::kF32, parameter.spec.shape, {data, bytes}});
  }
  return out;
}

void load_flat_tensors(const ParameterSet& parameters, const SafetensorsFile& file, at::Tensor& flat) {
  SMELT_CHECK(flat.scalar_type() == at::kFloat && flat.numel() == parameters.size());
  if (file.tensors().size() != parameters.all().size()) {
    throw input_error("the file does not hold this model's tensors", file.path());
  }
  for (const Parameter& parameter : parameters.all()) {
    const TensorView& view = file.at(parameter.spec.name);
    if (view.dtype != DType::kF32 || view.shape != parameter.spec.shape) {
      throw input_error("tensor " + view.name + " has another type or shape than the model's", file.path());
    }
    bytes_to_floats(view.dtype, view.bytes.data(), view.count(), flat.mutable_data_ptr<float>() + parameter.offset);
  }
}

std::unique_ptr<NemotronH> load_model(const std::string& directory) {
  const ModelDirectory files = ModelDirectory::open(directory);
  auto model = std::make_unique<NemotronH>(files.config());
  auto* values = model->parameters().values().mutable_data_ptr<float>();
  for (const Parameter& parameter : model->parameters().all()) {
    const TensorView& view = files.tensor(parameter.spec.name);
    bytes_to_floats(view.dtype, view.bytes.data(), view.count(), values + parameter.offset);
  }
  return model;
}

void save_model(const NemotronH& model, const std::string& directory, const std::string& dtype,
                const std::map<std::string, std::string>& beside) {
  const DType stored = dtype_of_torch_name(dtype);
  ModelConfig config = model.config();
  config.torch_dtype = dtype;
  config.time_step_min = std::min(config.time_step_min, kNoTimeStepBound);
  std::vector<TensorView> tensors = flat_tensor_views(model.parameters(), model.parameters().values());
  std::vector<std::string> narrowed(tensors.size());
  for (size_t i = 0; i < tensors.size(); ++i) {
    narrowed[i].resize(static_cast<size_t>(tensors[i].count() * dtype_bytes(stored)));
    floats_to_bytes(stored, reinterpret_cast<const float*>(tensors[i].bytes.data()), tensors[i].count(),
                    narrowed[i].data());
    tensors[i].dtype = stored;
    tensors[i].bytes = narrowed[i];
  }
  const std::string unfinished = directory + ".unfinished";
  remove_all(unfinished);
  make_directories(unfinished);
  for (const auto& [name, bytes] : beside) {
    write_file(unfinished + "/" + name, bytes);
  }
  write_model_directory(unfinished, config, tensors);
  remove_all(directory);
  rename_durably(unfinished, directory);
}

}  // namespace smelt
