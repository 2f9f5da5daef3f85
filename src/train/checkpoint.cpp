#include "train/checkpoint.h"

#include <algorithm>
#include <charconv>
#include <filesystem>

#include <fmt/format.h>

#include "arch/safetensors.h"
#include "base/error.h"
#include "base/files.h"
#include "base/manifest.h"
#include "model/model_files.h"

namespace smelt {
namespace {

constexpr const char* kPrefix = "step-";
constexpr const char* kUnfinished = ".unfinished-";

struct StatePart {
  const char* file;
  at::Tensor flat;
};

std::vector<StatePart> state_parts(Trainer& trainer) {
  return {{"params.safetensors", trainer.model().parameters().values()},
          {"exp_avg.safetensors", trainer.optimizer().mean()},
          {"exp_avg_sq.safetensors", trainer.optimizer().square()}};
}

}  // namespace

CheckpointStore::CheckpointStore(std::string directory, std::string key)
    : directory_(std::move(directory)), key_(std::move(key)) {}

std::string CheckpointStore::folder(int64_t step) const {
  return fmt::format("{}/{}{:08}", directory_, kPrefix, step);
}

std::vector<int64_t> CheckpointStore::steps() const {
  std::vector<int64_t> out;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(directory_, ignored)) {
    const std::string name = entry.path().filename().string();
    int64_t step = 0;
    const char* begin = name.data() + std::min(name.size(), std::string_view(kPrefix).size());
    if (name.starts_with(kPrefix) &&
        std::from_chars(begin, name.data() + name.size(), step).ptr == name.data() + name.size()) {
      out.push_back(step);
    }
  }
  std::sort(out.begin(), out.end());
  return out;
}

void CheckpointStore::save(Trainer& trainer, const Json& extra) {
  const std::string final_path = folder(trainer.steps_done());
  if (path_exists(final_path)) {
    return;
  }
  const std::string path = fmt::format("{}/{}{}", directory_, kUnfinished, trainer.steps_done());
  remove_all(path);
  make_directories(path);
  for (const StatePart& part : state_parts(trainer)) {
    write_safetensors(path + "/" + part.file, flat_tensor_views(trainer.model().parameters(), part.flat), {});
  }
  Json state = Json::object();
  state["format"] = "smelt-checkpoint-1";
  state["trainer"] = trainer.counters();
  state["extra"] = extra;
  write_file(path + "/state.json", state.dump(1) + "\n");
  Manifest manifest;
  manifest.stage = "checkpoint";
  manifest.key = key_;
  manifest.counts = trainer.counters();
  manifest.files = hash_directory(path);
  write_manifest(path, manifest);
  rename_durably(path, final_path);
}

Json CheckpointStore::read_verified(const std::string& path) const {
  const Manifest manifest = read_manifest(path);
  if (manifest.key != key_) {
    throw usage_error("the checkpoint belongs to a run with other settings or inputs", path,
                      "name another output folder");
  }
  const std::string problem = verify_manifest(path, manifest, true);
  if (!problem.empty()) {
    throw input_error(problem, {});
  }
  return Json::load(path + "/state.json");
}

std::optional<Json> CheckpointStore::restore_latest(Trainer& trainer, Logger& log) {
  std::vector<int64_t> candidates = steps();
  for (auto step = candidates.rbegin(); step != candidates.rend(); ++step) {
    const std::string path = folder(*step);
    try {
      const Json state = read_verified(path);
      for (StatePart& part : state_parts(trainer)) {
        load_flat_tensors(trainer.model().parameters(), SafetensorsFile::open(path + "/" + part.file), part.flat);
      }
      trainer.restore_counters(state.at("trainer"));
      return state.at("extra");
    } catch (const UserError& error) {
      if (error.code() == ExitCode::kUsage) {
        throw;
      }
      log.warn("a damaged checkpoint is not used: {}", error.what());
      remove_all(path);
    }
  }
  return std::nullopt;
}

void CheckpointStore::prune(int64_t keep) {
  const std::vector<int64_t> present = steps();
  for (size_t i = 0; i + static_cast<size_t>(keep) < present.size(); ++i) {
    remove_all(folder(present[i]));
  }
}

}  // namespace smelt
