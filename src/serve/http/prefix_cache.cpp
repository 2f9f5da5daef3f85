#include "serve/http/prefix_cache.h"

#include <algorithm>

namespace smelt::serve {

std::unique_ptr<StepState> PrefixCache::find(std::span<const uint32_t> prompt, int64_t& length) {
  length = 0;
  auto best = entries_.end();
  for (auto entry = entries_.begin(); entry != entries_.end(); ++entry) {
    const auto size = static_cast<int64_t>(entry->ids.size());
    if (size > length && entry->ids.size() < prompt.size() &&
        std::equal(entry->ids.begin(), entry->ids.end(), prompt.begin())) {
      best = entry;
      length = size;
    }
  }
  if (best == entries_.end()) {
    return nullptr;
  }
  entries_.splice(entries_.begin(), entries_, best);
  return entries_.front().state->copy();
}

void PrefixCache::keep(std::span<const uint32_t> ids, const StepState& state) {
  for (auto entry = entries_.begin(); entry != entries_.end(); ++entry) {
    if (entry->ids.size() == ids.size() && std::equal(ids.begin(), ids.end(), entry->ids.begin())) {
      entries_.splice(entries_.begin(), entries_, entry);
      return;
    }
  }
  const int64_t size = state.bytes() + static_cast<int64_t>(ids.size() * sizeof(uint32_t));
  if (size > max_bytes_) {
    return;
  }
  entries_.push_front({{ids.begin(), ids.end()}, state.copy(), size});
  bytes_ += size;
  while (bytes_ > max_bytes_) {
    bytes_ -= entries_.back().bytes;
    entries_.pop_back();
  }
}

}  // namespace smelt::serve
