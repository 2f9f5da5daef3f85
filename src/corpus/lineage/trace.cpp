#include "corpus/lineage/trace.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "base/error.h"
#include "base/files.h"
#include "base/manifest.h"
#include "base/recipe.h"
#include "corpus/curate_stage.h"
#include "corpus/document_io.h"
#include "corpus/lineage/find_lines.h"

namespace smelt {
namespace {

constexpr size_t kMembersShown = 100;

// The step of a trace that a row of the funnel, which a reject's line names, belongs to.
std::string step_of_row(const std::string& row) {
  static const std::vector<std::pair<std::string, std::string>> kRows = {{"exact_duplicates", "duplicates"},
                                                                         {"near_duplicates", "duplicates"},
                                                                         {"paragraphs", "repeats"},
                                                                         {"substrings", "repeats"},
                                                                         {"heldout_overlap", "split"}};
  const auto found = std::find_if(kRows.begin(), kRows.end(), [&](const auto& each) { return each.first == row; });
  return found == kRows.end() ? row : found->second;
}

void copy_member(const Json& from, const char* key, Json& to) {
  if (const Json* value = from.is_object() ? from.find(key) : nullptr; value != nullptr && !value->is_null()) {
    to[key] = *value;
  }
}

// Text and source of a line, which may be of another program.
std::string string_in(const Json& line, const char* key) {
  const Json* value = line.find(key);
  return value != nullptr && value->is_string() ? value->as_string() : std::string();
}

struct Settings {
  std::optional<CurateOptions> options;  // none: no corpus, or one of another version
};

Settings settings_of(const std::string& corpus) {
  if (corpus.empty() || !has_manifest(corpus)) {
    return {};
  }
  try {
    CurateOptions options;
    read_recipe_text(corpus, settings_to_toml(read_manifest(corpus).settings), {}, options);
    return {std::move(options)};
  } catch (const UserError&) {
    return {};
  }
}

// The files of one folder of a corpus, none where it does not exist.
std::vector<InputFile> files_in(const std::string& root, const std::string& folder) {
  std::vector<InputFile> out;
  if (root.empty() || !path_exists(root + "/" + folder)) {
    return out;
  }
  for (const std::string& name : list_files(root + "/" + folder)) {
    if (name.find(".jsonl") != std::string::npos && name.find(".tmp-") == std::string::npos) {
      out.push_back({root + "/" + folder + "/" + name, folder + "/" + name});
    }
  }
  return out;
}

// All that the folders say of an id.
struct Evidence {
  std::vector<std::pair<std::string, FoundLine>> corpus;  // place, line
  std::vector<FoundLine> documents;
  std::vector<FoundLine> not_extracted;
  std::vector<FoundLine> clusters;
  std::vector<FoundLine> hits;
};

Evidence collect(const Context& context, const CorpusLayout& layout, const std::string& id) {
  Evidence evidence;
  if (!layout.corpus.empty()) {
    for (const char* place : {"train", "heldout", "rejects"}) {
      for (FoundLine& line : find_lines(context, files_in(layout.corpus, place), "id", id)) {
        evidence.corpus.emplace_back(place, std::move(line));
      }
    }
    evidence.clusters = find_lines(context, files_in(layout.corpus, "duplicates"), "members", id);
    evidence.hits = find_lines(context, files_in(layout.corpus, "contamination"), "document", id);
  }
  if (!layout.documents.empty()) {
    const bool is_folder = path_exists(layout.documents + "/" + kManifestName);
    evidence.documents = find_documents(context, list_document_files({layout.documents}), id);
    if (is_folder) {
      evidence.not_extracted = find_lines(context, files_in(layout.documents, "rejects"), "id", id);
    }
  }
  return evidence;
}

// One document's trace, step by step.
class Tracer {
 public:
  Tracer(const Evidence& evidence, const Settings& settings) : evidence_(evidence), settings_(settings) {}

