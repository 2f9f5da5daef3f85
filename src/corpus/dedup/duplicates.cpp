#include "corpus/dedup/duplicates.h"

#include <algorithm>
#include <array>
#include <limits>
#include <mutex>
#include <tuple>

#include "corpus/counts.h"
#include "corpus/dedup/external_sort.h"

namespace smelt {

namespace {

constexpr size_t kAllPairs = 64;     // documents of a band that are all compared with each other
constexpr size_t kPairBatch = 4096;  // pairs verified at a time

// Union-find; the root of a set is its lowest number, so that roots do not depend on the order of unions.
class DisjointSets {
 public:
  DisjointSets(uint64_t size, const ScratchSpace& space) : parent_(size, 0, space) {
    for (uint64_t i = 0; i < size; ++i) {
      parent_[i] = i;
    }
  }
  uint64_t find(uint64_t i) {
    while (parent_[i] != i) {
      parent_[i] = parent_[parent_[i]];
      i = parent_[i];
    }
    return i;
  }
  void unite(uint64_t a, uint64_t b) {
    a = find(a);
    b = find(b);
    parent_[std::max(a, b)] = std::min(a, b);
  }

 private:
  ScratchArray<uint64_t> parent_;
};

struct ExactRecord {
  Hash128 hash;
  uint64_t preference;
  uint64_t document;
  auto operator<=>(const ExactRecord&) const = default;
};

struct BandRecord {
  uint64_t key;
  uint64_t document;
  auto operator<=>(const BandRecord&) const = default;
};

struct Pair {
  uint64_t a;
  uint64_t b;
  auto operator<=>(const Pair&) const = default;
};

struct MemberRecord {
  uint64_t survivor;
  uint64_t preference;
  uint64_t document;
  auto operator<=>(const MemberRecord&) const = default;
};

}  // namespace

KeySet::KeySet(std::vector<KeyFile> earlier, std::vector<KeyFile> files, std::vector<TextStore> texts)
    : files_(std::move(earlier)), texts_(std::move(texts)), num_earlier_files_(files_.size()) {
  std::move(files.begin(), files.end(), std::back_inserter(files_));
  SMELT_CHECK(texts_.empty() || texts_.size() == files_.size());
  firsts_.push_back(0);
  for (const KeyFile& file : files_) {
    SMELT_CHECK(file.shape() == files_.front().shape());
    firsts_.push_back(firsts_.back() + file.documents());
  }
}

size_t KeySet::file_of(uint64_t document) const {
  return static_cast<size_t>(std::upper_bound(firsts_.begin(), firsts_.end(), document) - firsts_.begin()) - 1;
}

std::string_view KeySet::id(uint64_t document) const {
  const size_t file = file_of(document);
  return files_[file].id(document - firsts_[file]);
}

uint64_t KeySet::preference(uint64_t document) const {
  const size_t file = file_of(document);
  return file < num_earlier_files_ ? 0 : files_[file].preference(document - firsts_[file]);
}

std::string_view KeySet::text(uint64_t document) const {
  const size_t file = file_of(document);
  return texts_[file].text(document - firsts_[file]);
}

class DuplicateFinder {
 public:
  DuplicateFinder(const Context& context, const KeySet& keys, const DedupOptions& options, const ScratchSpace& space)
      : context_(context),
        keys_(keys),
        options_(options),
        tables_(space.share(8)),  // four of them
        sorting_(space.share(2)),
        sets_(keys.size(), tables_),
        out_(keys.size(), tables_) {}

  DuplicateClusters find() {
    if (options_.exact) {
      link_exact();
    }
    if (options_.near && keys_.num_files() > 0) {
      link_near();
    }
    elect();
    return std::move(out_);
  }

 private:
  template <class Each>
  void for_each_document(Each each) const {
    for (size_t i = 0; i < keys_.num_files(); ++i) {
      context_.stop_if_asked();
      const KeyFile& file = keys_.file(i);
      for (uint64_t row = 0; row < file.documents(); ++row) {
        each(file, row, keys_.first(i) + row);
      }
    }
  }

  void link_exact() {
    ExternalSorter<ExactRecord> sorter(sorting_);
    SorterFeed feed(sorter);
    for_each_document([&](const KeyFile& file, uint64_t row, uint64_t document) {
      const uint64_t preference = document < keys_.num_earlier() ? 0 : file.preference(row);
      feed.add({file.exact(row), preference, document});
    });
    feed.flush();
    ExactRecord first{};
    bool any = false;
    sorter.drain([&](const ExactRecord& record) {
      if (any && record.hash == first.hash) {
        sets_.unite(first.document, record.document);
        out_.outcomes_[record.document].fate = Fate::kExactDuplicate;
      } else {
        first = record;
        any = true;
      }
    });
  }

