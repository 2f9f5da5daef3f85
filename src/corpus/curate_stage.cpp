#include "corpus/curate_stage.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <memory>
#include <optional>

#include <fmt/format.h>

#include "corpus/counts.h"
#include "corpus/curate_corpus.h"
#include "corpus/dedup/earlier.h"
#include "corpus/document_io.h"

namespace smelt {

namespace {

// Documents and bytes left after each global step.
void count_funnel(const CurateOptions& options, Corpus& corpus, Json& funnel) {
  std::vector<std::string> steps = {"exact_duplicates", "near_duplicates"};
  if (options.dedup.paragraphs.enabled) {
    steps.emplace_back("paragraphs");
  }
  if (options.dedup.substring.enabled) {
    steps.emplace_back("substrings");
  }
  if (options.quality.active()) {
    steps.emplace_back("quality");
  }
  if (options.clusters.enabled && options.clusters.min_score > 0) {
    steps.emplace_back("clusters");
  }
  steps.emplace_back("heldout_overlap");
  std::vector<std::array<int64_t, 2>> left(steps.size());
  for (uint64_t i = 0; i < corpus.size(); ++i) {
    const Decision& decision = corpus.decision(i);
    int64_t text_bytes = corpus.text_bytes(i) + decision.cut_bytes();
    for (size_t step = 0; step < steps.size() && steps[step] != decision.step; ++step) {
      text_bytes -= steps[step] == "paragraphs" ? decision.paragraph_cut : 0;
      text_bytes -= steps[step] == "substrings" ? decision.substring_cut : 0;
      ++left[step][0];
      left[step][1] += text_bytes;
    }
  }
  for (size_t step = 0; step < steps.size(); ++step) {
    Json row = Json::object();
    row["documents"] = left[step][0];
    row["text_bytes"] = left[step][1];
    funnel[steps[step]] = std::move(row);
  }
}

// Adds a shard's counts; its examples go to the book.
void take_counts(Json shard, Json& counts, ExampleBook& examples) {
  examples.merge(shard.at("examples"));
  shard.erase("examples");
  merge_counts(counts, shard);
}

// What filters by, made when the first part wants it: a process may find all parts done.
class FilterTools {
 public:
  FilterTools(const Context& context, const CurateOptions& options) : context_(context), options_(options) {}

  FilterModels models() {
    if (options_.quality.active() && !quality_) {
      quality_ = std::make_unique<const QualityModels>(options_.quality);
    }
    if (options_.language.enabled() && !languages_) {
      languages_.emplace(options_.language.how);
    }
    return {decontaminator(), quality_.get(), languages_ ? &*languages_ : nullptr};
  }
  const Decontaminator* decontaminator() {
    if (options_.decontaminate.enabled() && !decontaminator_) {
      decontaminator_.emplace(context_, options_.decontaminate);
    }
    return decontaminator_ ? &*decontaminator_ : nullptr;
  }

