#include <algorithm>
#include <string_view>

#include "base/text.h"
#include "crawl/justext.h"

namespace smelt {
namespace {

bool has_copyright(std::string_view text) {
  return text.find("\xC2\xA9") != std::string_view::npos || text.find("&copy") != std::string_view::npos;
}

// Share of stop words among words apart by white space.
double stop_word_share(std::string_view text, const StopWords& stop) {
  int64_t words = 0;
  int64_t stops = 0;
  size_t pos = 0;
  while (pos < text.size()) {
    size_t end = pos;
    while (end < text.size() && text[end] != ' ' && text[end] != '\n') {
      ++end;
    }
    if (end > pos) {
      ++words;
      stops += stop.contains_any_case(text.substr(pos, end - pos)) ? 1 : 0;
    }
    pos = end + 1;
  }
  return words == 0 ? 0 : static_cast<double>(stops) / static_cast<double>(words);
}

BlockClass judge_alone(const JustextParagraph& paragraph, const StopWords* stop, const JustextOptions& options) {
  const double links =
      paragraph.length == 0 ? 0 : static_cast<double>(paragraph.link_length) / static_cast<double>(paragraph.length);
  if (links > options.max_link_density || paragraph.select || has_copyright(paragraph.text)) {
    return BlockClass::kBad;
  }
  if (paragraph.length < options.length_low) {
    return paragraph.link_length > 0 ? BlockClass::kBad : BlockClass::kShort;
  }
  const BlockClass enough = paragraph.length > options.length_high ? BlockClass::kGood : BlockClass::kNearGood;
  if (stop == nullptr) {
    return enough;
  }
  const double share = stop_word_share(paragraph.text, *stop);
  if (share >= options.stopwords_high * stop->scale()) {
    return enough;
  }
  return share >= options.stopwords_low * stop->scale() ? BlockClass::kNearGood : BlockClass::kBad;
}

using Paragraphs = std::vector<JustextParagraph>;

// For every paragraph the class of the nearest one before it (or after it) that is good or bad; or nearly good unless
// `skip_near`. Bad at the page's edge.
std::vector<BlockClass> neighbours(const Paragraphs& paragraphs, bool forward, bool skip_near) {
  std::vector<BlockClass> out(paragraphs.size());
  BlockClass seen = BlockClass::kBad;
  for (size_t n = 0; n < paragraphs.size(); ++n) {
    const size_t i = forward ? n : paragraphs.size() - 1 - n;
    out[i] = seen;
    const BlockClass own = paragraphs[i].final;
    if (own != BlockClass::kShort && !(skip_near && own == BlockClass::kNearGood)) {
      seen = own;
    }
  }
  return out;
}

// Short paragraphs follow their neighbours; where those differ, a nearly good one on the bad side tips the scales.
void settle_short(Paragraphs& paragraphs) {
  const auto far_before = neighbours(paragraphs, true, true);
  const auto far_after = neighbours(paragraphs, false, true);
  const auto near_before = neighbours(paragraphs, true, false);
  const auto near_after = neighbours(paragraphs, false, false);
  for (size_t i = 0; i < paragraphs.size(); ++i) {
    if (paragraphs[i].final != BlockClass::kShort) {
      continue;
    }
    const bool good_before = far_before[i] == BlockClass::kGood;
    const bool good_after = far_after[i] == BlockClass::kGood;
    const bool near = (!good_before && near_before[i] == BlockClass::kNearGood) ||
                      (!good_after && near_after[i] == BlockClass::kNearGood);
    const bool good = (good_before && good_after) || (good_before != good_after && near);
    paragraphs[i].final = good ? BlockClass::kGood : BlockClass::kBad;
  }
}

// Nearly good paragraphs are bad between bad ones only; those before are settled already when their turn comes.
void settle_near_good(Paragraphs& paragraphs) {
  const auto after = neighbours(paragraphs, false, true);
  BlockClass before = BlockClass::kBad;
  for (size_t i = 0; i < paragraphs.size(); ++i) {
    BlockClass& own = paragraphs[i].final;
    if (own == BlockClass::kNearGood) {
      own = before == BlockClass::kBad && after[i] == BlockClass::kBad ? BlockClass::kBad : BlockClass::kGood;
    }
    before = own;
  }
}

// Headings of a good paragraph close below them.
void keep_headings(Paragraphs& paragraphs, int64_t max_distance) {
  // Going up the page: the length of what stands between here and the next good paragraph.
  int64_t distance = 0;
  bool good_below = false;
  for (size_t i = paragraphs.size(); i-- > 0;) {
    JustextParagraph& paragraph = paragraphs[i];
    const bool was_good = paragraph.final == BlockClass::kGood;
    if (paragraph.heading && !was_good && paragraph.context_free != BlockClass::kBad && good_below &&
        distance <= max_distance) {
      paragraph.final = BlockClass::kGood;
    }
    distance = was_good ? 0 : distance + paragraph.length;
    good_below = good_below || was_good;
  }
}

}  // namespace

void classify_paragraphs(Paragraphs& paragraphs, const StopWords* stop, const JustextOptions& options) {
  for (JustextParagraph& paragraph : paragraphs) {
    paragraph.heading = paragraph.heading && !options.no_headings;
    paragraph.context_free = judge_alone(paragraph, stop, options);
    paragraph.final = paragraph.context_free;
  }
  settle_short(paragraphs);
  settle_near_good(paragraphs);
  keep_headings(paragraphs, options.max_heading_distance);
}

}  // namespace smelt
