#include "corpus/dedup/paragraphs.h"

#include "corpus/dedup/normalize.h"

namespace smelt {

ParagraphFinder::ParagraphFinder(const ParagraphOptions& options, const ScratchSpace& space)
    : options_(options), space_(space), paragraphs_(space.share(2)) {}

void ParagraphFinder::scan(uint64_t start, std::string_view text) {
  SorterFeed feed(paragraphs_);
  for_each_paragraph(text, options_.unit == "line", [&](size_t begin, size_t end) {
    const std::string normalized = normalize_for_duplicates(text.substr(begin, end - begin));
    if (static_cast<int64_t>(normalized.size()) >= options_.min_length) {
      feed.add({hash128(normalized), start + begin, start + end});
    }
  });
  feed.flush();
}

RangeList ParagraphFinder::ranges() {
  ExternalSorter<TextRange> ranges(space_.share(4));
  SorterFeed feed(ranges);
  Hash128 last;
  int64_t copies = 0;
  paragraphs_.drain([&](const Paragraph& paragraph) {
    copies = copies > 0 && paragraph.hash == last ? copies + 1 : 1;
    last = paragraph.hash;
    if (copies > options_.max_copies) {
      feed.add({paragraph.begin, paragraph.end});
    }
  });
  feed.flush();
  RangeList out(space_.share(4));
  ranges.drain([&](const TextRange& range) { out.add(range); });
  out.finish();
  return out;
}

}  // namespace smelt