 private:
  const Context& context_;
  const CurateOptions& options_;
  std::unique_ptr<const QualityModels> quality_;
  std::optional<Decontaminator> decontaminator_;
  std::optional<LanguageIdentifier> languages_;
};

void filter_parts(const Context& context, const CurateOptions& options, FilterTools& tools,
                  const std::vector<InputFile>& inputs, StageDir& stage) {
  Progress progress(context.progress, "filter", 0, "documents");
  std::vector<std::string> tasks;
  for (size_t i = 0; i < inputs.size(); ++i) {
    tasks.push_back("filter-" + part_name(i));
  }
  run_tasks(context, stage, "filter", tasks, [&](size_t i) {
    run_filter_pass(context, options, tools.models(), inputs[i], part_name(i), stage, progress);
  });
}

// By benchmark, from what the parts found.
Json count_contamination(const Decontaminator& decontaminator, size_t parts, const StageDir& stage) {
  std::vector<std::string> reports;
  for (size_t i = 0; i < parts; ++i) {
    reports.push_back(stage.file(work_files(part_name(i)).hits));
  }
  Json benchmarks = decontaminator.counts();
  merge_counts(benchmarks, summarize_hits(reports));
  return benchmarks;
}

// The global steps: one task, since each looks at all documents. Leaves a file of decisions for each part.
void decide(const Context& context, const CurateOptions& options, FilterTools& tools, size_t parts, StageDir& stage) {
  Json counts = Json::object();
  Corpus corpus = load_corpus(stage, parts, scratch_space(options, stage).share(7));
  if (const Decontaminator* decontaminator = tools.decontaminator()) {
    counts["benchmarks"] = count_contamination(*decontaminator, parts, stage);
  }
  decide_duplicates(context, options, stage, corpus, counts);
  decide_repeats(context, options, stage, corpus);
  if (options.quality.active()) {
    counts["quality"] = decide_by_quality(options, stage, corpus);
  }
  if (options.clusters.enabled) {
    counts["topics"] = decide_clusters(context, options, stage, corpus);
  }
  decide_split(options, stage, corpus);
  drop_overlap(context, options, stage, corpus);
  count_funnel(options, corpus, count_group(counts, "funnel"));
  counts["sections"] =
      Json::list(std::vector<std::string>(corpus.heldout_sections.begin(), corpus.heldout_sections.end()));
  std::vector<std::string> files = write_decisions(stage, corpus);
  files.emplace_back("duplicates/clusters.jsonl");
  for (const char* file : {"quality/buckets.json", "clusters/clusters.json"}) {
    if (path_exists(stage.file(file))) {
      files.emplace_back(file);
    }
  }
  stage.mark_done("decide", files, std::move(counts));
}

void write_parts(const Context& context, const CurateOptions& options, size_t parts, StageDir& stage) {
  Progress progress(context.progress, "write", parts, "parts");
  std::vector<std::string> tasks;
  for (size_t i = 0; i < parts; ++i) {
    tasks.push_back(part_name(i));
  }
  run_tasks(context, stage, "write", tasks, [&](size_t i) {
    run_write_pass(context, options, tasks[i], stage);
    progress.add(1);
  });
}

// The counts of all tasks, put together.
Json total_counts(const CurateOptions& options, size_t parts, const StageDir& stage) {
  Json counts = Json::object();
  for (const char* group : {"funnel", "rejects", "languages", "sources", "train", "heldout", "redactions"}) {
    count_group(counts, group);
  }
  for (const char* group : {"train", "heldout"}) {
    add_count(counts[group], "documents", 0);
    add_count(counts[group], "text_bytes", 0);
  }
  ExampleBook examples(static_cast<size_t>(options.examples));
  if (options.decontaminate.enabled()) {
    count_group(counts, "contamination");
  }
  for (size_t i = 0; i < parts; ++i) {
    take_counts(stage.done_counts("filter-" + part_name(i)), counts, examples);
  }
  Json decided = stage.done_counts("decide");
  if (options.decontaminate.enabled()) {
    counts["contamination"]["benchmarks"] = decided.at("benchmarks");
  }
  for (const char* group : {"clusters", "dedup_sample", "quality", "topics"}) {
    if (decided.contains(group)) {
      counts[group] = std::move(decided[group]);
    }
  }
  for (auto& [step, row] : decided["funnel"].as_object()) {
    counts["funnel"][step] = std::move(row);
  }
  for (size_t i = 0; i < parts; ++i) {
    take_counts(stage.done_counts(part_name(i)), counts, examples);
  }
  for (const char* group : {"rejects", "languages", "sources", "dropped_languages"}) {
    if (counts.contains(group)) {
      sort_counts(counts[group]);
    }
  }
  counts["heldout"]["sections"] = std::move(decided["sections"]);
  counts["examples"] = examples.to_json();
  return counts;
}

}  // namespace

std::string part_name(size_t i) {
  return fmt::format("part-{:05}", i);
}

Corpus load_corpus(const StageDir& stage, size_t num_parts, const ScratchSpace& space) {
  Corpus corpus(space.share(2));
  uint64_t start = 0;
  uint64_t documents = 0;
  for (size_t part = 0; part < num_parts; ++part) {
    const PartIndex& index = corpus.parts.emplace_back(stage.file(work_files(part_name(part)).index));
    corpus.starts.push_back(start);
    for (uint64_t offset = 0; offset < index.end(); offset = index.next(offset)) {
      corpus.offsets.push_back(offset);
      start += static_cast<uint64_t>(index.text_bytes(offset)) + 1;  // no two documents touch
      ++documents;
    }
    corpus.firsts.push_back(documents);
  }
  corpus.offsets.finish();
  corpus.decisions = ScratchArray<Decision>(corpus.size(), {}, space.share(2));
  return corpus;
}

namespace {

DecidedDocument decided_document(const Corpus& corpus, const IndexedView& document, const Decision& decision) {
  DecidedDocument out;
  out.place = decision.place;
  out.step = decision.step;
  out.reason = decision.reason == nullptr ? std::string(document.failed_rule) : decision.reason;
  out.value = decision.value;
  out.threshold = decision.threshold;
  out.duplicates = decision.duplicates;
  if (decision.survivor != Decision::kNobody) {
    out.duplicate_of = corpus.keys->id(decision.survivor);
  }
  out.bucket = decision.bucket;
  out.cluster = decision.cluster;
  if (decision.cluster >= 0) {
    out.topic = corpus.topics[static_cast<size_t>(decision.cluster)];
  }
  out.paragraph_cut = decision.paragraph_cut;
  out.substring_cut = decision.substring_cut;
  return out;
}

// Those within a document's positions, counted from its begin.
std::vector<TextRange> own_ranges(const std::optional<RangeList>& ranges, uint64_t begin, uint64_t end) {
  std::vector<TextRange> out;
  for (const TextRange& range : ranges ? ranges->within(begin, end) : std::span<const TextRange>()) {
    out.push_back({range.begin - begin, range.end - begin});
  }
  return out;
}

}  // namespace

std::vector<std::string> write_decisions(StageDir& stage, Corpus& corpus) {
  std::vector<std::string> names;
  for (size_t part = 0; part < corpus.parts.size(); ++part) {
    names.push_back(work_files(part_name(part)).decisions);
    AtomicFile file(stage.file(names.back()));
    uint64_t start = corpus.starts[part];
    std::string record;
    for (uint64_t row = 0; row < corpus.rows(part); ++row) {
      const IndexedView document = corpus.document(part, row);
      const uint64_t end = start + static_cast<uint64_t>(document.text_bytes);
      DecidedDocument decided = decided_document(corpus, document, corpus.decision(part, row));
      decided.paragraphs = own_ranges(corpus.cuts.paragraphs, start, end);
      decided.substrings = own_ranges(corpus.cuts.substrings, start, end);
      record.clear();
      append_decision(decided, record);
      file.write(record);
      start = end + 1;
    }
    file.commit();
  }
  return names;
}

void check_curate(const CurateOptions& options) {
  check_clusters(options);
  const IdentifyOptions& language = options.language;
  const LanguageIdentifier identifier(language.how);
  if (!language.enabled() && (language.how.paragraphs || !language.how.keep.empty() || !language.how.model.empty())) {
    throw usage_error("no document's language is told", "corpus.language.identify", "choose \"unknown\" or \"all\"");
  }
  const FilterPipeline filters(options.filters);  // checks their names
  if (filters.edits() && !options.quality.filter_labels.empty()) {
    throw usage_error("the filter sets c4 and fineweb change texts before their labels are known",
                      "corpus.quality.filter_labels", "leave it empty or choose other sets");
  }
}

StageSpec curate_spec(const CurateOptions& options, const std::string& documents_dir, const std::string& dir) {
  check_curate(options);
  StageSpec spec{
      .name = "curate", .version = 11, .dir = dir, .settings = recipe_to_json(options), .inputs = {}, .shared = true};
  spec.settings["dedup"].erase("memory");  // changes no byte
  const std::string digest = has_manifest(documents_dir) ? read_manifest(documents_dir).digest()
                                                         : files_digest(list_document_files({documents_dir}));
  spec.inputs.emplace_back("documents", digest);
  for (const std::string& folder : options.dedup.against) {
    spec.inputs.emplace_back("against " + folder, earlier_digest(folder));
  }
  if (options.decontaminate.enabled()) {
    spec.inputs.emplace_back("benchmarks", files_digest(benchmark_files(options.decontaminate)));
  }
  for (const std::string& file : LanguageIdentifier::files(options.language.how)) {
    spec.inputs.emplace_back("language " + file, hash_file(file).hex());
  }
  for (auto& input : quality_inputs(options.quality)) {
    spec.inputs.push_back(std::move(input));
  }
  return spec;
}

Json run_curate(const Context& context, const CurateOptions& options, const std::string& documents_dir,
                StageDir& stage) {
  const std::vector<InputFile> inputs = list_document_files({documents_dir});
  make_directories(stage.file(StageDir::kWorkFolder));
  FilterTools tools(context, options);
  filter_parts(context, options, tools, inputs, stage);
  run_tasks(context, stage, "decide", {"decide"},
            [&](size_t) { decide(context, options, tools, inputs.size(), stage); });
  write_parts(context, options, inputs.size(), stage);
  return total_counts(options, inputs.size(), stage);
}

StageResult curate(const Context& context, const CurateOptions& options, const std::string& documents_dir,
                   const std::string& dir) {
  return run_stage(context, curate_spec(options, documents_dir, dir),
                   [&](StageDir& stage) { return run_curate(context, options, documents_dir, stage); });
}

}  // namespace smelt