  // Of a document that curation saw. `line` is what became of it, `original` what was read, null where it is not here.
  DocumentTrace curated(const std::string& place, const FoundLine& line, const FoundLine* original) {
    DocumentTrace trace = start(place, line);
    line_ = &line.json;
    original_ = original == nullptr ? nullptr : &original->json;
    if (place == "rejects") {
      dropped_at_ = step_of_row(string_in(line.json, "step"));
    }
    add(trace, "extract", extract(original), original == nullptr ? "unknown" : "kept");
    add(trace, "language", language(), "kept");
    add(trace, "filters", filters(), filters_outcome());
    const Json hits = contamination();
    add(trace, "contamination", hits, off_or(contamination_is_on(), hits.contains("cuts") ? "changed" : "kept"));
    const Json redactions = member("redactions");
    add(trace, "redaction", redactions, redactions.size() > 0 ? "changed" : "kept");
    add(trace, "duplicates", duplicates(), "kept");
    const Json repeats = only({"cut_bytes"});
    add(trace, "repeats", repeats, off_or(repeats_are_on(), repeats.size() > 0 ? "changed" : "kept"));
    add(trace, "quality", only({"scores", "attributes", "quality_bucket", "quality_label"}),
        off_or(quality_is_on(), "kept"));
    add(trace, "split", split(place), "kept");
    if (!dropped_at_.empty() && !dropped_) {  // a step that this trace does not know
      add(trace, dropped_at_, Json::object(), "dropped");
    }
    return trace;
  }

  // Of a document that no corpus has.
  DocumentTrace extracted(const FoundLine& line) {
    DocumentTrace trace = start("documents", line);
    trace.steps.push_back({"extract", "kept", extract(&line)});
    return trace;
  }

  DocumentTrace not_extracted(const FoundLine& line) {
    DocumentTrace trace = start("documents/rejects", line);
    Json facts = Json::object();
    for (const char* key : {"reason", "detail"}) {
      copy_member(line.json, key, facts);
    }
    trace.steps.push_back({"extract", "dropped", std::move(facts)});
    return trace;
  }

 private:
  static DocumentTrace start(const std::string& place, const FoundLine& line) {
    DocumentTrace trace;
    trace.id = string_in(line.json, "id");
    trace.source = string_in(line.json, "source");
    trace.url = string_in(line.json, "url");
    trace.language = string_in(line.json, "language");
    trace.place = place;
    trace.file = line.file;
    trace.line = line.line;
    trace.text_bytes = static_cast<int64_t>(string_in(line.json, "text").size());
    return trace;
  }

  void add(DocumentTrace& trace, const std::string& step, Json facts, std::string outcome) {
    if (dropped_) {
      facts = Json::object();
      outcome = "not reached";
    } else if (step == dropped_at_) {
      outcome = "dropped";
      dropped_ = true;
      for (const char* key : {"reason", "value", "threshold", "detail", "duplicate_of"}) {
        copy_member(*line_, key, facts);
      }
    }
    trace.steps.push_back({step, std::move(outcome), std::move(facts)});
  }

  Json only(std::initializer_list<const char*> keys) const {
    Json out = Json::object();
    for (const char* key : keys) {
      if (const Json* metadata = line_->find("metadata")) {
        copy_member(*metadata, key, out);
      }
    }
    return out;
  }
  Json member(const char* key) const {
    const Json found = only({key});
    return found.contains(key) && found.at(key).is_object() ? found.at(key) : Json::object();
  }
  std::string off_or(bool on, const char* outcome) const {
    return !settings_.options ? "unknown" : on ? outcome : "off";
  }
  bool contamination_is_on() const { return settings_.options && settings_.options->decontaminate.enabled(); }
  bool quality_is_on() const { return settings_.options && settings_.options->quality.active(); }
  bool repeats_are_on() const {
    return settings_.options &&
           (settings_.options->dedup.paragraphs.enabled || settings_.options->dedup.substring.enabled);
  }

  static Json extract(const FoundLine* original) {
    Json facts = Json::object();
    if (original == nullptr) {
      return facts;
    }
    facts["file"] = original->file;
    facts["line"] = original->line;
    facts["text_bytes"] = static_cast<int64_t>(string_in(original->json, "text").size());
    copy_member(original->json, "metadata", facts);
    return facts;
  }

  Json language() const {
    Json facts = Json::object();
    facts["language"] = string_in(*line_, "language");
    if (const Json* metadata = line_->find("metadata")) {
      copy_member(*metadata, "language_score", facts);
      copy_member(*metadata, "dropped_languages", facts);
    }
    if (settings_.options) {
      facts["languages"] = Json::list(settings_.options->languages);
      facts["min_language_score"] = settings_.options->min_language_score;
    }
    return facts;
  }

  // A document that its label keeps from a rule that it fails stays.
  std::string filters_outcome() const {
    return off_or(settings_.options && settings_.options->filters.enabled, "kept");
  }

