// One source as an endless stream of windows: what sample number `position` of this source is.
//
// An epoch lays the source's sequences end to end in a shuffled order and cuts that stream into windows of seq_length +
// 1 tokens, each beginning with the last token of the one before; the windows are then taken in a shuffled order too.
// Both shuffles are keyed by (seed, source name, epoch); the rest of an epoch that fills no window is left out. Memory:
// one byte a sequence and epoch touched. Thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "tokens/order/keyed_permutation.h"
#include "tokens/token_dataset.h"

namespace smelt {

class SourceWindows {
 public:
  SourceWindows(std::string name, std::shared_ptr<const TokenDataset> dataset, int64_t seq_length, uint64_t seed);

  int64_t windows_per_epoch() const { return windows_; }  // 0: fewer than seq_length + 1 tokens
  // Window `position` of the endless stream: seq_length + 1 tokens. windows_per_epoch() must not be 0.
  void read(int64_t position, std::span<int32_t> out) const;

 private:
  struct Epoch {
    KeyedPermutation sequences;
    KeyedPermutation windows;
    std::vector<int64_t> starts;  // token at which every kStride-th sequence of the shuffled stream begins
  };
  static constexpr int64_t kStride = 8;
  std::shared_ptr<const Epoch> epoch(int64_t number) const;

  std::string name_;
  std::shared_ptr<const TokenDataset> dataset_;
  int64_t seq_length_;
  uint64_t seed_;
  int64_t windows_;
  mutable std::mutex mutex_;
  mutable std::map<int64_t, std::shared_ptr<const Epoch>> epochs_;
};

}  // namespace smelt