  void link_near() {
    const size_t bands = keys_.file(0).bands();
    const size_t at_once = std::min(bands, static_cast<size_t>(context_.threads.width()));
    const bool verify = options_.verify > 0;
    ExternalSorter<Pair> candidates(sorting_.share(verify ? 2 : 1));
    const ScratchSpace of_band = sorting_.share(at_once * (verify ? 2 : 1));
    context_.threads.run(static_cast<int64_t>(bands), [&](int64_t band) {
      ExternalSorter<BandRecord> sorter(of_band);
      read_band(static_cast<size_t>(band), sorter);
      if (verify) {
        collect_pairs(sorter, candidates);
      } else {
        link_equal_keys(sorter);
      }
    });
    if (verify) {
      verify_pairs(candidates);
    }
  }

  void read_band(size_t band, ExternalSorter<BandRecord>& sorter) const {
    SorterFeed feed(sorter);
    for_each_document([&](const KeyFile& file, uint64_t row, uint64_t document) {
      const uint64_t key = file.band_key(row, band);
      if (key != 0 && out_.outcomes_[document].fate != Fate::kExactDuplicate) {
        feed.add({key, document});
      }
    });
    feed.flush();
  }

  void link(std::vector<Pair>& pairs) {
    const std::lock_guard lock(mutex_);
    for (const Pair& pair : pairs) {
      sets_.unite(pair.a, pair.b);
    }
    pairs.clear();
  }

  void link_equal_keys(ExternalSorter<BandRecord>& sorter) {
    std::vector<Pair> pairs;
    BandRecord last{};
    sorter.drain([&](const BandRecord& record) {
      if (last.key == record.key) {  // keys are never 0, which `last` has before the first
        pairs.push_back({last.document, record.document});
        if (pairs.size() == kPairBatch) {
          link(pairs);
        }
      }
      last = record;
    });
    link(pairs);
  }

  static void collect_pairs(ExternalSorter<BandRecord>& sorter, ExternalSorter<Pair>& candidates) {
    SorterFeed feed(candidates);
    std::vector<uint64_t> group;
    uint64_t key = 0;
    const auto end_group = [&] {
      // The first documents are compared with all of the group so far, later ones with the first and the one before.
      for (size_t j = 1; j < group.size() && j < kAllPairs; ++j) {
        for (size_t i = 0; i < j; ++i) {
          feed.add({group[i], group[j]});
        }
      }
      for (size_t j = kAllPairs; j < group.size(); ++j) {
        feed.add({group[0], group[j]});
        feed.add({group[j - 1], group[j]});
      }
      group.clear();
    };
    sorter.drain([&](const BandRecord& record) {
      if (record.key != key) {
        end_group();
        key = record.key;
      }
      group.push_back(record.document);
    });
    end_group();
    feed.flush();
  }

  void verify_pairs(ExternalSorter<Pair>& candidates) {
    std::vector<Pair> batch;
    Pair last{std::numeric_limits<uint64_t>::max(), 0};
    candidates.drain([&](const Pair& pair) {
      // Documents that are linked already stay so whatever this pair is like.
      if (pair != last && sets_.find(pair.a) != sets_.find(pair.b)) {
        batch.push_back(pair);
      }
      last = pair;
      if (batch.size() == kPairBatch) {
        verify_batch(batch);
      }
    });
    verify_batch(batch);
  }

  void verify_batch(std::vector<Pair>& batch) {
    context_.stop_if_asked();
    const MinHashShape shape = options_.shape();
    std::vector<char> similar(batch.size());
    parallel_for(context_.threads, static_cast<int64_t>(batch.size()), 64, [&](int64_t begin, int64_t end) {
      std::vector<uint32_t> a;
      std::vector<uint32_t> b;
      uint64_t of_a = std::numeric_limits<uint64_t>::max();
      for (auto i = static_cast<size_t>(begin); i < static_cast<size_t>(end); ++i) {
        if (batch[i].a != of_a) {  // pairs come sorted: a stays for a while
          of_a = batch[i].a;
          shingle_hashes(keys_.text(of_a), shape.unit, shape.shingle, a);
          make_set(a);
        }
        shingle_hashes(keys_.text(batch[i].b), shape.unit, shape.shingle, b);
        make_set(b);
        similar[i] = jaccard(a, b) >= options_.verify ? 1 : 0;
      }
    });
    for (size_t i = 0; i < batch.size(); ++i) {
      if (similar[i] != 0) {
        sets_.unite(batch[i].a, batch[i].b);
      }
    }
    batch.clear();
  }

