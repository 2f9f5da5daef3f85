// `smelt inspect PATH`: what a file or folder of the flow is and what it holds, in words and as JSON.
#pragma once

#include <string>

#include "base/context.h"
#include "base/json.h"
#include "cli/inspect/sheet.h"

namespace smelt::cli {

struct Explanation {
  std::string kind;  // "model", "checkpoint", "documents", "WARC", ...
  std::string text;  // for people, several lines
  Json data;         // for --json
};

// Throws UserError(kInput) where the path does not exist or nothing is recognised, naming what would be.
Explanation explain(const std::string& path);

// The lineage of the documents of that id in a run, a corpus or documents (corpus/lineage/trace.h). Throws
// UserError(kInput) where there is none.
Explanation explain_document(const Context& context, const std::string& path, const std::string& id);

// The kinds. Each expects a path of its kind; errors name the file.
Explanation explain_run(const std::string& dir);
Explanation explain_runs(const std::string& dir);         // a folder of runs
Explanation explain_stage(const std::string& dir);        // a folder with manifest.json: verifies every checksum
Explanation explain_unfinished(const std::string& dir);   // STAGE.partial
Explanation explain_model(const std::string& dir);        // Hugging Face directory
Explanation explain_models(const std::string& dir);       // milestones: step-N, each a model
Explanation explain_checkpoint(const std::string& dir);   // training state
Explanation explain_checkpoints(const std::string& dir);  // step-N, each a training state
Explanation explain_safetensors(const std::string& path);
Explanation explain_tokenizer(const std::string& path);
Explanation explain_tokens(const std::string& prefix);     // Megatron .bin/.idx
Explanation explain_token_folder(const std::string& dir);  // several of them
Explanation explain_ids(const std::string& path);          // raw uint32 of `tokenizer encode`
Explanation explain_array(const std::string& path);        // .npy
Explanation explain_documents(const std::string& path);    // a file or folder
Explanation explain_rejects(const std::string& path);      // JSON lines with a reason
Explanation explain_warc(const std::string& path);
Explanation explain_page(const std::string& path);  // one HTML file
Explanation explain_pages(const std::string& dir);  // a folder of HTML and WARC files
Explanation explain_report(const std::string& path);
Explanation explain_json_lines(const std::string& path);     // metrics, timing, samples, logs and the like
Explanation explain_json(const std::string& path);           // one JSON document
Explanation explain_events(const std::string& path);         // TensorBoard
Explanation explain_chat_template(const std::string& path);  // .jinja
Explanation explain_recipe(const std::string& path);

// Rows of a manifest: who made the folder, from what, and whether every file still matches its checksum.
void add_manifest(const std::string& dir, Sheet& sheet, Json& data);

}  // namespace smelt::cli
