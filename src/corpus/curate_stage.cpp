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

using Place = Decision::Place;

void decide_split(const CurateOptions& options, Corpus& corpus) {
  std::map<std::string_view, std::vector<int64_t>> sources;
  double total = 0;
  for (size_t i = 0; i < corpus.places.size(); ++i) {
    const auto index = static_cast<int64_t>(i);
    if (corpus.decision(index).place != Place::kReject) {
      sources[corpus.document(index).source].push_back(index);
      total += static_cast<double>(corpus.text_bytes(index));
    }
  }
  for (const auto& [source, documents] : sources) {
    std::vector<HeldoutSections::Page> pages;
    double bytes = 0;
    for (const int64_t index : documents) {
      const IndexedDocument& document = corpus.document(index);
      pages.push_back({document.section, document.rest, corpus.text_bytes(index)});
      bytes += static_cast<double>(corpus.text_bytes(index));
    }
    SplitOptions split = options.split;
    split.max_heldout_bytes = static_cast<int64_t>(static_cast<double>(split.max_heldout_bytes) * bytes / total);
    const HeldoutSections sections(pages, split);
    for (size_t i = 0; i < documents.size(); ++i) {
      if (sections.contains(pages[i].section, pages[i].rest)) {
        corpus.decision(documents[i]).place = Place::kHeldout;
      }
    }
    corpus.heldout_sections.insert(sections.names().begin(), sections.names().end());
  }
}

std::vector<uint32_t> read_signatures(const StageDir& stage, size_t part) {
  const std::string bytes = read_file(stage.file(work_files(part_name(part)).signatures));
  std::vector<uint32_t> signatures(bytes.size() / sizeof(uint32_t));
  std::memcpy(signatures.data(), bytes.data(), signatures.size() * sizeof(uint32_t));
  return signatures;
}

// Drops held-out documents that resemble what stays for training: sections of a site quote each other, and MinHash at
// the threshold of deduplication lets moderate overlap through.
void drop_overlap(const Context& context, const CurateOptions& options, const StageDir& stage, Corpus& corpus) {
  const auto size = static_cast<size_t>(MinHasher(options.dedup.shape()).size());
  if (corpus.heldout_sections.empty() || options.split.max_similarity >= 1) {
    return;
  }
  std::vector<uint32_t> heldout;
  std::vector<Decision*> of_heldout;
  const auto each_signature = [&](Place place, auto&& action) {
    for (size_t part = 0; part < corpus.parts.size(); ++part) {
      context.stop_if_asked();
      const std::vector<uint32_t> signatures = read_signatures(stage, part);
      SMELT_CHECK(signatures.size() == corpus.parts[part].size() * size);
      for (size_t row = 0; row < corpus.parts[part].size(); ++row) {
        if (corpus.decisions[part][row].place == place) {
          action(corpus.decisions[part][row], std::span(signatures).subspan(row * size, size));
        }
      }
    }
  };
  each_signature(Place::kHeldout, [&](Decision& decision, std::span<const uint32_t> signature) {
    heldout.insert(heldout.end(), signature.begin(), signature.end());
    of_heldout.push_back(&decision);
  });
  OverlapFinder finder(std::move(heldout), size);
  each_signature(Place::kTrain, [&](Decision&, std::span<const uint32_t> signature) { finder.look_up(signature); });
  for (size_t i = 0; i < of_heldout.size(); ++i) {
    if (finder.similarities()[i] >= options.split.max_similarity) {
      of_heldout[i]->reject("heldout_overlap", "heldout_overlap", finder.similarities()[i],
                            options.split.max_similarity);
    }
  }
}

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
  for (size_t i = 0; i < corpus.places.size(); ++i) {
    const auto index = static_cast<int64_t>(i);
    const Decision& decision = corpus.decision(index);
    int64_t text_bytes = corpus.document(index).text_bytes;
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

Json filter_parts(const Context& context, const CurateOptions& options, const std::vector<InputFile>& inputs,
                  StageDir& stage, ExampleBook& examples) {
  std::unique_ptr<const QualityModels> models;
  if (options.quality.active()) {
    models = std::make_unique<const QualityModels>(options.quality);
  }
  Json counts = Json::object();
  for (const char* group : {"funnel", "rejects", "languages", "sources", "train", "heldout", "redactions"}) {
    count_group(counts, group);
  }
  for (const char* group : {"train", "heldout"}) {
    add_count(counts[group], "documents", 0);
    add_count(counts[group], "text_bytes", 0);
  }
  std::optional<Decontaminator> decontaminator;
  if (options.decontaminate.enabled()) {
    decontaminator.emplace(context, options.decontaminate);
    count_group(counts, "contamination");
  }
  Progress progress(context.progress, "filter", 0, "documents");
  std::vector<std::string> reports;
  for (size_t i = 0; i < inputs.size(); ++i) {
    const std::string shard = "filter-" + part_name(i);
    if (!stage.is_done(shard)) {
      run_filter_pass(context, options, {decontaminator ? &*decontaminator : nullptr, models.get()}, inputs[i],
                      part_name(i), stage, progress);
    }
    take_counts(stage.done_counts(shard), counts, examples);
    reports.push_back(stage.file(work_files(part_name(i)).hits));
  }
  if (decontaminator) {
    Json benchmarks = decontaminator->counts();
    merge_counts(benchmarks, summarize_hits(reports));
    counts["contamination"]["benchmarks"] = std::move(benchmarks);
  }
  return counts;
}

void write_parts(const Context& context, const CurateOptions& options, const Corpus& corpus, StageDir& stage,
                 Json& counts, ExampleBook& examples) {
  Progress progress(context.progress, "write", corpus.places.size(), "documents");
  for (size_t i = 0; i < corpus.parts.size(); ++i) {
    if (!stage.is_done(part_name(i))) {
      const PartDecisions decided{corpus.parts[i], corpus.decisions[i], corpus.cuts, corpus.starts[i], corpus.topics};
      run_write_pass(context, options, part_name(i), decided, stage);
    }
    progress.add(corpus.parts[i].size());
    take_counts(stage.done_counts(part_name(i)), counts, examples);
  }
}

}  // namespace

