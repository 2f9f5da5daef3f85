// `smelt corpus diff`: two corpora side by side.
#include <filesystem>

#include <fmt/format.h>

#include "base/text.h"
#include "cli/inspect/sheet.h"
#include "cli/session.h"
#include "cli/verbs/verbs.h"
#include "corpus/lineage/corpus_diff.h"

namespace smelt::cli {
namespace {

constexpr int64_t kMiB = 1 << 20;

std::string group_name(const DiffGroup& group) {
  return group.text_differs && group.a == group.b
             ? group.a + ", other text"
             : group.a + " -> " + group.b + (group.text_differs ? ", other text" : "");
}

std::string group_size(const DiffGroup& group) {
  const std::string bytes = group.a == "absent"  ? human_bytes(static_cast<double>(group.bytes_b))
                            : group.text_differs ? human_bytes(static_cast<double>(group.bytes_a)) + " -> " +
                                                       human_bytes(static_cast<double>(group.bytes_b))
                                                 : human_bytes(static_cast<double>(group.bytes_a));
  return fmt::format("{}, {}", counted(group.documents, "document"), bytes);
}

void add_examples(const DiffGroup& group, Sheet& sheet) {
  for (const DiffGroup::Example& example : group.examples) {
    if (group.text_differs) {
      sheet.row("    " + example.id, " ");
      sheet.row("      before", excerpt(example.text_a, 100));
      sheet.row("      after", excerpt(example.text_b, 100));
    } else {
      sheet.row("    " + example.id, excerpt(example.text_a.empty() ? example.text_b : example.text_a, 80));
    }
  }
}

Json to_json(const DiffGroup& group) {
  Json out = Json::object();
  out["from"] = group.a;
  out["to"] = group.b;
  out["text_differs"] = group.text_differs;
  out["documents"] = group.documents;
  out["bytes_before"] = group.bytes_a;
  out["bytes_after"] = group.bytes_b;
  Json examples = Json::array();
  for (const DiffGroup::Example& example : group.examples) {
    Json entry = Json::object();
    entry["id"] = example.id;
    entry["source"] = example.source;
    entry["before"] = example.text_a;
    entry["after"] = example.text_b;
    examples.push_back(std::move(entry));
  }
  out["examples"] = std::move(examples);
  return out;
}

int diff(Session& session, const Arguments& arguments) {
  const std::string a = arguments.text("CORPUS");
  const std::string b = arguments.text("OTHER");
  const int64_t memory = arguments.integer("--memory", 1024);
  DiffOptions options;
  options.examples = arguments.integer("--examples", 3);
  if (memory < 1 || options.examples < 0) {
    throw usage_error("must be positive", memory < 1 ? "--memory" : "--examples");
  }
  options.space = {std::filesystem::temp_directory_path().string(), static_cast<size_t>(memory * kMiB)};
  const CorpusDiff found = diff_corpora(session.context(), corpus_layout(a), corpus_layout(b), options);
  Sheet sheet(fmt::format("{} -> {}", a, b));
  sheet.row("kept, the same text", fmt::format("{}, {}", counted(found.equal_documents, "document"),
                                               human_bytes(static_cast<double>(found.equal_bytes))));
  sheet.row("dropped for the same reason", counted(found.equally_dropped, "document"));
  if (found.unreadable_a + found.unreadable_b > 0) {
    sheet.row("no documents", fmt::format("{} -> {}", counted(found.unreadable_a, "line"), found.unreadable_b));
  }
  Json groups = Json::array();
  sheet.heading(found.differs() ? "what differs" : "no differences");
  for (const DiffGroup& group : found.groups) {
    sheet.row(group_name(group), group_size(group));
    add_examples(group, sheet);
    groups.push_back(to_json(group));
  }
  Json data = Json::object();
  data["equal_documents"] = found.equal_documents;
  data["equal_bytes"] = found.equal_bytes;
  data["equally_dropped"] = found.equally_dropped;
  data["unreadable"] = Json::list(std::vector<int64_t>{found.unreadable_a, found.unreadable_b});
  data["groups"] = std::move(groups);
  session.print(sheet.text(), data);
  return 0;
}

}  // namespace

Verb corpus_diff_verb() {
  return {"corpus diff",
          kDataGroup,
          "what differs between two corpora: documents, texts, reasons",
          "Each side is a run, a corpus (train, heldout, rejects) or documents. A document is the same where source "
          "and id are;\n"
          "what became of it on either side is counted, with a few examples each.",
          {{"CORPUS", "a folder of a run, corpus or documents, or a file of documents"}, {"OTHER", "another"}},
          {{"--examples", FlagKind::kInteger, "N", "documents to show of each kind of difference (default: 3)"},
           {"--memory", FlagKind::kInteger, "MIB", "for sorting, more goes to temporary files (default: 1024)"}},
          {{"smelt corpus diff runs/before runs/after", "what a change of the recipe did"},
           {"smelt corpus diff docs-2023.jsonl.zst docs-2024.jsonl.zst --examples 10", "two files of documents"},
           {"smelt corpus diff runs/before/corpus runs/after/corpus --json", "for a script"}},
          diff};
}

}  // namespace smelt::cli
