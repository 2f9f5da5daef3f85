#include <algorithm>
#include <map>
#include <numeric>

#include <fmt/format.h>

#include "base/stream.h"
#include "corpus/clusters/embedding.h"
#include "corpus/clusters/kmeans.h"
#include "corpus/clusters/subspace.h"
#include "corpus/clusters/topics.h"
#include "corpus/curate_corpus.h"
#include "corpus/document_io.h"

namespace smelt {

namespace {

using Place = Decision::Place;

constexpr size_t kBatch = 64;
constexpr size_t kDocumentsOfCluster = 10;  // at least, on average
constexpr size_t kNamedBy = 200;            // documents that name a cluster, the nearest to its centroid
constexpr size_t kKeywords = 20;
constexpr size_t kSubspaceDocuments = 8192;

// Calls sink(i, work(i, text)) for the documents that are left, in order; work runs on all threads. `i` counts them.
template <class Out, class Work, class Sink>
void map_left(const Context& context, const StageDir& stage, const Corpus& corpus, Work work, Sink sink) {
  using Item = std::pair<size_t, std::string>;
  using Batch = std::vector<Item>;
  size_t number = 0;
  for (size_t part = 0; part < corpus.parts.size(); ++part) {
    LineReader lines(open_input(stage.file(work_files(part_name(part)).kept)));
    uint64_t row = 0;
    const auto next = [&]() -> std::optional<Batch> {
      context.stop_if_asked();
      Batch batch;
      std::string_view line;
      for (; row < corpus.rows(part) && batch.size() < kBatch; ++row) {
        SMELT_CHECK(lines.next(line));
        if (corpus.decision(part, row).place != Place::kReject) {
          batch.emplace_back(number++, line);
        }
      }
      return batch.empty() ? std::nullopt : std::optional<Batch>(std::move(batch));
    };
    using Mapped = std::vector<std::pair<size_t, Out>>;
    const auto map = [&](const Batch& batch) {
      Mapped out;
      for (const Item& item : batch) {
        const Result<Document> document = parse_document(item.second, "");
        SMELT_CHECK(document.ok());
        out.emplace_back(item.first, work(item.first, document.value().text));
      }
      return out;
    };
    ordered_map<Batch, Mapped>(context.threads.width(), next, map, [&](const Mapped& batch) {
      for (const auto& [i, out] : batch) {
        sink(i, out);
      }
    });
  }
}

// A cluster that stays, and what it is made of.
struct Topic {
  int64_t documents = 0;
  int64_t text_bytes = 0;
  double score = 0;  // mean
  std::string name;
};

class Clusterer {
 public:
  Clusterer(const Context& context, const CurateOptions& options, StageDir& stage, Corpus& corpus)
      : context_(context), options_(options.clusters), quality_(options.quality), stage_(stage), corpus_(corpus) {
    for (uint64_t i = 0; i < corpus.size(); ++i) {
      if (corpus.is_left(i)) {
        left_.push_back(i);
      }
    }
    space_ = scratch_space(options, stage);
  }

  Json run() {
    if (left_.empty()) {
      return Json::object();
    }
    cluster();
    prune();
    merge();
    name_topics();
    return write();
  }

 private:
  // The number whose mean is a cluster's score; 0 where there is none.
  double score_of(uint64_t index) const {
    if (quality_.scorers.empty()) {
      return 0;
    }
    if (options_.score.empty()) {
      return corpus_.decision(index).bucket;
    }
    for (size_t i = 0; i < quality_.scorers.size(); ++i) {
      if (quality_.scorers[i].name == options_.score) {
        return static_cast<double>(corpus_.document(index).scores[i]);
      }
    }
    return 0;
  }

  void cluster() {
    using Terms = std::vector<TermCount>;
    map_left<Terms>(
        context_, stage_, corpus_, [](size_t, const std::string& text) { return count_terms(text); },
        [&](size_t, const Terms& terms) { frequencies_.add(terms); });
    const auto dimensions = static_cast<size_t>(options_.dimensions);
    const auto seed = static_cast<uint64_t>(options_.seed);
    const Embedder embedder(frequencies_, dimensions, seed);
    const size_t most = std::max<size_t>(left_.size() / kDocumentsOfCluster, 1);
    const size_t clusters = std::min(static_cast<size_t>(options_.clusters), most);
    const size_t wanted = options_.components > 0 ? static_cast<size_t>(options_.components)
                                                  : std::clamp<size_t>((clusters + 15) / 16 * 16, 16, 128);
    const Subspace subspace = learn_subspace(embedder, std::min(wanted, dimensions));
    const size_t components = subspace.components();
    ScratchArray<float> vectors(left_.size() * components, 0.0F, space_.share(2));
    map_left<std::vector<float>>(
        context_, stage_, corpus_,
        [&](size_t, const std::string& text) {
          std::vector<float> vector(dimensions);
          std::vector<float> projected(components);
          embedder.embed(count_terms(text), vector);
          subspace.project(vector, projected);
          return projected;
        },
        [&](size_t i, const std::vector<float>& vector) {
          std::copy(vector.begin(), vector.end(), vectors.begin() + i * components);
        });
    const size_t sampled = std::min(left_.size(), clusters * static_cast<size_t>(options_.sample));
    ScratchArray<float> sample(sampled * components, 0.0F, space_.share(2));
    for (size_t i = 0; i < sampled; ++i) {
      const float* row = vectors.begin() + (i * left_.size() / sampled) * components;
      std::copy(row, row + components, sample.begin() + i * components);
    }
    const KMeansOptions settings{clusters, static_cast<int>(options_.iterations), static_cast<int>(options_.restarts),
                                 seed};
    centroids_ = learn_centroids(context_.threads, {sample.begin(), sampled, components}, settings);
    assigned_ = assign_points(context_.threads, {vectors.begin(), left_.size(), components}, centroids_, &squares_);
  }

