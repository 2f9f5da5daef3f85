#include <algorithm>

#include <fmt/core.h>

#include "base/text.h"
#include "eval/report/counts.h"
#include "eval/report/sections.h"
#include "eval/report/svg_chart.h"

namespace smelt {

namespace {

constexpr size_t kMaxLosses = 10;  // reasons beside one step of the funnel
constexpr size_t kMaxBars = 12;

std::vector<FunnelLoss> losses_of(std::vector<CountRow> rows) {
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

struct CurationStep {
  const char* key;  // in counts.funnel of the corpus stage
  const char* label;
  std::vector<std::string_view> reasons;  // empty: all that no other step names
};

const std::vector<CurationStep>& curation_steps() {
  static const std::vector<CurationStep> kSteps = {
      {"language", "In the wanted languages", {"language", "language_score", "other_language"}},
      {"filters", "Past the quality filters", {}},
      {"contamination", "Without texts of benchmarks", {"contaminated"}},
      {"redaction", "Without certain personal data", {"personal_data"}},
      {"exact_duplicates", "Without exact copies", {"exact_duplicate"}},
      {"near_duplicates", "Without near copies", {"near_duplicate"}},
      {"paragraphs", "Without repeated paragraphs", {"paragraph_duplicates"}},
      {"substrings", "Without repeated passages", {"substring_duplicates"}},
      {"quality", "Past the rules of quality", {"perplexity", "quality_bucket", "not_drawn"}},
      {"heldout_overlap", "Nothing that resembles held-out text", {"heldout_overlap"}},
  };
  return kSteps;
}

bool names_reason(const CurationStep& step, std::string_view reason) {
  return std::find(step.reasons.begin(), step.reasons.end(), reason) != step.reasons.end();
}

std::vector<FunnelLoss> losses_at(const CurationStep& step, const std::vector<CountRow>& rejects) {
  std::vector<CountRow> rows;
  for (const CountRow& row : rejects) {
    const bool named_elsewhere = std::any_of(curation_steps().begin(), curation_steps().end(),
                                             [&](const auto& other) { return names_reason(other, row.first); });
    if (step.reasons.empty() ? !named_elsewhere : names_reason(step, row.first)) {
      rows.push_back(row);
    }
  }
  return losses_of(std::move(rows));
}

void add_step(Funnel& funnel, const std::string& label, const Json& counts, const std::string& path, const char* field,
              const char* bytes_field) {
  if (const auto count = number_at(counts, {path + field})) {
    const auto bytes = number_at(counts, {path + bytes_field});
    funnel.steps.push_back({label, *count, format_number(*count), bytes ? human_bytes(*bytes) : "", {}});
  }
}

Funnel make_funnel(const Json& documents, const Json& corpus) {
  Funnel funnel{"What is left after each step, and why the rest was set aside", {}};
  add_step(funnel, "Pages read", documents, "", "pages", "html_bytes");
  const size_t has_pages = funnel.steps.size();
  if (has_pages > 0) {
    funnel.steps.back().losses = losses_of(largest_counts(dig(documents, "rejects")));
  }
  add_step(funnel, "Documents extracted", documents, "", "documents", "text_bytes");
  const std::vector<CountRow> rejects = largest_counts(dig(corpus, "rejects"));
  for (const CurationStep& step : curation_steps()) {
    const size_t before = funnel.steps.size();
    add_step(funnel, step.label, corpus, std::string("funnel.") + step.key + ".", "documents", "text_bytes");
    if (funnel.steps.size() > before && before > has_pages) {
      funnel.steps[before - 1].losses = losses_at(step, rejects);
    }
  }
  return funnel;
}

void add_split(Html& html, const Json& corpus, const Json& tokens) {
  std::string words;
  const auto train = number_at(corpus, {"train.documents"});
  const auto heldout = number_at(corpus, {"heldout.documents"});
  if (train && heldout) {
    words = fmt::format("{} documents ({}) are for training, {} ({}) are held out for measuring.",
                        format_number(*train), human_bytes(number_at(corpus, {"train.text_bytes"}).value_or(0)),
                        format_number(*heldout), human_bytes(number_at(corpus, {"heldout.text_bytes"}).value_or(0)));
  }
  if (const auto count = number_at(tokens, {"tokens"})) {
    words += fmt::format("{}The training text has {} tokens.", words.empty() ? "" : " ", format_number(*count));
  }
  if (!words.empty()) {
    html.leaf("p", words);
  }
}

void add_bars(Html& html, const std::vector<CountRow>& rows, const char* title, const char* header) {
  if (rows.empty()) {
    return;
  }
  BarChart chart{title, header, "Documents", {}, {}};
  double rest = 0;
  for (size_t i = 0; i < rows.size(); ++i) {
    if (i < kMaxBars) {
      chart.bars.push_back({rows[i].first, rows[i].second, format_number(rows[i].second), "", false});
    } else {
      rest += rows[i].second;
    }
  }
  if (rest > 0) {
    chart.bars.push_back({fmt::format("{} others", rows.size() - kMaxBars), rest, format_number(rest), "", false});
  }
  draw(html, chart);
}

void add_sources(Html& html, const Json& corpus) {
  const Json* sources = dig(corpus, "sources");
  if (sources == nullptr || !sources->is_object() || sources->size() == 0) {
    return;
  }
  const auto scroll = html.in("div", {{"class", "scroll"}});
  const auto table = html.in("table");
  html.leaf("caption", "Sources");
  {
    const auto head = html.in("thead");
    const auto row = html.in("tr");
    html.leaf("th", "Source", {{"scope", "col"}});
    for (const char* name : {"Documents read", "For training", "Held out", "Training text"}) {
      html.leaf("th", name, {{"scope", "col"}, {"class", "num"}});
    }
  }
  const auto body = html.in("tbody");
  size_t shown = 0;
  for (const auto& [name, counts] : sources->as_object()) {
    if (shown++ == kMaxTableRows) {
      break;
    }
    const auto row = html.in("tr");
    html.leaf("th", name, {{"scope", "row"}});
    for (const char* field : {"read", "train", "heldout"}) {
      html.leaf("td", format_number(number_at(counts, {field}).value_or(0)), {{"class", "num"}});
    }
    html.leaf("td", human_bytes(number_at(counts, {"train_bytes"}).value_or(0)), {{"class", "num"}});
  }
}

void add_all_counts(Html& html, const char* stage, Json counts) {
  counts.erase("examples");  // they have a part of their own
  if (counts.size() > 0) {
    add_table(html, counts, words_of_key(stage));
  }
}

}  // namespace

Json counts_of(const RunFolder& run, const std::string& stage) {
  const auto manifest = run.json(stage + "/manifest.json");
  const Json* counts = manifest ? dig(*manifest, "counts") : nullptr;
  return counts != nullptr && counts->is_object() ? *counts : Json::object();
}

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
  const Funnel funnel = make_funnel(documents, corpus);
  if (!funnel.steps.empty()) {
    draw(html, funnel);
  }
  add_split(html, corpus, tokens);
  add_sources(html, corpus);
  add_bars(html, largest_counts(dig(corpus, "topics.topics")), "Topics of the corpus, by their clusters", "Topic");
  const auto details = html.in("details");
  html.leaf("summary", "All counts");
  add_all_counts(html, "documents", documents);
  add_all_counts(html, "corpus", corpus);
}

void add_languages(Html& html, const RunFolder& run) {
  const auto section = html.in("section", {{"id", "languages"}});
  html.leaf("h2", "Languages and charsets");
  const Json documents = counts_of(run, "documents");
  std::vector<CountRow> languages = largest_counts(dig(documents, "languages"));
  if (languages.empty()) {
    languages = largest_counts(dig(counts_of(run, "corpus"), "languages"), {"read"});
  }
  const std::vector<CountRow> charsets = largest_counts(dig(documents, "charsets"));
  const std::vector<CountRow> code = largest_counts(dig(documents, "programming_languages"));
  if (languages.empty() && charsets.empty() && code.empty()) {
    add_missing(html, "No stage counted languages or charsets.");
    return;
  }
  add_bars(html, languages, "Languages of the documents, before any is chosen", "Language");
  add_bars(html, charsets, "Charsets of the pages", "Charset");
  add_bars(html, code, "Languages of the files of code that were kept", "Language");
}

void add_duplicates(Html& html, const RunFolder& run) {
  const auto section = html.in("section", {{"id", "duplicates"}});
  html.leaf("h2", "Duplicates");
  const Json corpus = counts_of(run, "corpus");
  const auto exact = number_at(corpus, {"rejects.exact_duplicate.documents", "rejects.exact_duplicate"});
  const auto near = number_at(corpus, {"rejects.near_duplicate.documents", "rejects.near_duplicate"});
  const Json* clusters = dig(corpus, "clusters");
  if (!exact && !near && clusters == nullptr) {
    add_missing(html, "The corpus stage counted no duplicates.");
    return;
  }
  html.leaf("p",
            fmt::format("{} exact and {} near copies of other documents were set aside; one of each cluster is kept.",
                        format_number(exact.value_or(0)), format_number(near.value_or(0))));
  BarChart chart{"Clusters of alike documents, by their size", "Documents in the cluster", "Clusters", {}, {}};
  if (clusters != nullptr && clusters->is_object()) {
    for (const char* size : {"2", "3", "4-7", "8-15", "16+"}) {
      const double count = number_at(*clusters, {size}).value_or(0);
      chart.bars.push_back({size, count, format_number(count), "", false});
    }
    draw(html, chart);
  }
}

}  // namespace smelt
