#include "corpus/duplicates.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <tuple>

namespace smelt {

namespace {

// Union-find over ranks; the root of a set is its lowest rank, so roots do not depend on the order of unions.
class DisjointSets {
 public:
  explicit DisjointSets(size_t size) : parent_(size) { std::iota(parent_.begin(), parent_.end(), 0); }

  int64_t find(int64_t i) {
    while (parent_[static_cast<size_t>(i)] != i) {
      int64_t& up = parent_[static_cast<size_t>(i)];
      up = parent_[static_cast<size_t>(up)];
      i = up;
    }
    return i;
  }
  void unite(int64_t a, int64_t b) {
    a = find(a);
    b = find(b);
    parent_[static_cast<size_t>(std::max(a, b))] = std::min(a, b);
  }

 private:
  std::vector<int64_t> parent_;
};

// Documents from the one that is preferred over all others to the last.
std::vector<int64_t> ranking(const std::vector<DuplicateKey>& keys, bool longest) {
  std::vector<int64_t> order(keys.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](int64_t a, int64_t b) {
    return longest && keys[static_cast<size_t>(a)].text_bytes > keys[static_cast<size_t>(b)].text_bytes;
  });
  return order;
}

using Edges = std::vector<std::pair<int64_t, int64_t>>;

// Links neighbours of equal value once the values are sorted.
template <class Value>
Edges equal_neighbours(std::vector<std::pair<Value, int64_t>> values) {
  std::sort(values.begin(), values.end());
  Edges edges;
  for (size_t i = 1; i < values.size(); ++i) {
    if (values[i].first == values[i - 1].first) {
      edges.emplace_back(values[i - 1].second, values[i].second);
    }
  }
  return edges;
}

Edges exact_edges(const std::vector<DuplicateKey>& keys, const std::vector<int64_t>& order) {
  std::vector<std::pair<Hash128, int64_t>> values;
  values.reserve(order.size());
  for (size_t rank = 0; rank < order.size(); ++rank) {
    values.emplace_back(keys[static_cast<size_t>(order[rank])].exact, static_cast<int64_t>(rank));
  }
  return equal_neighbours(std::move(values));
}

}  // namespace

DuplicateClusters find_duplicates(const std::vector<DuplicateKey>& keys, const DedupOptions& options,
                                  Executor& executor) {
  const std::vector<int64_t> order = ranking(keys, options.policy == "longest");
  DisjointSets sets(keys.size());
  if (options.exact) {
    for (const auto& [a, b] : exact_edges(keys, order)) {
      sets.unite(a, b);
    }
  }
  std::vector<char> is_exact_copy(keys.size());
  for (size_t rank = 0; rank < keys.size(); ++rank) {
    is_exact_copy[rank] = sets.find(static_cast<int64_t>(rank)) != static_cast<int64_t>(rank) ? 1 : 0;
  }
  if (options.near) {
    std::vector<Edges> edges(static_cast<size_t>(options.bands));
    executor.run(options.bands, [&](int64_t band) {
      std::vector<std::pair<uint64_t, int64_t>> values;
      for (size_t rank = 0; rank < order.size(); ++rank) {
        const DuplicateKey& key = keys[static_cast<size_t>(order[rank])];
        if (is_exact_copy[rank] == 0 && !key.bands.empty()) {
          values.emplace_back(key.bands[static_cast<size_t>(band)], static_cast<int64_t>(rank));
        }
      }
      edges[static_cast<size_t>(band)] = equal_neighbours(std::move(values));
    });
    for (const Edges& of_band : edges) {
      for (const auto& [a, b] : of_band) {
        sets.unite(a, b);
      }
    }
  }
  DuplicateClusters out;
  out.fates.assign(keys.size(), Fate::kKept);
  out.survivors.resize(keys.size());
  std::map<int64_t, std::vector<int64_t>> members;  // by the rank of the survivor
  for (size_t rank = 0; rank < keys.size(); ++rank) {
    const auto document = static_cast<size_t>(order[rank]);
    const int64_t root = sets.find(static_cast<int64_t>(rank));
    out.survivors[document] = order[static_cast<size_t>(root)];
    if (root != static_cast<int64_t>(rank)) {
      out.fates[document] = is_exact_copy[rank] != 0 ? Fate::kExactDuplicate : Fate::kNearDuplicate;
      std::vector<int64_t>& cluster = members[root];
      if (cluster.empty()) {
        cluster.push_back(order[static_cast<size_t>(root)]);
      }
      cluster.push_back(order[rank]);
    }
  }
  for (auto& [root, cluster] : members) {
    out.clusters.push_back(std::move(cluster));
  }
  return out;
}

}  // namespace smelt
