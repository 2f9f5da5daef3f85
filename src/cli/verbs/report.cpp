// `smelt report RUN`: writes runs/RUN/report.html again.
#include "eval/report/report.h"

#include <fmt/format.h>

#include "base/files.h"
#include "cli/session.h"
#include "cli/verbs/verbs.h"

namespace smelt::cli {
namespace {

int report(Session& session, const Arguments& arguments) {
  const std::string& name = arguments.text("RUN");
  const std::string dir = path_exists(name + "/run.json") ? name : arguments.text("--runs", "runs") + "/" + name;
  if (!path_exists(dir + "/run.json")) {
    throw usage_error("no run of that name", dir, "`smelt runs ls` lists them");
  }
  write_report(dir);
  Json json = Json::object();
  json["report"] = dir + "/report.html";
  session.print(fmt::format("{}/report.html\n", dir), json);
  return 0;
}

}  // namespace

Verb report_verb() {
  return {"report",
          kRunGroup,
          "a run -> report.html, one file that opens offline",
          "A finished run has its report already; this writes it anew from the run's folder, also for a run that has "
          "not finished.",
          {{"RUN", "name or path of a run"}},
          {{"--runs", FlagKind::kText, "DIR", "folder of the runs (default: runs)"}},
          {{"smelt report quickstart", "by name"},
           {"smelt report /data/runs/quickstart", "by path"},
           {"smelt report quickstart --json", "the report's path for a script"}},
          report};
}

}  // namespace smelt::cli
