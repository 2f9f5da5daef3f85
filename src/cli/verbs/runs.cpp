// `smelt runs ls`, `runs show`, `runs diff`: the catalogue of runs.
#include <algorithm>
#include <filesystem>
#include <map>

#include <fmt/format.h>

#include "base/catalogue.h"
#include "base/did_you_mean.h"
#include "base/files.h"
#include "base/text.h"
#include "cli/inspect/sheet.h"
#include "cli/session.h"
#include "cli/verbs/verbs.h"

namespace smelt::cli {
namespace {

const Flag kRunsFlag = {"--runs", FlagKind::kText, "DIR", "folder of the runs (default: runs)", false};

std::vector<std::string> run_names(const std::string& runs) {
  std::vector<std::string> out;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(runs, error)) {
    if (path_exists(entry.path().string() + "/run.json")) {
      out.push_back(entry.path().filename().string());
    }
  }
  return out;
}

std::string run_folder(const Arguments& arguments, const std::string& name) {
  // A path works as well as a name.
  const std::string runs = arguments.text("--runs", "runs");
  const std::string dir = path_exists(name + "/run.json") ? name : runs + "/" + name;
  if (!path_exists(dir + "/run.json")) {
    throw usage_error("no run of that name", dir, did_you_mean(name, run_names(runs), "`smelt runs ls` lists them"));
  }
  return dir;
}

const Json* number_in(const Json& summary, const char* key) {
  const Json* value = summary.is_object() ? summary.find(key) : nullptr;
  return value != nullptr && value->is_number() ? value : nullptr;
}

std::string figure_in(const Json& summary, const char* key) {
  const Json* value = number_in(summary, key);
  return value == nullptr ? "-" : fmt::format("{:.4g}", value->as_double());
}

std::string count_in(const Json& summary, const char* key) {
  const Json* value = number_in(summary, key);
  return value == nullptr ? "-" : human_count(value->as_double());
}

Json row_to_json(const RunRow& row) {
  Json json = Json::object();
  json["name"] = row.name;
  json["status"] = row.status;
  json["started"] = row.started;
  json["seconds"] = row.seconds;
  json["recipe_hash"] = row.recipe_hash;
  json["summary"] = row.summary;
  return json;
}

int list_runs(Session& session, const Arguments& arguments) {
  const std::string dir = arguments.text("--runs", "runs");
  if (!path_exists(dir)) {
    throw usage_error("there is no such folder", dir, "start a run: smelt run recipes/quickstart.toml");
  }
  Catalogue catalogue(dir);
  catalogue.rebuild();
  const std::vector<RunRow> rows = catalogue.list();
  size_t name_width = 12;
  size_t status_width = 6;
  for (const auto& row : rows) {
    name_width = std::max(name_width, row.name.size());
    status_width = std::max(status_width, row.status.size());
  }
  std::string text;
  const auto line = [&](const auto& name, const auto& status, const auto&... rest) {
    text += fmt::format("{:<{}}  {:<{}}  ", name, name_width, status, status_width);
    text += fmt::format("{:<21} {:>12} {:>8} {:>8} {:>8}  {}\n", rest...);
  };
  line("NAME", "STATUS", "STARTED", "TIME", "PAGES", "TOKENS", "LOSS", "BITS PER BYTE");
  Json all = Json::array();
  for (const auto& row : rows) {
    line(row.name, row.status, row.started, human_duration(row.seconds), count_in(row.summary, "pages"),
         count_in(row.summary, "trained_tokens"), figure_in(row.summary, "loss"),
         figure_in(row.summary, "bits_per_byte"));
    all.push_back(row_to_json(row));
  }
  session.print(text, all);
  return 0;
}

int show_run(Session& session, const Arguments& arguments) {
  const std::string dir = run_folder(arguments, arguments.text("RUN"));
  const Json run = Json::load(dir + "/run.json");
  Sheet sheet(fmt::format("run '{}': {}", run.get("name", ""), run.get("status", "")));
  sheet.row("started", run.get("started", ""));
  sheet.row("time", human_duration(run.get("seconds", 0.0)));
  for (const char* file : {"model", "report.html"}) {
    sheet.row(file, path_exists(dir + "/" + file) ? dir + "/" + file : "");
  }
  if (const Json* stages = run.find("stages"); stages != nullptr && stages->is_array()) {
    sheet.heading("stages");
    for (const auto& stage : stages->as_array()) {
      sheet.row(stage.get("name", ""),
                fmt::format("{:>12}  {}", human_duration(stage.get("seconds", 0.0)), stage.get("digest", "")));
    }
  }
  if (const Json* summary = run.find("summary"); summary != nullptr && summary->is_object()) {
    sheet.heading("figures");
    for (const auto& [key, value] : summary->as_object()) {
      sheet.row(key, figure(value));
    }
  }
  session.print(sheet.text(), run);
  return 0;
}

// Leaves of a JSON tree by dotted path, so that two recipes can be laid side by side.
void flatten(const Json& json, const std::string& path, std::map<std::string, std::string>& out) {
  if (json.is_object()) {
    for (const auto& [key, value] : json.as_object()) {
      flatten(value, path.empty() ? key : path + "." + key, out);
    }
  } else if (json.is_array() && std::any_of(json.as_array().begin(), json.as_array().end(),
                                            [](const Json& item) { return item.is_object(); })) {
    for (size_t i = 0; i < json.size(); ++i) {
      flatten(json.as_array()[i], fmt::format("{}[{}]", path, i), out);
    }
  } else {
    out[path] = figure(json);
  }
}

int diff_runs(Session& session, const Arguments& arguments) {
  const auto side = [&](const std::string& name) {
    const Json run = Json::load(run_folder(arguments, name) + "/run.json");
    std::map<std::string, std::string> out;
    for (const char* part : {"recipe", "summary", "about"}) {
      if (const Json* json = run.find(part)) {
        flatten(*json, part, out);
      }
    }
    return out;
  };
  const auto a = side(arguments.text("RUN"));
  const auto b = side(arguments.text("OTHER"));
  std::map<std::string, std::pair<std::string, std::string>> differences;
  for (const auto& [key, value] : a) {
    const auto found = b.find(key);
    if (found == b.end() || found->second != value) {
      differences[key] = {value, found == b.end() ? "-" : found->second};
    }
  }
  for (const auto& [key, value] : b) {
    if (!a.contains(key)) {
      differences[key] = {"-", value};
    }
  }
  Sheet sheet(fmt::format("{} -> {}", arguments.text("RUN"), arguments.text("OTHER")));
  Json json = Json::object();
  for (const auto& [key, sides] : differences) {
    sheet.row(key, sides.first + " -> " + sides.second);
    json[key] = Json::list(std::vector<std::string>{sides.first, sides.second});
  }
  session.print(differences.empty() ? "no differences\n" : sheet.text(), json);
  return 0;
}

}  // namespace

