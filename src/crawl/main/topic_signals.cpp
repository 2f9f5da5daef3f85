#include "crawl/main/topic_signals.h"

#include <algorithm>

#include "crawl/main/text_signals.h"

namespace smelt {
namespace {

constexpr size_t kHashes = 65536;
constexpr int kOften = 3;  // blocks

}  // namespace

TopicMeasurer::TopicMeasurer(std::string_view title) : count_in_prose_(kHashes, 0), in_title_(kHashes, 0) {
  std::vector<uint16_t> words;
  measure_text(title, &words);
  for (const uint16_t word : words) {
    in_title_[word] = 1;
  }
}

void TopicMeasurer::end_block(bool is_prose) {
  const size_t begin = ends_.empty() ? 0 : ends_.back();
  ends_.push_back(words_.size());
  is_prose_.push_back(is_prose ? 1 : 0);
  for (size_t i = begin; is_prose && i < words_.size(); ++i) {
    uint8_t& count = count_in_prose_[words_[i]];
    count = static_cast<uint8_t>(count + (count < 255 ? 1 : 0));
  }
}

TopicSignals TopicMeasurer::of(size_t block) const {
  const size_t begin = block == 0 ? 0 : ends_[block - 1];
  const int own = is_prose_[block];
  int shared = 0;
  int often = 0;
  int titled = 0;
  for (size_t i = begin; i < ends_[block]; ++i) {
    const int others = count_in_prose_[words_[i]] - own;
    shared += others > 0 ? 1 : 0;
    often += others >= kOften ? 1 : 0;
    titled += in_title_[words_[i]];
  }
  const auto all = static_cast<float>(std::max<size_t>(ends_[block] - begin, 1));
  return {static_cast<float>(shared) / all, static_cast<float>(often) / all, static_cast<float>(titled) / all};
}

}  // namespace smelt
