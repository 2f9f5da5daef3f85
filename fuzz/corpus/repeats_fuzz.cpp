// Any bytes as a corpus, a document a line: repeats are disjoint, within their documents, and what is cut was there
// before.
#include <cstdint>
#include <filesystem>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/text.h"
#include "corpus/dedup/cuts.h"
#include "corpus/dedup/paragraphs.h"
#include "corpus/dedup/repeats.h"

namespace {

constexpr int64_t kLength = 12;

void check(const smelt::RangeList& ranges, const std::vector<std::string_view>& texts) {
  uint64_t start = 0;
  for (const std::string_view text : texts) {
    uint64_t end = start;
    for (const smelt::TextRange& range : ranges.within(start, start + text.size())) {
      SMELT_CHECK(range.begin >= end && range.begin < range.end && range.end <= start + text.size());
      end = range.end;
    }
    SMELT_CHECK(smelt::cut_text(text, ranges.within(start, start + text.size()), start).size() <= text.size());
    start += text.size() + 1;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::vector<std::string_view> texts = smelt::split(bytes, '\0');
  const smelt::ScratchSpace space{std::filesystem::temp_directory_path().string(), size_t{1} << 20};
  smelt::RepeatFinder<uint8_t> finder(kLength, 1, space);
  smelt::ParagraphFinder paragraphs({.min_length = 2}, space);
  for (const bool first : {true, false}) {
    uint64_t start = 0;
    for (const std::string_view text : texts) {
      const std::span symbols(reinterpret_cast<const uint8_t*>(text.data()), text.size());
      if (first) {
        finder.scan(start, symbols);
        paragraphs.scan(start, text);
      } else {
        finder.collect(start, symbols);
      }
      start += text.size() + 1;
    }
    if (first) {
      finder.select();
    }
  }
  check(finder.ranges(), texts);
  check(paragraphs.ranges(), texts);
  return 0;
}