  Json filters() const {
    Json facts = Json::object();
    if (!settings_.options || !settings_.options->filters.enabled || dropped_) {
      return facts;
    }
    // Where curation told the language, only what it wrote names the one that the rules went by.
    const bool as_read = original_ != nullptr && !settings_.options->language.enabled();
    const Json& measured = as_read ? *original_ : *line_;
    facts["measured_on"] = as_read ? "documents" : "corpus";
    Json rules = Json::array();
    FilterPipeline pipeline(settings_.options->filters);
    for (const RuleResult& result : pipeline.measure(string_in(measured, "text"), string_in(measured, "language"))) {
      Json rule = Json::object();
      rule["rule"] = result.reason;
      rule["value"] = result.value;
      if (std::isfinite(result.min)) {
        rule["min"] = result.min;
      }
      if (std::isfinite(result.max)) {
        rule["max"] = result.max;
      }
      if (result.applies) {
        rule["passes"] = result.passes();
      }
      rules.push_back(std::move(rule));
    }
    facts["rules"] = std::move(rules);
    return facts;
  }

  Json contamination() const {
    Json facts = Json::object();
    Json hits = Json::array();
    for (const FoundLine& hit : evidence_.hits) {
      if (string_in(hit.json, "source") == string_in(*line_, "source")) {
        hits.push_back(hit.json);
      }
    }
    if (hits.size() > 0) {
      facts["hits"] = std::move(hits);
    }
    const Json cuts = only({"contamination_cuts"});
    if (cuts.contains("contamination_cuts")) {
      facts["cuts"] = cuts.at("contamination_cuts");
    }
    return facts;
  }

  Json duplicates() const {
    Json facts = Json::object();
    const std::string survivor = string_in(*line_, "duplicate_of");
    for (const FoundLine& cluster : evidence_.clusters) {
      const std::string kept = string_in(cluster.json, "kept");
      if (kept != (survivor.empty() ? string_in(*line_, "id") : survivor)) {
        continue;
      }
      facts["kept"] = kept;
      copy_member(cluster.json, "size", facts);
      copy_member(cluster.json, "earlier", facts);
      const Json::Array& members = cluster.json.at("members").as_array();
      facts["members"] = Json(Json::Array(
          members.begin(), members.begin() + static_cast<ptrdiff_t>(std::min(kMembersShown, members.size()))));
      break;
    }
    return facts;
  }

  Json split(const std::string& place) const {
    Json facts = Json::object();
    if (settings_.options) {
      facts["section"] = place_of(string_in(*line_, "source"), string_in(*line_, "id"), string_in(*line_, "url"),
                                  settings_.options->split.path_parts)
                             .section;
    }
    if (place != "rejects") {
      facts["place"] = place;
    }
    return facts;
  }

  const Evidence& evidence_;
  const Settings& settings_;
  const Json* line_ = nullptr;
  const Json* original_ = nullptr;
  std::string dropped_at_;
  bool dropped_ = false;
};

bool same_source(const FoundLine& a, const FoundLine& b) {
  return string_in(a.json, "source") == string_in(b.json, "source");
}

}  // namespace

std::vector<DocumentTrace> trace_document(const Context& context, const CorpusLayout& layout, const std::string& id) {
  const Evidence evidence = collect(context, layout, id);
  const Settings settings = settings_of(layout.corpus);
  std::vector<DocumentTrace> out;
  std::vector<bool> used(evidence.documents.size());
  for (const auto& [place, line] : evidence.corpus) {
    const FoundLine* original = nullptr;
    for (size_t i = 0; i < evidence.documents.size() && original == nullptr; ++i) {
      if (!used[i] && same_source(evidence.documents[i], line)) {
        original = &evidence.documents[i];
        used[i] = true;
      }
    }
    out.push_back(Tracer(evidence, settings).curated(place, line, original));
  }
  for (size_t i = 0; i < evidence.documents.size(); ++i) {
    if (!used[i]) {
      out.push_back(Tracer(evidence, settings).extracted(evidence.documents[i]));
    }
  }
  for (const FoundLine& line : evidence.not_extracted) {
    out.push_back(Tracer(evidence, settings).not_extracted(line));
  }
  if (out.empty()) {
    throw input_error(
        "no document has the id '" + id + "'", layout.corpus.empty() ? layout.documents : layout.corpus,
        "ids are the paths of pages or the ids of WARC records; `smelt inspect` of a file shows its first");
  }
  return out;
}

}  // namespace smelt
