// A model's numbers between memory and files.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include <ATen/core/Tensor.h>

#include "arch/model_directory.h"
#include "arch/safetensors.h"
#include "model/nemotron_h.h"

namespace smelt {

// The parameters' views into a flat float32 tensor that is laid out like ParameterSet::values(); valid as long as
// `flat`.
std::vector<TensorView> flat_tensor_views(const ParameterSet& parameters, const at::Tensor& flat);
// The way back. Throws UserError(kInput) unless the file holds exactly these tensors, as float32, in these shapes.
void load_flat_tensors(const ParameterSet& parameters, const SafetensorsFile& file, at::Tensor& flat);

// A trainable float32 model from a Hugging Face directory, whatever float type its weights are stored as. Throws
// UserError(kInput).
std::unique_ptr<NemotronH> load_model(const std::string& directory);

// Writes config.json, generation_config.json and the weights as `dtype` ("bfloat16", rounding to nearest, or "float32")
// into a new folder, with `beside` (name and bytes of a tokenizer's files). The folder appears whole; one that exists
// is replaced. time_step_min, which only fresh weights need, is written as a bound that never binds.
void save_model(const NemotronH& model, const std::string& directory, const std::string& dtype,
                const std::map<std::string, std::string>& beside = {});

}  // namespace smelt
