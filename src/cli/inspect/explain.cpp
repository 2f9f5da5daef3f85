#include "cli/inspect/explain.h"

#include <filesystem>

#include "base/error.h"
#include "base/files.h"
#include "base/manifest.h"
#include "base/stream.h"
#include "base/text.h"

namespace smelt::cli {
namespace {

bool ends_with_any(const std::string& path, std::initializer_list<const char*> endings) {
  for (const char* ending : endings) {
    if (path.ends_with(ending)) {
      return true;
    }
  }
  return false;
}

// The first bytes after decompression, to tell kinds apart whatever the file is called.
std::string first_bytes(const std::string& path) {
  std::string head(512, '\0');
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

Explanation explain_folder(const std::string& dir) {
  if (path_exists(dir + "/run.json")) {
    return explain_run(dir);
  }
  if (path_exists(dir + "/config.json")) {
    return explain_model(dir);
  }
  if (path_exists(dir + "/state.json")) {
    return explain_checkpoint(dir);
  }
  if (path_exists(dir + "/tokenizer.json")) {
    return explain_tokenizer(dir);
  }
  if (has_manifest(dir)) {
    return explain_stage(dir);
  }
  for (const auto& name : list_files(dir)) {
    if (ends_with_any(name, {".jsonl", ".jsonl.zst", ".jsonl.gz", ".parquet"})) {
      return explain_documents(dir);
    }
    if (ends_with_any(name, {".html", ".htm", ".xhtml"})) {
      return explain_pages(dir);
    }
  }
  throw input_error("nothing here is recognised", dir,
                    "inspect takes a run, a stage's folder, a model, a checkpoint, a tokenizer, documents or pages");
}

Explanation explain_file(const std::string& path) {
  const std::string name = std::filesystem::path(path).filename().string();
  if (name == "config.json" || name == "run.json" || name == kManifestName || name == "tokenizer.json" ||
      name == "state.json") {
    const std::string parent = std::filesystem::path(path).parent_path().string();
    return name == "tokenizer.json" ? explain_tokenizer(path) : explain_folder(parent.empty() ? "." : parent);
  }
  if (ends_with_any(name, {".bin", ".idx"})) {
    return explain_tokens(path.substr(0, path.size() - 4));
  }
  if (name.ends_with(".safetensors")) {
    return explain_safetensors(path);
  }
  if (name.ends_with(".parquet")) {
    return explain_documents(path);
  }
  if (name.ends_with(".toml")) {
    return explain_recipe(path);
  }
  const std::string head = first_bytes(path);
  if (head.starts_with("WARC/")) {
    return explain_warc(path);
  }
  if (trim(head).starts_with("{")) {
    return head.find("\"text\"") != std::string::npos && head.find("\"id\"") != std::string::npos
               ? explain_documents(path)
               : explain_json_lines(path);
  }
  throw input_error(
      "nothing here is recognised", path,
      "inspect takes WARC, documents, token files, tokenizers, safetensors, recipes, metrics, and folders of them");
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
    throw input_error("no such file or folder", clean, "check the path");
  }
  return std::filesystem::is_directory(clean) ? explain_folder(clean) : explain_file(clean);
}

}  // namespace smelt::cli
