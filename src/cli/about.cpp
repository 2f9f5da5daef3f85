#include "cli/about.h"

#include <fmt/format.h>

#include "base/cpu.h"
#include "base/version.h"

namespace smelt::cli {

Json about() {
  Json json = Json::object();
  json["version"] = version();
  json["commit"] = SMELT_COMMIT;
  json["build"] = build_info();
#ifdef SMELT_HAS_TRAINING
  json["libtorch"] = "2.11.0";
#else
  json["libtorch"] = nullptr;
#endif
  json["instruction_set"] = isa_name(active_isa());
  return json;
}

std::string version_text() {
  const Json json = about();
  return fmt::format(
      "smelt {} ({}), {}, {}, instruction set {}\n", json.at("version").as_string(), json.at("commit").as_string(),
      json.at("build").as_string(),
      json.at("libtorch").is_null() ? std::string("without LibTorch") : "LibTorch " + json.at("libtorch").as_string(),
      json.at("instruction_set").as_string());
}

}  // namespace smelt::cli
