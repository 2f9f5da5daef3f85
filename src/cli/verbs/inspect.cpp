// `smelt inspect PATH`: explains any artefact of the flow.
#include "cli/inspect/explain.h"
#include "cli/session.h"
#include "cli/verbs/verbs.h"

namespace smelt::cli {
namespace {

int inspect(Session& session, const Arguments& arguments) {
  const std::string& path = arguments.text("PATH");
  Explanation explanation =
      arguments.has("--doc") ? explain_document(session.context(), path, arguments.text("--doc")) : explain(path);
  Json data = Json::object();
  data["kind"] = explanation.kind;
  for (auto& [key, value] : explanation.data.as_object()) {
    data[key] = std::move(value);
  }
  session.print(explanation.text, data);
  return 0;
}

}  // namespace

Verb inspect_verb() {
  return {
      "inspect",
      kToolGroup,
      "anything of the flow -> what it is and what it holds",
      "Takes WARC files, folders of pages, documents, tokenizers, token files (by prefix, .bin or .idx), "
      "safetensors, models, checkpoints,\n"
      "stage folders (their checksums are verified), runs, recipes and metrics. With --doc: what each step of a run "
      "measured and decided of one\n"
      "document, also of one that was dropped.",
      {{"PATH", "a file or folder"}},
      {{"--doc", FlagKind::kText, "ID", "a document's id, in a run, corpus or documents"}},
      {{"smelt inspect runs/quickstart", "a run"},
       {"smelt inspect runs/quickstart/tokens/heldout", "a token file"},
       {"smelt inspect runs/quickstart --doc library/json.html", "the lineage of a document"}},
      inspect};
}

}  // namespace smelt::cli