std::string part_name(size_t i) {
  return fmt::format("part-{:05}", i);
}

Corpus load_corpus(const StageDir& stage, size_t num_parts) {
  Corpus corpus;
  uint64_t start = 0;
  for (size_t part = 0; part < num_parts; ++part) {
    corpus.parts.push_back(read_index(stage.file(work_files(part_name(part)).index)));
    corpus.decisions.emplace_back(corpus.parts.back().size());
    corpus.starts.push_back(start);
    for (size_t row = 0; row < corpus.parts.back().size(); ++row) {
      corpus.places.emplace_back(part, row);
      start += static_cast<uint64_t>(corpus.parts.back()[row].text_bytes) + 1;  // no two documents touch
    }
  }
  return corpus;
}

StageSpec curate_spec(const CurateOptions& options, const std::string& documents_dir, const std::string& dir) {
  check_clusters(options);
  const FilterPipeline filters(options.filters);  // checks their names
  if (filters.edits() && !options.quality.filter_labels.empty()) {
    throw usage_error("the filter sets c4 and fineweb change texts before their labels are known",
                      "corpus.quality.filter_labels", "leave it empty or choose other sets");
  }
  StageSpec spec{.name = "curate", .version = 9, .dir = dir, .settings = recipe_to_json(options), .inputs = {}};
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
  for (auto& input : quality_inputs(options.quality)) {
    spec.inputs.push_back(std::move(input));
  }
  return spec;
}

Json run_curate(const Context& context, const CurateOptions& options, const std::string& documents_dir,
                StageDir& stage) {
  const std::vector<InputFile> inputs = list_document_files({documents_dir});
  make_directories(stage.file("work"));
  ExampleBook examples(static_cast<size_t>(options.examples));
  Json counts = filter_parts(context, options, inputs, stage, examples);
  Corpus corpus = load_corpus(stage, inputs.size());
  decide_duplicates(context, options, stage, corpus, counts);
  decide_repeats(context, options, stage, corpus);
  if (options.quality.active()) {
    counts["quality"] = decide_by_quality(options, stage, corpus);
  }
  if (options.clusters.enabled) {
    counts["topics"] = decide_clusters(context, options, stage, corpus);
  }
  decide_split(options, corpus);
  drop_overlap(context, options, stage, corpus);
  count_funnel(options, corpus, counts["funnel"]);
  write_parts(context, options, corpus, stage, counts, examples);
  remove_all(stage.file("work"));
  for (const char* group : {"rejects", "languages", "sources"}) {
    sort_counts(counts[group]);
  }
  counts["heldout"]["sections"] =
      Json::list(std::vector<std::string>(corpus.heldout_sections.begin(), corpus.heldout_sections.end()));
  counts["examples"] = examples.to_json();
  return counts;
}

StageResult curate(const Context& context, const CurateOptions& options, const std::string& documents_dir,
                   const std::string& dir) {
  return run_stage(context, curate_spec(options, documents_dir, dir),
                   [&](StageDir& stage) { return run_curate(context, options, documents_dir, stage); });
}

}  // namespace smelt
