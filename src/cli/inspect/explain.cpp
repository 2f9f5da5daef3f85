#include "cli/inspect/explain.h"

#include <algorithm>
#include <filesystem>

#include "base/error.h"
#include "base/files.h"
#include "base/manifest.h"
#include "base/stream.h"
#include "base/text.h"
#include "crawl/page_kind.h"

namespace smelt::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kKnown =
    "inspect takes WARC files, HTML pages, documents (JSONL, Parquet), tokenizers, token files, recipes, safetensors, "
    "models, checkpoints, metrics, manifests, and folders of them";

bool ends_with_any(const std::string& path, std::initializer_list<const char*> endings) {
  return std::any_of(endings.begin(), endings.end(), [&](const char* ending) { return path.ends_with(ending); });
}

// The first bytes after decompression, to tell kinds apart whatever the file is called.
std::string first_bytes(const std::string& path) {
  std::string head(4096, '\0');
  size_t have = 0;
  try {
    const auto source = open_input(path);
    while (have < head.size()) {
      const size_t count = source->read(head.data() + have, head.size() - have);
      if (count == 0) {
        break;
      }
      have += count;
    }
  } catch (const StreamError&) {
    // A damaged stream is explained by what came before the damage.
  }
  head.resize(have);
  return head;
}

// Whether a folder of `dir` has the file: runs of a folder of runs, steps of checkpoints and milestones.
bool any_child_has(const std::string& dir, const std::string& file, const std::string& prefix = {}) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(dir, error)) {
    if (entry.path().filename().string().starts_with(prefix) && path_exists(entry.path().string() + "/" + file)) {
      return true;
    }
  }
  return false;
}

Explanation explain_files_of(const std::string& dir) {
  bool empty = true;
  for (const auto& name : list_files(dir)) {
    empty = false;
    if (ends_with_any(name, {".jsonl", ".jsonl.zst", ".jsonl.zstd", ".jsonl.gz", ".ndjson", ".parquet"})) {
      return fs::path(dir).filename() == "rejects" ? explain_rejects(dir) : explain_documents(dir);
    }
    if (name.ends_with(".idx")) {
      return explain_token_folder(dir);
    }
    if (is_html_file(name) || is_warc_file(name)) {
      return explain_pages(dir);
    }
  }
  throw input_error(empty ? "the folder is empty" : "nothing in the folder is recognised", dir, kKnown);
}

Explanation explain_folder(const std::string& dir) {
  const auto has = [&](const char* name) { return path_exists(dir + "/" + name); };
  if (has("run.json")) {
    return explain_run(dir);
  }
  if (has(".stage")) {
    return explain_unfinished(dir);
  }
  if (has("config.json")) {
    return explain_model(dir);
  }
  if (has("state.json")) {
    return explain_checkpoint(dir);
  }
  if (has("tokenizer.json") || (has("vocab.json") && has("merges.txt"))) {
    return explain_tokenizer(dir);
  }
  if (has_manifest(dir)) {
    return explain_stage(dir);
  }
  if (any_child_has(dir, "state.json", "step-")) {
    return explain_checkpoints(dir);
  }
  if (any_child_has(dir, "config.json", "step-")) {
    return explain_models(dir);
  }
  if (has("catalogue.sqlite") || any_child_has(dir, "run.json")) {
    return explain_runs(dir);
  }
  return explain_files_of(dir);
}

Explanation explain_by_content(const std::string& path) {
  const std::string head = first_bytes(path);
  const std::string_view start = trim(head);
  if (head.empty()) {
    if (path.find(".jsonl") != std::string::npos && file_size(path) > 0) {
      return explain_documents(path);  // a part without documents, or a damaged one, which reading names
    }
    throw input_error(file_size(path) == 0 ? "the file is empty" : "the compressed file is damaged at its start", path,
                      kKnown);
  }
  if (head.starts_with("WARC/")) {
    return explain_warc(path);
  }
  if (head.starts_with("PAR1")) {
    return explain_documents(path);
  }
  if (head.starts_with("\x93NUMPY")) {
    return explain_array(path);
  }
  if (start.starts_with("{")) {
    const bool lines = path.find(".jsonl") != std::string::npos || path.find(".ndjson") != std::string::npos ||
                       start.find('\n') == std::string_view::npos || start.find("}\n{") != std::string_view::npos;
    if (!lines) {
      return explain_json(path);
    }
    const std::string_view first = start.substr(0, start.find('\n'));
    const fs::path place(path);
    const bool aside = place.parent_path().filename() == "rejects" || place.filename().string().starts_with("rejects");
    if (aside || (first.find("\"reason\":") != std::string_view::npos && first.starts_with("{\"id\":"))) {
      return explain_rejects(path);
    }
    const bool document =
        first.find("\"text\":") != std::string_view::npos && first.find("\"step\":") == std::string_view::npos;
    return document ? explain_documents(path) : explain_json_lines(path);
  }
  if (starts_with_ignoring_case(start, "<!doctype html") || starts_with_ignoring_case(start, "<html")) {
    return explain_page(path);
  }
  throw input_error("nothing in the file is recognised", path, kKnown);
}

Explanation explain_file(const std::string& path) {
  const std::string name = fs::path(path).filename().string();
  const std::string parent = fs::path(path).has_parent_path() ? fs::path(path).parent_path().string() : ".";
  if (name == "run.json") {
    return explain_run(parent);
  }
  if (name == "config.json" || name == "model.safetensors.index.json") {
    return explain_model(parent);
  }
  if (name == "state.json") {
    return explain_checkpoint(parent);
  }
  if (name == kManifestName) {
    return explain_stage(parent);
  }
  if (name == "tokenizer.json" || name == "vocab.json" || name == "merges.txt") {
    return explain_tokenizer(name == "tokenizer.json" ? path : parent);
  }
  if (name == "report.html" && path_exists(parent + "/run.json")) {
    return explain_report(path);
  }
  if (ends_with_any(name, {".bin", ".idx"})) {
    const std::string prefix = path.substr(0, path.size() - 4);
    return name.ends_with(".idx") || path_exists(prefix + ".idx") ? explain_tokens(prefix) : explain_ids(path);
  }
  if (name.ends_with(".ids")) {
    return explain_ids(path);
  }
  if (name == "catalogue.sqlite") {
    return explain_runs(parent);
  }
  if (name.find("tfevents") != std::string::npos) {
    return explain_events(path);
  }
  if (name.ends_with(".jinja")) {
    return explain_chat_template(path);
  }
  if (name.ends_with(".safetensors")) {
    return explain_safetensors(path);
  }
  if (name.ends_with(".toml")) {
    return explain_recipe(path);
  }
  if (is_html_file(name)) {
    return explain_page(path);
  }
  return is_warc_file(name) ? explain_warc(path) : explain_by_content(path);
}

}  // namespace

Explanation explain(const std::string& path) {
  std::string clean = path;
  while (clean.size() > 1 && clean.ends_with('/')) {
    clean.pop_back();
  }
  if (!path_exists(clean)) {
    // A token file is named by its prefix everywhere else, so here too.
    if (path_exists(clean + ".idx")) {
      return explain_tokens(clean);
    }
    throw input_error("no such file or folder", clean, "check the path; `smelt runs ls` lists the runs");
  }
  return fs::is_directory(clean) ? explain_folder(clean) : explain_file(clean);
}

}  // namespace smelt::cli
