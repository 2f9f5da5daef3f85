#include "serve/engine/sequence.h"

#include <algorithm>
#include <atomic>

#include "arch/counts.h"
#include "serve/engine/sequence_access.h"

namespace smelt::serve {

Sequence::Sequence(const ModelConfig& config)
    : page_floats_(kPageTokens * kv_bytes_per_token(config, 1)),
      conv_(static_cast<size_t>(conv_state_bytes(config, 1))),
      ssm_(static_cast<size_t>(ssm_state_bytes(config, 1))) {}

void Sequence::reset() {
  length_ = 0;
  std::fill(conv_.begin(), conv_.end(), 0.0F);
  std::fill(ssm_.begin(), ssm_.end(), 0.0F);
  pages_.clear();
}

int64_t Sequence::bytes() const {
  const size_t floats = conv_.size() + ssm_.size() + pages_.size() * static_cast<size_t>(page_floats_);
  return static_cast<int64_t>(floats * sizeof(float));
}

void SequenceAccess::reserve(int64_t tokens) {
  pointers_.clear();
  if (s_.page_floats_ == 0) {
    return;
  }
  auto& pages = s_.pages_;
  if (s_.length_ % kPageTokens != 0) {
    std::shared_ptr<Sequence::Page>& partial = pages.back();
    if (partial.use_count() > 1) {
      partial = std::make_shared<Sequence::Page>(*partial);
    } else {
      // Whoever shared the page before has read it and let go of it before this thread writes.
      std::atomic_thread_fence(std::memory_order_acquire);
    }
  }
  const int64_t needed = (s_.length_ + tokens + kPageTokens - 1) / kPageTokens;
  while (static_cast<int64_t>(pages.size()) < needed) {
    pages.push_back(std::make_shared<Sequence::Page>(static_cast<size_t>(s_.page_floats_)));
  }
  pointers_.reserve(pages.size());
  for (const auto& page : pages) {
    pointers_.push_back(page->data());
  }
}

}  // namespace smelt::serve
