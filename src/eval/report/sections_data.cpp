#include <algorithm>

#include <fmt/core.h>

#include "base/files.h"
#include "base/stream.h"
#include "base/text.h"
#include "eval/report/counts.h"
#include "eval/report/sections.h"
#include "eval/report/svg_chart.h"

namespace smelt {

namespace {

constexpr size_t kMaxLosses = 10;  // reasons beside one step of the funnel
constexpr size_t kMaxBars = 12;
constexpr size_t kMaxExamples = 10;  // excerpts of dropped documents
constexpr size_t kMaxKeptExamples = 3;
constexpr size_t kMaxFilesRead = 24;     // shards looked into for excerpts
constexpr uint64_t kMaxLinesRead = 400;  // of one shard

Json counts_of(const RunFolder& run, const std::string& stage) {
  const auto manifest = run.json(stage + "/manifest.json");
  const Json* counts = manifest ? dig(*manifest, "counts") : nullptr;
  return counts != nullptr && counts->is_object() ? *counts : Json::object();
}

std::vector<FunnelLoss> losses_of(const Json& counts) {
  Json all = Json::object();
  for (const auto& [path, object] : objects_named(counts, {"reject", "reason", "dropped", "removed", "set_aside"})) {
    all[path] = *object;
  }
  const std::vector<CountRow> rows = largest_counts(all);
  std::vector<FunnelLoss> losses;
  double rest = 0;
  for (size_t i = 0; i < rows.size(); ++i) {
    if (i < kMaxLosses) {
      losses.push_back({words_of_key(rows[i].first), rows[i].second});
    } else {
      rest += rows[i].second;
    }
  }
  if (rest > 0) {
    losses.push_back({fmt::format("{} other reasons", rows.size() - kMaxLosses), rest});
  }
  return losses;
}

void add_step(Funnel& funnel, const char* label, std::optional<double> count, std::string note = {}) {
  if (count) {
    funnel.steps.push_back({label, *count, format_number(*count), std::move(note), {}});
  }
}

void add_losses(Funnel& funnel, std::vector<FunnelLoss> losses) {
  if (!funnel.steps.empty()) {
    funnel.steps.back().losses = std::move(losses);
  }
}

void add_bars_of(Html& html, const Json& counts, const std::vector<std::string_view>& words, const char* title,
                 const char* header) {
  for (const auto& [path, object] : objects_named(counts, words)) {
    const std::vector<CountRow> rows = largest_counts(*object);
    if (rows.empty()) {
      continue;
    }
    BarChart chart{title, header, "Documents", {}, {}};
    for (size_t i = 0; i < std::min(rows.size(), kMaxBars); ++i) {
      chart.bars.push_back({rows[i].first, rows[i].second, format_number(rows[i].second), "", i == 0});
    }
    draw(html, chart);
    if (rows.size() > kMaxBars) {
      add_note(html, fmt::format("{} more are not shown.", rows.size() - kMaxBars));
    }
    return;
  }
}

bool is_document_shard(const std::string& path) {
  return path.ends_with(".jsonl") || path.ends_with(".jsonl.zst") || path.ends_with(".jsonl.gz");
}

// Calls visit(line) for the first lines of the shards below a stage whose path satisfies `wanted`, until visit returns
// false.
template <class Wanted, class Visit>
void visit_documents(const RunFolder& run, const std::string& stage, const Wanted& wanted, const Visit& visit) {
  if (!run.has(stage)) {
    return;
  }
  size_t read = 0;
  for (const std::string& path : list_files(run.path(stage))) {
    if (!is_document_shard(path) || !wanted(path) || read++ >= kMaxFilesRead) {
      continue;
    }
    try {
      LineReader reader(open_input(run.path(stage) + "/" + path));
      std::string_view line;
      while (reader.line_number() < kMaxLinesRead && reader.next(line)) {
        const Result<Json> document = Json::parse(line);
        if (document.ok() && document.value().is_object() && !visit(document.value())) {
          return;
        }
      }
    } catch (const std::exception&) {
      continue;  // a damaged shard gives no examples; verifying it is not the report's work
    }
  }
}

bool is_reject_path(const std::string& path) {
  return path.find("reject") != std::string::npos || path.find("dropped") != std::string::npos;
}

void add_example(Html& html, const Json& document, const std::string& tag) {
  {
    const auto line = html.in("p");
    if (!tag.empty()) {
      html.leaf("span", words_of_key(tag), {{"class", "tag"}});
    }
    const std::string origin = string_at(document, {"url", "id"});
    html.leaf("code", cut_text(origin, 200));
  }
  add_text_block(html, string_at(document, {"text", "detail"}), kMaxExcerpt);
}

size_t add_dropped_examples(Html& html, const RunFolder& run, const std::string& stage) {
  std::vector<std::string> seen;
  visit_documents(run, stage, is_reject_path, [&](const Json& document) {
    const std::string reason = string_at(document, {"reason", "metadata.reason", "reject", "reject_reason"});
    // One example of each reason.
    if (!string_at(document, {"text", "detail", "url", "id"}).empty() &&
        std::find(seen.begin(), seen.end(), reason) == seen.end()) {
      if (seen.empty()) {
        html.leaf("h3", "Dropped by the stage “" + stage + "”");
      }
      seen.push_back(reason);
      add_example(html, document, reason);
    }
    return seen.size() < kMaxExamples;
  });
  return seen.size();
}

}  // namespace

void add_funnel(Html& html, const RunFolder& run) {
  const auto section = html.in("section", {{"id", "data"}, {"class", "long"}});
  html.leaf("h2", "From pages to tokens");
  const Json documents = counts_of(run, "documents");
  const Json corpus = counts_of(run, "corpus");
  const Json tokens = counts_of(run, "tokens");
  if (documents.size() + corpus.size() + tokens.size() == 0) {
    add_missing(html, "The run has no documents/manifest.json, corpus/manifest.json or tokens/manifest.json.");
    return;
  }
  Funnel funnel{"What is left after each stage, and why the rest was set aside", {}};
  add_step(funnel, "Pages read", number_at(documents, {"pages", "pages_read", "records", "responses"}));
  add_losses(funnel, losses_of(documents));
  add_step(funnel, "Documents extracted", number_at(documents, {"documents", "documents_out", "kept", "extracted"}));
  add_losses(funnel, losses_of(corpus));
  add_step(funnel, "Documents kept", number_at(corpus, {"documents_out", "kept", "documents_kept", "documents"}));
  if (!funnel.steps.empty()) {
    draw(html, funnel);
  }
  const auto total = number_at(tokens, {"tokens", "train.tokens", "total_tokens", "train_tokens"});
  const auto bytes = number_at(tokens, {"bytes", "text_bytes", "train.bytes", "train_bytes"});
  if (total) {
    html.leaf("p", bytes ? fmt::format("They became {} tokens from {} bytes of text.", format_number(*total),
                                       format_number(*bytes))
                         : fmt::format("They became {} tokens.", format_number(*total)));
  }
  const auto details = html.in("details");
  html.leaf("summary", "All counts");
  for (const auto& [name, counts] :
       {std::pair<const char*, const Json&>{"documents", documents}, {"corpus", corpus}, {"tokens", tokens}}) {
    if (counts.size() > 0) {
      add_table(html, counts, name);
    }
  }
}

void add_examples(Html& html, const RunFolder& run) {
  const auto section = html.in("section", {{"id", "examples"}, {"class", "long"}});
  html.leaf("h2", "Examples of what was dropped and kept");
  size_t shown = 0;
  {
    const auto details = html.in("details");
    html.leaf("summary", "Dropped: the first document of each reason");
    for (const std::string stage : {"documents", "corpus"}) {
      shown += add_dropped_examples(html, run, stage);
    }
    if (shown == 0) {
      add_missing(html, "No rejected documents are kept in this run.");
    }
  }
  const auto details = html.in("details");
  html.leaf("summary", "Kept: the first documents of the corpus");
  size_t kept = 0;
  visit_documents(
      run, "corpus", [](const std::string& path) { return !is_reject_path(path); },
      [&](const Json& document) {
        if (!string_at(document, {"text"}).empty()) {
          add_example(html, document, string_at(document, {"language"}));
          ++kept;
        }
        return kept < kMaxKeptExamples;
      });
  if (kept == 0) {
    add_missing(html, "The run's corpus holds no documents.");
  }
}

void add_languages(Html& html, const RunFolder& run) {
  const auto section = html.in("section", {{"id", "languages"}});
  html.leaf("h2", "Languages and charsets");
  Json all = Json::object();
  all["documents"] = counts_of(run, "documents");
  all["corpus"] = counts_of(run, "corpus");
  if (objects_named(all, {"language", "charset", "encoding"}).empty()) {
    add_missing(html, "No stage counted languages or charsets.");
    return;
  }
  add_bars_of(html, all, {"language"}, "Languages", "Language");
  add_bars_of(html, all, {"charset", "encoding"}, "Charsets of the pages", "Charset");
}

void add_duplicates(Html& html, const RunFolder& run) {
  const auto section = html.in("section", {{"id", "duplicates"}});
  html.leaf("h2", "Duplicates");
  const Json found = numbers_named(counts_of(run, "corpus"), {"dup", "dedup", "cluster", "minhash"});
  if (found.size() == 0) {
    add_missing(html, "The corpus stage counted no duplicates.");
    return;
  }
  add_table(html, found, "Counts of the corpus stage");
}

}  // namespace smelt
