#include "serve/http/text_engine.h"

namespace smelt::serve {

void EventQueue::push(TextEvent event) {
  {
    const std::lock_guard lock(mutex_);
    events_.push_back(std::move(event));
  }
  arrived_.notify_one();
}

std::optional<TextEvent> EventQueue::pop(std::chrono::milliseconds wait) {
  std::unique_lock lock(mutex_);
  if (!arrived_.wait_for(lock, wait, [this] { return !events_.empty(); })) {
    return std::nullopt;
  }
  TextEvent event = std::move(events_.front());
  events_.pop_front();
  return event;
}

}  // namespace smelt::serve
