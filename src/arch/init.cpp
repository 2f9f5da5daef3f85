#include "arch/init.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/rng.h"

namespace smelt {
namespace {

float draw(const TensorSpec& spec, const ModelConfig& config, Rng& rng) {
  switch (spec.init) {
    case TensorInit::kNormal:
      return static_cast<float>(rng.normal() * config.initializer_range);
    case TensorInit::kResidualNormal:
      return static_cast<float>(rng.normal() * config.initializer_range /
                                std::sqrt(static_cast<double>(config.num_layers())));
    case TensorInit::kOnes:
      return 1.0F;
    case TensorInit::kZeros:
      return 0.0F;
    case TensorInit::kConvUniform:
      return static_cast<float>((2.0 * rng.uniform() - 1.0) / std::sqrt(static_cast<double>(config.conv_kernel)));
    case TensorInit::kALog:
      return static_cast<float>(std::log(1.0 + 15.0 * rng.uniform()));
    case TensorInit::kDtBias: {
      const double low = std::log(config.time_step_min);
      const double high = std::log(config.time_step_max);
      const double dt = std::max(std::exp(low + rng.uniform() * (high - low)), config.time_step_floor);
      return static_cast<float>(dt + std::log(-std::expm1(-dt)));
    }
  }
  return 0.0F;
}

}  // namespace

void init_tensor_part(const TensorSpec& spec, const ModelConfig& config, uint64_t seed, int64_t begin, int64_t end,
                      std::span<float> out) {
  SMELT_CHECK(begin % kInitBlock == 0 && end <= spec.count() && static_cast<int64_t>(out.size()) == end - begin);
  const std::string stage = "init/" + spec.name;
  for (int64_t block = begin; block < end; block += kInitBlock) {
    Rng rng(seed, stage, static_cast<uint64_t>(block / kInitBlock));
    for (int64_t i = block; i < std::min(end, block + kInitBlock); ++i) {
      out[static_cast<size_t>(i - begin)] = draw(spec, config, rng);
    }
  }
}

void init_tensor(const TensorSpec& spec, const ModelConfig& config, uint64_t seed, std::span<float> out) {
  init_tensor_part(spec, config, seed, 0, spec.count(), out);
}

}  // namespace smelt
