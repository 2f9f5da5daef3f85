#include <algorithm>

#include "base/text.h"
#include "tokens/tokenizer.h"

namespace smelt {
namespace {

// How many bytes at the end of `text` are the valid but unfinished start of a character (0 to 3).
size_t unfinished_bytes(std::string_view text) {
  for (size_t back = 1; back <= 3 && back <= text.size(); ++back) {
    const auto lead = static_cast<uint8_t>(text[text.size() - back]);
    if ((lead & 0xC0) == 0x80) {
      continue;
    }
    const size_t length = lead >= 0xF0 && lead < 0xF5 ? 4 : lead >= 0xE0 && lead < 0xF0 ? 3 : lead >= 0xC2 ? 2 : 1;
    if (lead < 0xC2 || lead >= 0xF5 || length <= back) {
      return 0;
    }
    // A second byte that the lead forbids (overlong forms, surrogates, above U+10FFFF) will never become a character.
    if (back >= 2) {
      const auto second = static_cast<uint8_t>(text[text.size() - back + 1]);
      if ((lead == 0xE0 && second < 0xA0) || (lead == 0xED && second > 0x9F) || (lead == 0xF0 && second < 0x90) ||
          (lead == 0xF4 && second > 0x8F)) {
        return 0;
      }
    }
    return back;
  }
  return 0;
}

}  // namespace

std::string StreamDecoder::push(uint32_t id) {
  if (skip_special_ && tokenizer_.is_special(id)) {
    return {};
  }
  return tokenizer_.decodes_bytewise() ? push_bytes(id) : push_in_context(id);
}

std::string StreamDecoder::push_bytes(uint32_t id) {
  pending_ += tokenizer_.token_view(id);
  const size_t ready = pending_.size() - unfinished_bytes(pending_);
  std::string out = replace_invalid_utf8(std::string_view(pending_).substr(0, ready));
  pending_.erase(0, ready);
  return out;
}

std::string StreamDecoder::push_in_context(uint32_t id) {
  // Bytes that have not made a character in so many tokens will not: four make one.
  constexpr size_t kLongestWait = 8;
  window_.push_back(id);
  const std::string before = tokenizer_.decode(std::span(window_).first(shown_));
  const std::string now = tokenizer_.decode(window_);
  if (now.ends_with("\xEF\xBF\xBD") && window_.size() - shown_ < kLongestWait) {
    return {};
  }
  if (now.size() <= before.size()) {
    return {};
  }
  std::string out = now.substr(now.starts_with(before) ? before.size() : std::min(before.size(), now.size()));
  window_.erase(window_.begin(), window_.begin() + static_cast<std::ptrdiff_t>(shown_));
  shown_ = window_.size();
  return out;
}

std::string StreamDecoder::finish() {
  if (!tokenizer_.decodes_bytewise()) {
    const std::string before = tokenizer_.decode(std::span(window_).first(shown_));
    const std::string now = tokenizer_.decode(window_);
    window_.clear();
    shown_ = 0;
    return now.size() > before.size() ? now.substr(before.size()) : std::string();
  }
  std::string out = replace_invalid_utf8(pending_);
  pending_.clear();
  return out;
}

}  // namespace smelt
