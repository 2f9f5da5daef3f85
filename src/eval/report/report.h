// report.html: what a run did, on one page that opens offline, in any browser, without scripts.
#pragma once

#include <string>

namespace smelt {

// The page for a run's folder (run.json, recipe.resolved.toml, documents/, corpus/, tokenizer/, tokens/, train/, eval/,
// machine.json). A pure function of the folder's content; below 2 MB; parts that are missing or damaged are named on
// the page. Everything that comes from the folder is escaped.
std::string render_report(const std::string& run_dir);

// Writes run_dir/report.html. Throws UserError(kInput) where the folder does not exist, or what files.h says about
// writing.
void write_report(const std::string& run_dir);

}  // namespace smelt
