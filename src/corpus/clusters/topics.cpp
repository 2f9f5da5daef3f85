#include "corpus/clusters/topics.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

namespace smelt {

std::vector<Keyword> document_keywords(std::string_view text, const DocumentFrequencies& frequencies, size_t count) {
  struct Seen {
    std::string word;
    uint32_t count = 0;
  };
  std::unordered_map<uint64_t, Seen> seen;
  for_each_term(text, [&](std::string_view word, uint64_t hash) {
    Seen& entry = seen[hash];
    if (entry.count++ == 0) {
      entry.word = word;
    }
  });
  std::vector<Keyword> keywords;
  for (auto& [hash, entry] : seen) {
    const double weight = (1 + std::log(static_cast<double>(entry.count))) * frequencies.idf(hash);
    keywords.push_back({std::move(entry.word), weight});
  }
  // A fixed order before the sum: that of the table is its own.
  std::sort(keywords.begin(), keywords.end(), [](const Keyword& a, const Keyword& b) {
    return a.weight > b.weight || (a.weight == b.weight && a.word < b.word);
  });
  double square = 0;
  for (const Keyword& keyword : keywords) {
    square += keyword.weight * keyword.weight;
  }
  std::erase_if(keywords, [](const Keyword& keyword) { return keyword.word.size() < 3; });
  keywords.resize(std::min(keywords.size(), count));
  for (Keyword& keyword : keywords) {
    keyword.weight /= square > 0 ? std::sqrt(square) : 1;
  }
  return keywords;
}

void TopicNames::add(size_t cluster, const std::vector<Keyword>& keywords) {
  for (const Keyword& keyword : keywords) {
    Weight& weight = weights_[cluster][keyword.word];
    weight.sum += keyword.weight;
    ++weight.documents;
  }
}

std::string TopicNames::name(size_t cluster, size_t terms) const {
  std::vector<std::pair<std::string_view, Weight>> ranked(weights_[cluster].begin(), weights_[cluster].end());
  std::sort(ranked.begin(), ranked.end(), [](const auto& a, const auto& b) {
    const bool several_a = a.second.documents > 1;
    const bool several_b = b.second.documents > 1;
    return several_a != several_b         ? several_a
           : a.second.sum != b.second.sum ? a.second.sum > b.second.sum
                                          : a.first < b.first;
  });
  std::string out;
  for (size_t i = 0; i < std::min(terms, ranked.size()); ++i) {
    out += i == 0 ? "" : ", ";
    out += ranked[i].first;
  }
  return out;
}

}  // namespace smelt
