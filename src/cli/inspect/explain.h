// `smelt inspect PATH`: what a file or folder of the flow is and what it holds, in words and as JSON.
#pragma once

#include <string>

#include "base/json.h"

namespace smelt::cli {

struct Explanation {
  std::string kind;  // "model", "checkpoint", "documents", "WARC", ...
  std::string text;  // for people, several lines
  Json data;         // for --json
};

// Throws UserError(kInput) where the path does not exist or nothing is recognised, naming what would be.
Explanation explain(const std::string& path);

// The kinds, one file each in this folder. Each expects a path of its kind.
Explanation explain_run(const std::string& dir);
Explanation explain_stage(const std::string& dir);       // a folder with manifest.json: verifies every checksum
Explanation explain_model(const std::string& dir);       // Hugging Face directory
Explanation explain_checkpoint(const std::string& dir);  // training state
Explanation explain_safetensors(const std::string& path);
Explanation explain_tokenizer(const std::string& path);
Explanation explain_tokens(const std::string& prefix);  // Megatron .bin/.idx
Explanation explain_documents(const std::string& path);
Explanation explain_warc(const std::string& path);
Explanation explain_pages(const std::string& dir);
Explanation explain_json_lines(const std::string& path);  // metrics and the like
Explanation explain_recipe(const std::string& path);

}  // namespace smelt::cli
