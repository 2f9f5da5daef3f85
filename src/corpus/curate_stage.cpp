#include "corpus/curate_stage.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <map>

#include <fmt/format.h>

#include "corpus/counts.h"
#include "corpus/curate_passes.h"
#include "corpus/document_io.h"

namespace smelt {

namespace {

using Place = Decision::Place;

std::string part_name(size_t i) {
  return fmt::format("part-{:05}", i);
}

// What the filter pass let through, part after part, and what becomes of it.
struct Corpus {
  std::vector<std::vector<IndexedDocument>> parts;
  std::vector<std::vector<Decision>> decisions;
  std::set<std::string> heldout_sections;
  DuplicateClusters clusters;
  std::vector<std::pair<size_t, size_t>> places;  // part and row of each document

  const IndexedDocument& document(int64_t i) const {
    const auto& [part, row] = places[static_cast<size_t>(i)];
    return parts[part][row];
  }
  Decision& decision(int64_t i) {
    const auto& [part, row] = places[static_cast<size_t>(i)];
    return decisions[part][row];
  }
};

Corpus load_corpus(const StageDir& stage, size_t num_parts) {
  Corpus corpus;
  for (size_t part = 0; part < num_parts; ++part) {
    corpus.parts.push_back(read_index(stage.file(work_files(part_name(part)).index)));
    corpus.decisions.emplace_back(corpus.parts.back().size());
    for (size_t row = 0; row < corpus.parts.back().size(); ++row) {
      corpus.places.emplace_back(part, row);
    }
  }
  return corpus;
}

void decide_duplicates(const Context& context, const CurateOptions& options, Corpus& corpus) {
  std::vector<DuplicateKey> keys;
  keys.reserve(corpus.places.size());
  for (auto& part : corpus.parts) {
    for (IndexedDocument& document : part) {
      keys.push_back({document.id, document.text_bytes, document.exact, std::move(document.bands)});
      document.bands = {};
    }
  }
  corpus.clusters = find_duplicates(keys, options.dedup, context.threads);
  for (const auto& cluster : corpus.clusters.clusters) {
    const auto size = static_cast<int64_t>(cluster.size());
    for (const int64_t member : cluster) {
      Decision& decision = corpus.decision(member);
      const Fate fate = corpus.clusters.fates[static_cast<size_t>(member)];
      if (fate == Fate::kKept) {
        decision.duplicates = size - 1;
        continue;
      }
      decision.place = Place::kReject;
      decision.reason = fate == Fate::kExactDuplicate ? "exact_duplicate" : "near_duplicate";
      decision.value = static_cast<double>(size);
      decision.threshold = 1;
      decision.duplicate_of = corpus.document(cluster.front()).id;
    }
  }
}

void decide_split(const CurateOptions& options, Corpus& corpus) {
  std::map<std::string_view, std::vector<int64_t>> sources;
  double total = 0;
  for (size_t i = 0; i < corpus.places.size(); ++i) {
    const auto index = static_cast<int64_t>(i);
    if (corpus.decision(index).place != Place::kReject) {
      sources[corpus.document(index).source].push_back(index);
      total += static_cast<double>(corpus.document(index).text_bytes);
    }
  }
  for (const auto& [source, documents] : sources) {
    std::vector<HeldoutSections::Page> pages;
    double bytes = 0;
    for (const int64_t index : documents) {
      const IndexedDocument& document = corpus.document(index);
      pages.push_back({document.section, document.rest, document.text_bytes});
      bytes += static_cast<double>(document.text_bytes);
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
  const auto size = static_cast<size_t>(options.dedup.bands * options.dedup.rows);
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
      Decision& decision = *of_heldout[i];
      decision.place = Place::kReject;
      decision.reason = "heldout_overlap";
      decision.value = finder.similarities()[i];
      decision.threshold = options.split.max_similarity;
    }
  }
}

void write_clusters(const Corpus& corpus, StageDir& stage) {
  make_directories(stage.file("duplicates"));
  AtomicFile file(stage.file("duplicates/clusters.jsonl"));
  for (const auto& cluster : corpus.clusters.clusters) {
    Json line = Json::object();
    Json members = Json::array();
    for (const int64_t member : cluster) {
      members.push_back(Json(corpus.document(member).id));
    }
    line["kept"] = corpus.document(cluster.front()).id;
    line["size"] = static_cast<int64_t>(cluster.size());
    line["members"] = std::move(members);
    file.write(line.dump() + "\n");
  }
  file.commit();
}

Json cluster_histogram(const Corpus& corpus) {
  Json histogram = Json::object();
  for (const char* size : {"2", "3", "4-7", "8-15", "16+"}) {
    histogram[size] = 0;
  }
  for (const auto& cluster : corpus.clusters.clusters) {
    const size_t n = cluster.size();
    add_count(histogram, n == 2 ? "2" : n == 3 ? "3" : n < 8 ? "4-7" : n < 16 ? "8-15" : "16+", 1);
  }
  return histogram;
}

// Documents and bytes left after each global step.
void count_funnel(Corpus& corpus, Json& funnel) {
  constexpr std::array<const char*, 3> kSteps = {"exact_duplicate", "near_duplicate", "heldout_overlap"};
  constexpr std::array<const char*, 3> kNames = {"exact_duplicates", "near_duplicates", "heldout_overlap"};
  std::array<std::array<int64_t, 2>, 3> left{};
  for (size_t i = 0; i < corpus.places.size(); ++i) {
    const auto index = static_cast<int64_t>(i);
    const Decision& decision = corpus.decision(index);
    for (size_t step = 0; step < kSteps.size(); ++step) {
      if (decision.place == Place::kReject && std::strcmp(decision.reason, kSteps[step]) == 0) {
        break;
      }
      ++left[step][0];
      left[step][1] += corpus.document(index).text_bytes;
    }
  }
  for (size_t step = 0; step < kSteps.size(); ++step) {
    Json row = Json::object();
    row["documents"] = left[step][0];
    row["text_bytes"] = left[step][1];
    funnel[kNames[step]] = std::move(row);
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
  Json counts = Json::object();
  for (const char* group : {"funnel", "rejects", "languages", "sources", "train", "heldout", "redactions"}) {
    count_group(counts, group);
  }
  for (const char* group : {"train", "heldout"}) {
    add_count(counts[group], "documents", 0);
    add_count(counts[group], "text_bytes", 0);
  }
  Progress progress(context.progress, "filter", 0, "documents");
  for (size_t i = 0; i < inputs.size(); ++i) {
    const std::string shard = "filter-" + part_name(i);
    if (!stage.is_done(shard)) {
      run_filter_pass(context, options, inputs[i], part_name(i), stage, progress);
    }
    take_counts(stage.done_counts(shard), counts, examples);
  }
  return counts;
}

void write_parts(const Context& context, const CurateOptions& options, const Corpus& corpus, StageDir& stage,
                 Json& counts, ExampleBook& examples) {
  Progress progress(context.progress, "write", corpus.places.size(), "documents");
  for (size_t i = 0; i < corpus.parts.size(); ++i) {
    if (!stage.is_done(part_name(i))) {
      run_write_pass(context, options, part_name(i), corpus.parts[i], corpus.decisions[i], stage);
    }
    progress.add(corpus.parts[i].size());
    take_counts(stage.done_counts(part_name(i)), counts, examples);
  }
}

}  // namespace

StageSpec curate_spec(const CurateOptions& options, const std::string& documents_dir, const std::string& dir) {
  const FilterPipeline checks_the_names_of_filters(options.filters);
  StageSpec spec{.name = "curate", .version = 3, .dir = dir, .settings = recipe_to_json(options), .inputs = {}};
  const std::string digest = has_manifest(documents_dir) ? read_manifest(documents_dir).digest()
                                                         : files_digest(list_document_files({documents_dir}));
  spec.inputs.emplace_back("documents", digest);
  return spec;
}

Json run_curate(const Context& context, const CurateOptions& options, const std::string& documents_dir,
                StageDir& stage) {
  const std::vector<InputFile> inputs = list_document_files({documents_dir});
  make_directories(stage.file("work"));
  ExampleBook examples(static_cast<size_t>(options.examples));
  Json counts = filter_parts(context, options, inputs, stage, examples);
  Corpus corpus = load_corpus(stage, inputs.size());
  decide_duplicates(context, options, corpus);
  decide_split(options, corpus);
  drop_overlap(context, options, stage, corpus);
  count_funnel(corpus, counts["funnel"]);
  write_clusters(corpus, stage);
  write_parts(context, options, corpus, stage, counts, examples);
  remove_all(stage.file("work"));
  for (const char* group : {"rejects", "languages", "sources"}) {
    sort_counts(counts[group]);
  }
  counts["heldout"]["sections"] =
      Json::list(std::vector<std::string>(corpus.heldout_sections.begin(), corpus.heldout_sections.end()));
  counts["clusters"] = cluster_histogram(corpus);
  counts["examples"] = examples.to_json();
  return counts;
}

StageResult curate(const Context& context, const CurateOptions& options, const std::string& documents_dir,
                   const std::string& dir) {
  return run_stage(context, curate_spec(options, documents_dir, dir),
                   [&](StageDir& stage) { return run_curate(context, options, documents_dir, stage); });
}

}  // namespace smelt
