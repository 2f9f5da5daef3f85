#include "corpus/dedup/sample.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>

#include "base/error.h"
#include "base/hash.h"

namespace smelt {

namespace {

constexpr size_t kMaxShingles = size_t{1} << 23;  // of the whole sample: 32 MiB, twice that with their places
constexpr size_t kSteps = 5;                      // of similarity, from 0.5 on

uint64_t order_of(const std::vector<uint32_t>& set, uint64_t seed) {
  uint64_t least = std::numeric_limits<uint64_t>::max();
  for (const uint32_t shingle : set) {
    uint64_t x = (shingle + seed) * 0x9E3779B97F4A7C15u;
    x = (x ^ (x >> 32)) * 0xD6E8FEB86659FD93u;
    least = std::min(least, x ^ (x >> 32));
  }
  return least;
}

bool before(const SampledDocument& a, const SampledDocument& b) {
  return std::tie(a.order, a.row) < std::tie(b.order, b.row);
}

template <class T>
void append_value(std::string& out, const T& value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof(T));
}

// Sizes of the intersections of all pairs, row by row: through the lists of documents of every shingle, since most
// shingles have one.
std::vector<uint32_t> common_shingles(const std::vector<SampledDocument>& sample) {
  std::vector<uint32_t> common(sample.size() * sample.size());
  std::vector<std::pair<uint32_t, uint32_t>> postings;
  for (uint32_t i = 0; i < sample.size(); ++i) {
    for (const uint32_t shingle : sample[i].shingles) {
      postings.emplace_back(shingle, i);
    }
  }
  std::sort(postings.begin(), postings.end());
  for (size_t begin = 0; begin < postings.size();) {
    size_t end = begin;
    for (; end < postings.size() && postings[end].first == postings[begin].first; ++end) {
      for (size_t i = begin; i < end; ++i) {
        ++common[postings[i].second * sample.size() + postings[end].second];
      }
    }
    begin = end;
  }
  return common;
}

struct Step {
  int64_t pairs = 0;
  int64_t found = 0;
  double expected = 0;
  void add(bool is_found, double chance) {
    ++pairs;
    found += is_found ? 1 : 0;
    expected += chance;
  }
};

}  // namespace

void SampleBook::add(uint64_t row, std::vector<uint32_t> shingles) {
  if (documents_ == 0 || shingles.empty()) {
    return;
  }
  SampledDocument document{order_of(shingles, seed_), row, {}};
  if (sample_.size() == documents_ && !before(document, sample_.back())) {
    return;
  }
  make_set(shingles);
  document.shingles = std::move(shingles);
  const auto place = std::lower_bound(sample_.begin(), sample_.end(), document, before);
  // Equal sets have equal orders, and the copy came before.
  for (auto other = place; other != sample_.begin() && std::prev(other)->order == document.order; --other) {
    if (std::prev(other)->shingles == document.shingles) {
      return;
    }
  }
  sample_.insert(place, std::move(document));
  if (sample_.size() > documents_) {
    sample_.pop_back();
  }
}

std::string SampleBook::bytes() const {
  std::string out;
  for (const SampledDocument& document : sample_) {
    append_value(out, document.order);
    append_value(out, document.row);
    append_value(out, static_cast<uint64_t>(document.shingles.size()));
    out.append(reinterpret_cast<const char*>(document.shingles.data()), document.shingles.size() * sizeof(uint32_t));
  }
  return out;
}

std::vector<SampledDocument> SampleBook::parse(const std::string& bytes) {
  std::vector<SampledDocument> sample;
  for (size_t at = 0; at < bytes.size();) {
    std::array<uint64_t, 3> head{};
    const auto fail = [] {
      return input_error("the sample is cut short", "", "remove the partial folder and run again");
    };
    if (bytes.size() - at < sizeof(head)) {
      throw fail();
    }
    std::memcpy(head.data(), bytes.data() + at, sizeof(head));
    at += sizeof(head);
    if (head[2] > (bytes.size() - at) / sizeof(uint32_t)) {
      throw fail();
    }
    SampledDocument& document = sample.emplace_back(SampledDocument{head[0], head[1], std::vector<uint32_t>(head[2])});
    std::memcpy(document.shingles.data(), bytes.data() + at, head[2] * sizeof(uint32_t));
    at += head[2] * sizeof(uint32_t);
  }
  return sample;
}

Json measure_sample(std::vector<SampledDocument> sample, size_t documents, const DuplicateClusters& clusters,
                    const DedupOptions& options) {
  std::erase_if(sample, [&](const SampledDocument& d) { return clusters.fate(d.row) == Fate::kExactDuplicate; });
  std::sort(sample.begin(), sample.end(), before);
  size_t shingles = 0;
  size_t taken = 0;
  while (taken < std::min(documents, sample.size()) && shingles + sample[taken].shingles.size() <= kMaxShingles) {
    shingles += sample[taken++].shingles.size();
  }
  sample.resize(taken);
  const std::vector<uint32_t> common = common_shingles(sample);
  const MinHashShape shape = options.shape();
  const double threshold = options.threshold();
  Step similar;
  int64_t found_pairs = 0;
  std::array<Step, kSteps> steps;
  for (size_t i = 0; i < sample.size(); ++i) {
    for (size_t j = i + 1; j < sample.size(); ++j) {
      const size_t both = common[i * sample.size() + j];
      const double s =
          static_cast<double>(both) / static_cast<double>(sample[i].shingles.size() + sample[j].shingles.size() - both);
      const bool found = clusters.survivor(sample[i].row) == clusters.survivor(sample[j].row);
      const double chance =
          1 - std::pow(1 - std::pow(s, static_cast<double>(shape.rows)), static_cast<double>(shape.bands));
      found_pairs += found ? 1 : 0;
      if (s >= threshold) {
        similar.add(found, chance);
      }
      if (s >= 0.5) {
        steps[std::min(static_cast<size_t>((s - 0.5) * 10), kSteps - 1)].add(found, chance);
      }
    }
  }
  Json out = Json::object();
  out["documents"] = static_cast<int64_t>(sample.size());
  out["threshold"] = threshold;
  out["similar_pairs"] = similar.pairs;
  out["similar_found"] = similar.found;
  out["expected_found"] = similar.expected;
  out["found_pairs"] = found_pairs;
  Json rows = Json::array();
  for (size_t i = 0; i < kSteps; ++i) {
    Json row = Json::object();
    row["from"] = 0.5 + 0.1 * static_cast<double>(i);
    row["pairs"] = steps[i].pairs;
    row["found"] = steps[i].found;
    row["expected"] = steps[i].expected;
    rows.push_back(std::move(row));
  }
  out["by_similarity"] = std::move(rows);
  return out;
}

}  // namespace smelt
