// Names for clusters: the terms that set their documents apart.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "corpus/clusters/embedding.h"

namespace smelt {

struct Keyword {
  std::string word;
  double weight;  // share of the length of the document's tf-idf vector
};

// The words of the text with the most tf-idf, at most `count`, the heaviest first (of equal ones in byte order). Words
// of fewer than three characters are left out where words are apart by spaces.
std::vector<Keyword> document_keywords(std::string_view text, const DocumentFrequencies& frequencies, size_t count);

// Not thread-safe.
class TopicNames {
 public:
  explicit TopicNames(size_t clusters) : weights_(clusters) {}
  void add(size_t cluster, const std::vector<Keyword>& keywords);
  // "galaxy, star, telescope": the terms of the most weight; words of a single document only where there are no others.
  std::string name(size_t cluster, size_t terms = 4) const;

 private:
  struct Weight {
    double sum = 0;
    int64_t documents = 0;
  };
  std::vector<std::map<std::string, Weight, std::less<>>> weights_;
};

}  // namespace smelt
