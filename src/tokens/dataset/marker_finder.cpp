#include "tokens/dataset/marker_finder.h"

#include <algorithm>
#include <cstring>

#include <fmt/core.h>

#include "base/error.h"

namespace smelt {

uint32_t required_token(const Tokenizer& tokenizer, const std::string& text, const std::string& key) {
  const std::optional<uint32_t> id = tokenizer.token_id(text);
  if (text.empty() || !id) {
    throw usage_error(fmt::format("the tokenizer has no token \"{}\"", text), key,
                      "train it with this token among tokenizer.special_tokens, or name another");
  }
  return *id;
}

MarkerFinder::MarkerFinder(std::vector<Marker> markers) : markers_(std::move(markers)) {
  std::stable_sort(markers_.begin(), markers_.end(),
                   [](const Marker& a, const Marker& b) { return a.text.size() > b.text.size(); });
  for (const Marker& marker : markers_) {
    SMELT_CHECK(!marker.text.empty());
    bool& seen = is_first_[static_cast<uint8_t>(marker.text[0])];
    if (!seen) {
      first_bytes_ += marker.text[0];
    }
    seen = true;
  }
}

MarkerFinder::MarkerFinder(const Tokenizer& tokenizer, const std::vector<std::string>& texts, const std::string& key)
    : MarkerFinder([&] {
        std::vector<Marker> markers;
        for (const std::string& text : texts) {
          markers.push_back({text, required_token(tokenizer, text, key)});
        }
        return markers;
      }()) {}

MarkerFinder::Match MarkerFinder::find(std::string_view text, size_t from) const {
  for (size_t at = from; at < text.size(); ++at) {
    if (first_bytes_.size() == 1) {
      const void* hit = std::memchr(text.data() + at, first_bytes_[0], text.size() - at);
      if (hit == nullptr) {
        break;
      }
      at = static_cast<size_t>(static_cast<const char*>(hit) - text.data());
    } else if (!is_first_[static_cast<uint8_t>(text[at])]) {
      continue;
    }
    for (const Marker& marker : markers_) {
      if (text.substr(at).starts_with(marker.text)) {
        return {at, &marker};
      }
    }
  }
  return {};
}

}  // namespace smelt
