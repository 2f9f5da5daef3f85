// How far a block speaks of what the rest of its page speaks of: by the words that it has in common with the page's
// prose and its title. Notices, teasers and notes on the author have other words than the text that they stand beside.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace smelt {

// Shares of the block's words of four bytes and more.
struct TopicSignals {
  float in_prose = 0;        // that stand in another long block too
  float often_in_prose = 0;  // in three more
  float in_title = 0;
};

// Blocks are told one by one, in order; then any of them can be asked about.
class TopicMeasurer {
 public:
  explicit TopicMeasurer(std::string_view title);

  // Where measure_text() is to put the words of the next block.
  std::vector<uint16_t>* words() { return &words_; }
  // They are all there. `is_prose`: the block is one that the page's prose consists of.
  void end_block(bool is_prose);

  TopicSignals of(size_t block) const;

 private:
  std::vector<uint16_t> words_;          // hashes, of all blocks
  std::vector<size_t> ends_;             // by block, one past its words
  std::vector<uint8_t> is_prose_;        // by block
  std::vector<uint8_t> count_in_prose_;  // by hash, at most 255
  std::vector<uint8_t> in_title_;        // by hash
};

}  // namespace smelt
