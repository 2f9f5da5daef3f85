#include "tokens/encoding.h"

namespace smelt {

std::vector<Span> to_character_offsets(std::string_view text, const std::vector<Span>& offsets) {
  std::vector<uint32_t> characters(text.size());
  uint32_t count = 0;
  for (size_t at = 0; at < text.size(); ++count) {
    const uint32_t length = character_at(text, at).length;
    for (uint32_t i = 0; i < length; ++i) {
      characters[at + i] = count;
    }
    at += length;
  }
  std::vector<Span> out;
  out.reserve(offsets.size());
  for (const Span& span : offsets) {
    if (span.begin >= text.size()) {
      out.push_back(span.begin == 0 || text.empty() ? span
                                                    : Span{span.begin == text.size() ? count : span.begin,
                                                           span.end == text.size() ? count : span.end});
    } else if (span.end < text.size()) {
      out.push_back({characters[span.begin], characters[span.end]});
    } else {
      out.push_back({characters[span.begin],
                     (span.end - 1 < text.size() ? characters[span.end - 1] : characters[span.begin]) + 1});
    }
  }
  return out;
}

}  // namespace smelt
