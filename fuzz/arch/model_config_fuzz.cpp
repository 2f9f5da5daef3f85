// Whatever config.json is taken must be written and read back equal, and its tensors be countable.
#include "arch/counts.h"
#include "arch/model_config.h"
#include "base/error.h"
#include "base/json.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto json = smelt::Json::parse({reinterpret_cast<const char*>(data), size});
  if (!json) {
    return 0;
  }
  try {
    const auto config = smelt::model_config_from_json(json.value(), "config.json");
    if (config.num_layers() * std::max<int64_t>(1, config.n_routed_experts) < 1000) {
      SMELT_CHECK(smelt::count_parameters(config).total > 0);
    }
    smelt::model_config_from_json(smelt::Json::parse(smelt::model_config_text(config)).value(), "written");
  } catch (const smelt::UserError&) {
  }
  return 0;
}
