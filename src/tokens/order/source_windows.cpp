#include "tokens/order/source_windows.h"

#include <algorithm>

#include "base/error.h"

namespace smelt {

SourceWindows::SourceWindows(std::string name, std::shared_ptr<const TokenDataset> dataset, int64_t seq_length,
                             uint64_t seed)
    : name_(std::move(name)),
      dataset_(std::move(dataset)),
      seq_length_(seq_length),
      seed_(seed),
      windows_(std::max<int64_t>(dataset_->num_tokens() - 1, 0) / seq_length) {}

std::shared_ptr<const SourceWindows::Epoch> SourceWindows::epoch(int64_t number) const {
  const std::lock_guard lock(mutex_);
  std::shared_ptr<const Epoch>& slot = epochs_[number];
  if (slot == nullptr) {
    const int64_t sequences = dataset_->num_sequences();
    const auto item = static_cast<uint64_t>(number);
    Epoch made{KeyedPermutation(sequences, seed_, "samples/sequences/" + name_, item),
               KeyedPermutation(windows_, seed_, "samples/windows/" + name_, item),
               {}};
    int64_t tokens = 0;
    for (int64_t i = 0; i < sequences; ++i) {
      if (i % kStride == 0) {
        made.starts.push_back(tokens);
      }
      tokens += dataset_->sequence_length(made.sequences(i));
    }
    slot = std::make_shared<const Epoch>(std::move(made));
  }
  return slot;
}

void SourceWindows::read(int64_t position, std::span<int32_t> out) const {
  SMELT_CHECK(position >= 0 && windows_ > 0 && static_cast<int64_t>(out.size()) == seq_length_ + 1);
  const std::shared_ptr<const Epoch> order = epoch(position / windows_);
  const int64_t token = order->windows(position % windows_) * seq_length_;
  const auto block = std::upper_bound(order->starts.begin(), order->starts.end(), token) - order->starts.begin() - 1;
  int64_t offset = token - order->starts[static_cast<size_t>(block)];
  for (int64_t i = block * kStride; !out.empty(); ++i) {
    const int64_t sequence = order->sequences(i);
    const int64_t length = dataset_->sequence_length(sequence);
    if (offset >= length) {
      offset -= length;
      continue;
    }
    const auto count = std::min<size_t>(static_cast<size_t>(length - offset), out.size());
    dataset_->read(sequence, offset, out.first(count));
    out = out.subspan(count);
    offset = 0;
  }
}

}  // namespace smelt
