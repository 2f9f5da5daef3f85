#include "corpus/dedup/cuts.h"

#include "base/error.h"
#include "base/text.h"

namespace smelt {

std::string cut_text(std::string_view text, std::span<const TextRange> ranges, uint64_t start) {
  if (ranges.empty()) {
    return std::string(text);
  }
  std::string out;
  size_t kept = 0;  // up to here it is decided
  for (const TextRange& range : ranges) {
    SMELT_CHECK(range.begin >= start + kept && range.end <= start + text.size());
    out += text.substr(kept, range.begin - start - kept);
    kept = range.end - start;
  }
  out += text.substr(kept);
  return std::string(trim(out));
}

}  // namespace smelt
