#include "cli/run/run_folder.h"

#include <cerrno>
#include <ctime>

#include <fcntl.h>
#include <fmt/chrono.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/catalogue.h"
#include "base/cpu.h"
#include "base/files.h"
#include "base/hash.h"
#include "cli/about.h"

namespace smelt::cli {
namespace {

std::string now_utc() {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)));
}

int take_lock(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0) {
    throw system_error("cannot create", path, errno);
  }
  // A file system without locks cannot tell; then it is the user's part to start a run once.
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
    ::close(fd);
    throw usage_error("another process is at work on this run", path, "wait for it, or stop it");
  }
  return fd;
}

Json machine_facts() {
  const CpuInfo& info = cpu_info();
  Json json = Json::object();
  json["cpu"] = info.model;
  json["threads"] = info.threads;
  json["instruction_set"] = isa_name(active_isa());
  return json;
}

UserError run_exists(const std::string& dir) {
  return usage_error("the run exists", dir,
                     "add --resume to go on with it, or choose another name with --set run.name=NAME");
}

std::string recipe_hash(const RunRecipe& recipe) {
  return hash128(recipe_to_json(recipe).dump()).hex();
}

}  // namespace

void check_helper(const RunRecipe& recipe, bool resume) {
  const std::string dir = recipe.run.output + "/" + recipe.run.name;
  if (resume || !path_exists(dir + "/run.json")) {
    return;
  }
  const Json run = Json::load(dir + "/run.json");
  if (run.get("recipe_hash", "") != recipe_hash(recipe) || run.get("status", "") != "running") {
    throw run_exists(dir);
  }
}

RunFolderWriter::RunFolderWriter(const RunRecipe& recipe, bool resume)
    : runs_dir_(recipe.run.output),
      dir_(recipe.run.output + "/" + recipe.run.name),
      start_(std::chrono::steady_clock::now()) {
  const bool exists = path_exists(file("run.json"));
  if (exists && !resume) {
    throw run_exists(dir_);
  }
  make_directories(dir_);
  lock_ = take_lock(file(".lock"));
  run_ = Json::object();
  std::string started = now_utc();
  if (exists) {
    const Json before = Json::load(file("run.json"));
    started = before.get("started", started);
    seconds_before_ = before.get("seconds", 0.0);
    if (const Json* stages = before.find("stages")) {
      run_["stages"] = *stages;
    }
    if (const Json* summary = before.find("summary")) {
      run_["summary"] = *summary;
    }
  }
  const Json settings = recipe_to_json(recipe);
  run_["name"] = recipe.run.name;
  run_["status"] = "running";
  run_["started"] = started;
  run_["recipe_hash"] = recipe_hash(recipe);
  run_["about"] = about();
  run_["machine"] = machine_facts();
  run_["recipe"] = settings;
  write_file(file("recipe.resolved.toml"), dump_recipe(recipe));
  save();
}

RunFolderWriter::~RunFolderWriter() {
  if (lock_ >= 0) {
    ::close(lock_);
  }
}

void RunFolderWriter::add_stage(const std::string& name, const StageResult& result) {
  Json entry = Json::object();
  entry["name"] = name;
  entry["seconds"] = result.manifest.seconds;
  entry["digest"] = result.manifest.digest();
  if (run_["stages"].is_null()) {
    run_["stages"] = Json::array();
  }
  auto& stages = run_["stages"].as_array();
  for (auto& stage : stages) {
    if (stage.get("name", "") == name) {
      stage = std::move(entry);
      save();
      return;
    }
  }
  stages.push_back(std::move(entry));
  save();
}

void RunFolderWriter::set_summary(const std::string& key, Json value) {
  run_["summary"][key] = std::move(value);
  save();
}

void RunFolderWriter::finish(const std::string& status) {
  run_["status"] = status;
  save();
}

void RunFolderWriter::save() {
  const double seconds =
      seconds_before_ + std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  run_["seconds"] = seconds;
  write_file(file("run.json"), run_.dump(1) + "\n");
  RunRow row{run_.at("name").as_string(),        run_.at("status").as_string(),
             run_.at("started").as_string(),     seconds,
             run_.at("recipe_hash").as_string(), {}};
  if (const Json* summary = run_.find("summary")) {
    row.summary = *summary;
  }
  Catalogue(runs_dir_).put(row);
}

}  // namespace smelt::cli
