#include "eval/report/report.h"

#include <filesystem>

#include "base/error.h"
#include "base/files.h"
#include "base/version.h"
#include "eval/report/sections.h"
#include "eval/report/style.h"

namespace smelt {

namespace {

void add_head(Html& html, const std::string& name) {
  const auto head = html.in("head");
  html.empty("meta", {{"charset", "utf-8"}});
  html.empty("meta", {{"name", "viewport"}, {"content", "width=device-width, initial-scale=1"}});
  html.empty("meta", {{"name", "color-scheme"}, {"content", "light dark"}});
  // Documents are foreign text: should escaping ever fail, the browser still loads and runs nothing.
  html.empty("meta",
             {{"http-equiv", "Content-Security-Policy"}, {"content", "default-src 'none'; style-src 'unsafe-inline'"}});
  html.leaf("title", name + " · Smelt report");
  const auto style = html.in("style");
  html.markup(kReportStyle);
}

void add_top(Html& html, const RunFolder& run) {
  const auto top = html.in("header", {{"class", "top"}});
  const auto inner = html.in("div");
  html.leaf("p", "Smelt run report", {{"class", "brand"}});
  const auto about = run.json("run.json");
  const std::string name = about ? string_at(*about, {"name"}) : "";
  html.leaf("h1", name.empty() ? run.name() : name);
  if (about) {
    std::string line;
    for (const auto& [label, value] : {std::pair{"status: ", string_at(*about, {"status"})},
                                       {"started ", string_at(*about, {"started"})},
                                       {"Smelt ", string_at(*about, {"about.version"})}}) {
      if (!value.empty()) {
        line += (line.empty() ? "" : " · ") + std::string(label) + value;
      }
    }
    html.leaf("p", line, {{"class", "sub"}});
  }
  const auto nav = html.in("nav", {{"aria-label", "Contents"}});
  for (const auto& [id, label] : {std::pair{"evaluation", "Evaluation"},
                                  {"samples", "Samples"},
                                  {"training", "Training"},
                                  {"throughput", "Speed"},
                                  {"data", "Data"},
                                  {"examples", "Examples"},
                                  {"languages", "Languages"},
                                  {"duplicates", "Duplicates"},
                                  {"tokens", "Tokens"},
                                  {"stages", "Times"},
                                  {"machine", "Machine"},
                                  {"recipe", "Recipe"},
                                  {"provenance", "Versions"}}) {
    html.leaf("a", label, {{"href", std::string("#") + id}});
  }
}

}  // namespace

std::string render_report(const std::string& run_dir) {
  std::error_code error;
  if (!std::filesystem::is_directory(run_dir, error)) {
    throw input_error("there is no such run", run_dir, "name a folder that `smelt run` made");
  }
  const RunFolder run(run_dir);
  Html html;
  html.markup("<!DOCTYPE html>\n");
  {
    const auto page = html.in("html", {{"lang", "en"}});
    add_head(html, run.name());
    const auto body = html.in("body");
    add_top(html, run);
    {
      const auto main = html.in("main");
      for (const auto add :
           {add_headline, add_evaluation, add_samples, add_training, add_throughput, add_funnel, add_examples,
            add_languages, add_duplicates, add_tokens, add_stages, add_machine, add_recipe, add_provenance}) {
        add(html, run);
        html.markup("\n");
      }
    }
    const auto footer = html.in("footer");
    html.leaf("p", std::string("Written by Smelt ") + version() +
                       " from the files of the run; nothing on this page is loaded from elsewhere.");
  }
  html.markup("\n");
  return html.str();
}

void write_report(const std::string& run_dir) {
  write_file(run_dir + "/report.html", render_report(run_dir));
}

}  // namespace smelt
