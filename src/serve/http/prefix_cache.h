// Remembers the model's state after the beginnings of recent prompts, so that the next turn of a conversation need not
// take them in again.
//
// States are kept at multiples of the prefill chunk only: a prompt continued from one is then cut as if nothing had
// been cached, and its logits are the same to the bit.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <span>
#include <vector>

#include "serve/http/step_model.h"

namespace smelt::serve {

// Not thread-safe.
class PrefixCache {
 public:
  explicit PrefixCache(int64_t max_bytes) : max_bytes_(max_bytes) {}

  // The longest remembered beginning of `prompt` that leaves at least one token: a copy of its state and the number of
  // its tokens, or null and 0.
  std::unique_ptr<StepState> find(std::span<const uint32_t> prompt, int64_t& length);
  // Keeps a copy of `state`, which has taken in `ids`; drops those unused for longest when there are too many bytes.
  void keep(std::span<const uint32_t> ids, const StepState& state);
  int64_t bytes() const { return bytes_; }
  size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    std::vector<uint32_t> ids;
    std::unique_ptr<StepState> state;
    int64_t bytes = 0;
  };
  int64_t max_bytes_;
  int64_t bytes_ = 0;
  std::list<Entry> entries_;  // the one used last in front
};

}  // namespace smelt::serve