  // From documents spread evenly over those left.
  Subspace learn_subspace(const Embedder& embedder, size_t components) {
    const size_t dimensions = embedder.dimensions();
    const size_t count = std::min(left_.size(), kSubspaceDocuments);
    std::vector<float> sample(count * dimensions);
    // Row r of the sample is document r x left / count, rounded down.
    const auto row_of = [&](size_t i) { return (i * count + left_.size() - 1) / left_.size(); };
    const auto is_taken = [&](size_t i) { return row_of(i) < count && row_of(i) * left_.size() / count == i; };
    map_left<std::vector<float>>(
        context_, stage_, corpus_,
        [&](size_t i, const std::string& text) {
          std::vector<float> vector(is_taken(i) ? dimensions : 0);
          if (!vector.empty()) {
            embedder.embed(count_terms(text), vector);
          }
          return vector;
        },
        [&](size_t i, const std::vector<float>& vector) {
          std::copy(vector.begin(), vector.end(), sample.begin() + static_cast<int64_t>(row_of(i) * dimensions));
        });
    return {context_.threads, {sample.data(), count, dimensions}, components, static_cast<uint64_t>(options_.seed)};
  }

  // Drops the documents of clusters whose mean score is too low.
  void prune() {
    std::vector<double> sums(centroids_.count());
    counts_.assign(centroids_.count(), 0);
    for (size_t i = 0; i < left_.size(); ++i) {
      sums[assigned_[i]] += score_of(left_[i]);
      counts_[assigned_[i]] += 1;
    }
    if (quality_.scorers.empty()) {
      return;
    }
    std::vector<bool> dropped(centroids_.count());
    for (size_t c = 0; c < dropped.size(); ++c) {
      dropped[c] = counts_[c] > 0 && sums[c] / counts_[c] < options_.min_score;
      pruned_ += dropped[c] ? 1 : 0;
    }
    for (size_t i = 0; i < left_.size(); ++i) {
      const uint32_t c = assigned_[i];
      if (dropped[c]) {
        corpus_.decision(left_[i]).reject("clusters", "cluster_score", sums[c] / counts_[c], options_.min_score);
        assigned_[i] = kNone;
        counts_[c] = 0;
      }
    }
  }

  // Merges near clusters and numbers those with documents by their size.
  void merge() {
    std::vector<uint32_t> used;
    Centroids some{{}, centroids_.dimensions};
    std::vector<double> weights;
    for (uint32_t c = 0; c < centroids_.count(); ++c) {
      if (counts_[c] > 0) {
        used.push_back(c);
        weights.push_back(counts_[c]);
        some.values.insert(some.values.end(), centroids_.row(c).begin(), centroids_.row(c).end());
      }
    }
    const std::vector<uint32_t> groups = merge_centroids(some, weights, options_.merge_distance);
    const uint32_t count = groups.empty() ? 0 : *std::max_element(groups.begin(), groups.end()) + 1;
    merged_ = static_cast<int64_t>(used.size()) - count;
    std::vector<double> sizes(count);
    for (size_t i = 0; i < groups.size(); ++i) {
      sizes[groups[i]] += weights[i];
    }
    std::vector<uint32_t> order(count);
    std::iota(order.begin(), order.end(), 0U);
    std::stable_sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) { return sizes[a] > sizes[b]; });
    std::vector<uint32_t> rank(count);
    for (uint32_t i = 0; i < count; ++i) {
      rank[order[i]] = i;
    }
    std::vector<uint32_t> number(centroids_.count(), kNone);
    for (size_t i = 0; i < used.size(); ++i) {
      number[used[i]] = rank[groups[i]];
    }
    topics_.resize(count);
    for (size_t i = 0; i < left_.size(); ++i) {
      if (assigned_[i] != kNone) {
        assigned_[i] = number[assigned_[i]];
        Topic& topic = topics_[assigned_[i]];
        ++topic.documents;
        topic.text_bytes += corpus_.text_bytes(left_[i]);
        topic.score += score_of(left_[i]);
        corpus_.decision(left_[i]).cluster = static_cast<int32_t>(assigned_[i]);
      }
    }
  }