Verb runs_ls_verb() {
  return {"runs ls",
          kRunGroup,
          "the catalogue of runs, newest first",
          "",
          {},
          {kRunsFlag},
          {{"smelt runs ls", "what has been run here"},
           {"smelt runs ls --runs /data/runs", "runs kept elsewhere"},
           {"smelt runs ls --json", "the same for a script"}},
          list_runs};
}

Verb runs_show_verb() {
  return {"runs show",
          kRunGroup,
          "one run: stages, times, figures",
          "",
          {{"RUN", "name of a run, or the path of its folder"}},
          {kRunsFlag},
          {{"smelt runs show quickstart", "by name"},
           {"smelt runs show /data/runs/quickstart", "by path"},
           {"smelt runs show quickstart --json", "run.json as it is"}},
          show_run};
}

Verb runs_diff_verb() {
  return {"runs diff",
          kRunGroup,
          "what differs between two runs: settings, versions, figures",
          "",
          {{"RUN", "name or path of a run"}, {"OTHER", "name or path of another"}},
          {kRunsFlag},
          {{"smelt runs diff quickstart longer", "by name"},
           {"smelt runs diff runs/quickstart /data/runs/quickstart", "by path"},
           {"smelt runs diff quickstart longer --json", "key -> [left, right]"}},
          diff_runs};
}

}  // namespace smelt::cli
