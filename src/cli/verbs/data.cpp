// `smelt extract` and `smelt curate`: the data stages by themselves.
#include <fmt/format.h>

#include "base/files.h"
#include "base/stream.h"
#include "base/text.h"
#include "cli/run/recipe.h"
#include "cli/session.h"
#include "cli/verbs/lines.h"
#include "cli/verbs/verbs.h"
#include "corpus/curate_stage.h"
#include "corpus/document_io.h"
#include "corpus/ingest_stage.h"

namespace smelt::cli {
namespace {

// Parts that are whole zstd files put one after another are a whole zstd file; for plain JSONL they are unpacked on the
// way.
void join_parts(const std::string& dir, const std::string& output, bool compressed) {
  AtomicFile file(output);
  for (const auto& name : list_files(dir)) {
    if (!name.starts_with("part-")) {
      continue;
    }
    const auto source = compressed ? open_plain(dir + "/" + name) : open_input(dir + "/" + name);
    std::string buffer(1 << 20, '\0');
    while (const size_t count = source->read(buffer.data(), buffer.size())) {
      file.write(std::string_view(buffer).substr(0, count));
    }
  }
  file.commit();
}

std::string reject_text(const Json& counts) {
  std::string out;
  if (const Json* rejects = counts.find("rejects"); rejects != nullptr && rejects->is_object()) {
    for (const auto& [reason, count] : rejects->as_object()) {
      out += fmt::format("{}{} {}", out.empty() ? "" : ", ", reason,
                         count.is_object() ? count.dump() : std::to_string(count.as_int()));
    }
  }
  return out;
}

int extract(Session& session, const Arguments& arguments) {
  const std::string output = arguments.text("--output");
  refuse_to_overwrite(output);
  const bool compressed = output.ends_with(".zst");
  if (!compressed && document_format(output) != DocumentFormat::kJsonl) {
    throw usage_error("documents are written as .jsonl or .jsonl.zst", output, "name the output accordingly");
  }
  IngestOptions options;
  PagesInput input;
  input.inputs = arguments.texts("INPUT");
  options.pages.push_back(std::move(input));
  if (arguments.has("--everything")) {
    options.extract.content = "all";
  }
  if (arguments.has("--markdown")) {
    options.extract.output = "markdown";
  }
  options.extract.links = arguments.has("--links");
  options.extract.comments = arguments.has("--comments");
  const std::string parts = output + ".parts";
  const StageResult result =
      run_single_stage(session.context(), ingest_spec(options, parts), arguments.has("--resume"),
                       [&](StageDir& stage) { return run_ingest(session.context(), options, stage); });
  join_parts(parts, output, compressed);
  if (arguments.has("--rejects")) {
    join_parts(parts + "/rejects", arguments.text("--rejects"), arguments.text("--rejects").ends_with(".zst"));
  }
  remove_all(parts);
  const Json& counts = result.manifest.counts;
  std::string text = fmt::format("{} documents of {} pages, {} of text -> {}\n", counts.at("documents").as_int(),
                                 counts.at("pages").as_int(), human_bytes(counts.at("text_bytes").as_double()), output);
  const std::string rejects = reject_text(counts);
  text += rejects.empty() ? "" : fmt::format("set aside: {}\n", rejects);
  session.print(text, counts);
  return 0;
}

int curate_documents(Session& session, const Arguments& arguments) {
  const RunRecipe recipe = load_recipe(arguments.text("RECIPE"), recipe_sets(arguments));
  const std::string run = recipe.run.output + "/" + recipe.run.name;
  const std::string input = arguments.text("--input", run + "/documents");
  const std::string output = arguments.text("--output", run + "/corpus");
  const Context& context =
      session.reconfigure(static_cast<uint64_t>(recipe.run.seed), static_cast<int>(recipe.run.threads));
  const StageResult result =
      run_single_stage(context, curate_spec(recipe.corpus, input, output), arguments.has("--resume"),
                       [&](StageDir& stage) { return run_curate(context, recipe.corpus, input, stage); });
  const Json& counts = result.manifest.counts;
  session.print(fmt::format("{}: {} documents to train on, {} held out\n", output,
                            counts.at("train").at("documents").as_int(), counts.at("heldout").at("documents").as_int()),
                counts);
  return 0;
}

}  // namespace

Verb extract_verb() {
  return {
      "extract",
      kDataGroup,
      "WARC files, folders of HTML -> documents (JSONL)",
      "The id of a document is the page's path below its folder, or the WARC record's id. Pages without main text and "
      "broken records are\n"
      "counted by reason and kept aside with --rejects.",
      {{"INPUT", "folders of .html files, WARC, WET and ARC files (plain, .gz, .zst, .lz4; http, s3 and gs too), globs",
        true, true}},
      {{"--output", FlagKind::kText, "FILE", ".jsonl or .jsonl.zst", true},
       {"--rejects", FlagKind::kText, "FILE", "where to keep what was set aside, with the reasons"},
       {"--everything", FlagKind::kSwitch, "", "every visible block, not only the main text"},
       {"--markdown", FlagKind::kSwitch, "", "Markdown instead of text with light marks"},
       {"--links", FlagKind::kSwitch, "", "with --markdown: links with their addresses"},
       {"--comments", FlagKind::kSwitch, "", "also what readers wrote under the text"},
       {"--resume", FlagKind::kSwitch, "", "go on with an interrupted attempt"}},
      {{"smelt extract pages --output docs.jsonl.zst", "a folder of pages"},
       {"smelt extract a.warc.gz b.warc.gz --output docs.jsonl.zst --rejects rejects.jsonl",
        "a crawl, with what fell out"},
       {"smelt extract 'crawl/*.warc.gz' --output docs.jsonl --json", "counts for a script"}},
      extract};
}

Verb curate_verb() {
  return {"curate",
          kDataGroup,
          "documents -> corpus: filtered, deduplicated, redacted, split",
          "Takes the [corpus] table of a recipe. Rejected documents are kept aside with their reasons.",
          {{"RECIPE", "a TOML file"}},
          {{"--input", FlagKind::kText, "DOCS", "documents: a folder, file or glob (default: the run's documents)"},
           {"--output", FlagKind::kText, "DIR", "folder to make (default: the run's corpus)"},
           {"--set", FlagKind::kTexts, "KEY=VALUE", "override a key of the recipe"},
           kMemoryFlag,
           {"--resume", FlagKind::kSwitch, "", "go on with an interrupted attempt"}},
          {{"smelt curate recipes/quickstart.toml --input docs.jsonl.zst --output corpus", "documents of your own"},
           {"smelt curate recipe.toml --input 'docs/*.parquet' --output corpus --set corpus.languages='[\"de\"]'",
            "Parquet, German only"},
           {"smelt curate recipe.toml --input docs --output corpus --resume", "after an interruption"}},
          curate_documents};
}

}  // namespace smelt::cli