  void name_topics() {
    std::vector<std::vector<std::pair<float, uint32_t>>> nearest(topics_.size());
    for (size_t i = 0; i < left_.size(); ++i) {
      if (assigned_[i] != kNone) {
        nearest[assigned_[i]].emplace_back(squares_[i], static_cast<uint32_t>(i));
      }
    }
    std::vector<bool> names(left_.size());
    for (auto& documents : nearest) {
      const size_t count = std::min(kNamedBy, documents.size());
      std::partial_sort(documents.begin(), documents.begin() + static_cast<int64_t>(count), documents.end());
      for (size_t i = 0; i < count; ++i) {
        names[documents[i].second] = true;
      }
    }
    // Dropped documents are no longer among those left: the numbering of map_left follows.
    std::vector<size_t> numbers;
    for (size_t i = 0; i < left_.size(); ++i) {
      if (assigned_[i] != kNone) {
        numbers.push_back(i);
      }
    }
    TopicNames words(topics_.size());
    using Keywords = std::vector<Keyword>;
    map_left<Keywords>(
        context_, stage_, corpus_,
        [&](size_t i, const std::string& text) {
          return names[numbers[i]] ? document_keywords(text, frequencies_, kKeywords) : Keywords();
        },
        [&](size_t i, const Keywords& keywords) { words.add(assigned_[numbers[i]], keywords); });
    for (size_t c = 0; c < topics_.size(); ++c) {
      topics_[c].name = words.name(c);
      corpus_.topics.push_back(topics_[c].name);
    }
  }

  // clusters/clusters.json, and the counts.
  Json write() {
    Json counts = Json::object();
    counts["pruned"] = pruned_;
    counts["merged"] = merged_;
    counts["topics"] = Json::object();
    Json file = Json::array();
    for (size_t c = 0; c < topics_.size(); ++c) {
      const Topic& topic = topics_[c];
      Json row = Json::object();
      row["documents"] = topic.documents;
      row["text_bytes"] = topic.text_bytes;
      if (!quality_.scorers.empty()) {
        row["score"] = topic.score / static_cast<double>(topic.documents);
      }
      counts["topics"][fmt::format("{:03} {}", c, topic.name)] = row;
      row["cluster"] = static_cast<int64_t>(c);
      row["topic"] = topic.name;
      file.push_back(std::move(row));
    }
    make_directories(stage_.file("clusters"));
    write_file(stage_.file("clusters/clusters.json"), file.dump(1) + "\n");
    return counts;
  }

  static constexpr uint32_t kNone = UINT32_MAX;

  const Context& context_;
  const ClusterOptions& options_;
  const QualityOptions& quality_;
  StageDir& stage_;
  Corpus& corpus_;
  ScratchSpace space_;
  std::vector<uint64_t> left_;  // documents, by their index in the corpus
  DocumentFrequencies frequencies_;
  Centroids centroids_;
  std::vector<uint32_t> assigned_;  // cluster of each of left_
  std::vector<float> squares_;      // of the distance to its centroid
  std::vector<double> counts_;      // documents of each cluster
  std::vector<Topic> topics_;
  int64_t pruned_ = 0;
  int64_t merged_ = 0;
};

}  // namespace

void check_clusters(const CurateOptions& options) {
  const ClusterOptions& clusters = options.clusters;
  if (!clusters.enabled) {
    return;
  }
  if (clusters.as_sources && options.quality.as_sources) {
    throw usage_error("a document cannot lie both in a folder of its topic and in one of its quality",
                      "corpus.clusters.as_sources", "choose one of it and corpus.quality.as_sources");
  }
  if (clusters.dimensions % 64 != 0) {
    throw usage_error(fmt::format("{} is no multiple of 64", clusters.dimensions), "corpus.clusters.dimensions",
                      "take 256, 512 or 1024");
  }
  if (clusters.components % 16 != 0 || clusters.components > clusters.dimensions) {
    throw usage_error(fmt::format("{} is no multiple of 16 up to the dimensions", clusters.components),
                      "corpus.clusters.components", "leave it out, or take 16, 32, 64");
  }
  std::vector<std::string> names;
  bool ensemble = false;
  for (const ScorerOptions& scorer : options.quality.scorers) {
    names.push_back(scorer.name);
    ensemble = ensemble || scorer.ensemble;
  }
  const bool known =
      clusters.score.empty() ? ensemble : std::find(names.begin(), names.end(), clusters.score) != names.end();
  if (!known && (clusters.min_score > 0 || !clusters.score.empty())) {
    throw usage_error(clusters.score.empty() ? "clusters are to be cut by buckets of quality, but no scorer makes any"
                                             : fmt::format("no scorer is named \"{}\"", clusters.score),
                      "corpus.clusters", "name the scorers in [[corpus.quality.scorers]]");
  }
}

Json decide_clusters(const Context& context, const CurateOptions& options, StageDir& stage, Corpus& corpus) {
  return Clusterer(context, options, stage, corpus).run();
}

}  // namespace smelt