  // The survivor of every set: the lowest (preference, document). It is noted at the root first, then at all.
  void elect() {
    constexpr uint64_t kNobody = std::numeric_limits<uint64_t>::max();
    ScratchArray<uint64_t> best(keys_.size(), kNobody, tables_);
    ScratchArray<uint64_t> best_preference(keys_.size(), kNobody, tables_);
    for_each_document([&](const KeyFile& file, uint64_t row, uint64_t document) {
      const uint64_t preference = document < keys_.num_earlier() ? 0 : file.preference(row);
      const uint64_t root = sets_.find(document);
      if (std::tie(preference, document) < std::tie(best_preference[root], best[root])) {
        best_preference[root] = preference;
        best[root] = document;
      }
    });
    for (uint64_t document = 0; document < keys_.size(); ++document) {
      const uint64_t survivor = best[sets_.find(document)];
      DuplicateClusters::Outcome& outcome = out_.outcomes_[document];
      outcome.survivor = survivor;
      ++out_.outcomes_[survivor].size;
      if (survivor == document) {
        outcome.fate = Fate::kKept;
      } else if (outcome.fate == Fate::kKept) {
        outcome.fate = Fate::kNearDuplicate;
      }
    }
  }

  const Context& context_;
  const KeySet& keys_;
  const DedupOptions& options_;
  ScratchSpace tables_;
  ScratchSpace sorting_;
  std::mutex mutex_;
  DisjointSets sets_;
  DuplicateClusters out_;
};

DuplicateClusters find_duplicates(const Context& context, const KeySet& keys, const DedupOptions& options,
                                  const ScratchSpace& space) {
  return DuplicateFinder(context, keys, options, space).find();
}

namespace {

// The lines of clusters, written as their members come: a cluster may be larger than memory.
class ClusterFile {
 public:
  ClusterFile(const KeySet& keys, const DuplicateClusters& clusters, const std::string& path)
      : keys_(keys), clusters_(clusters), file_(path) {
    for (const char* size : {"2", "3", "4-7", "8-15", "16+"}) {
      histogram_[size] = 0;
    }
  }

  void add(uint64_t survivor, uint64_t document) {
    if (open_ && survivor == survivor_) {
      file_.write("," + json_quote(keys_.id(document)));
      return;
    }
    close();
    const uint64_t n = clusters_.cluster_size(survivor);
    add_count(histogram_, n == 2 ? "2" : n == 3 ? "3" : n < 8 ? "4-7" : n < 16 ? "8-15" : "16+", 1);
    const std::string id = json_quote(keys_.id(survivor));
    file_.write("{\"kept\":" + id + ",\"size\":" + std::to_string(n) +
                (survivor < keys_.num_earlier() ? ",\"earlier\":true" : "") + ",\"members\":[" +
                json_quote(keys_.id(document)));
    survivor_ = survivor;
    open_ = true;
  }

  Json commit() {
    close();
    file_.commit();
    return std::move(histogram_);
  }

 private:
  void close() {
    if (open_) {
      file_.write("]}\n");
    }
    open_ = false;
  }

  const KeySet& keys_;
  const DuplicateClusters& clusters_;
  AtomicFile file_;
  Json histogram_ = Json::object();
  uint64_t survivor_ = 0;
  bool open_ = false;
};

}  // namespace

Json write_clusters(const KeySet& keys, const DuplicateClusters& clusters, const ScratchSpace& space,
                    const std::string& path) {
  ScratchArray<uint8_t> of_this_corpus(keys.size(), 0, space.share(2));  // by survivor: has such members
  for (uint64_t document = keys.num_earlier(); document < keys.size(); ++document) {
    of_this_corpus[clusters.survivor(document)] = 1;
  }
  ExternalSorter<MemberRecord> sorter(space.share(2));
  SorterFeed feed(sorter);
  for (uint64_t document = 0; document < keys.size(); ++document) {
    const uint64_t survivor = clusters.survivor(document);
    if (clusters.cluster_size(document) > 1 && of_this_corpus[survivor] != 0) {
      feed.add({survivor, keys.preference(document), document});
    }
  }
  feed.flush();
  ClusterFile file(keys, clusters, path);
  sorter.drain([&](const MemberRecord& record) { file.add(record.survivor, record.document); });
  return file.commit();
}

}  // namespace smelt
