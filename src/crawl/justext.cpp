#include "crawl/justext.h"

#include <algorithm>
#include <string_view>

#include "base/text.h"

namespace smelt {
namespace {

// Share of stop words among the words of running English, which the thresholds are meant for.
constexpr double kEnglishShare = 0.47;
// Items of a list that are longer than this are paragraphs on their own.
constexpr int64_t kLongItem = 300;

// What is judged as one: blocks [begin, end).
struct Unit {
  size_t begin = 0;
  size_t end = 0;
  int64_t length = 0;
  int64_t link_length = 0;
  int64_t words = 0;
  int64_t stop_words = 0;
  bool heading = false;
  bool code = false;
  bool copyright = false;
  BlockClass context_free = BlockClass::kBad;
  BlockClass final = BlockClass::kBad;
};

bool is_word_byte(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x80 || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

// Lower case for the Latin, Greek and Cyrillic letters that the stop lists hold.
std::string lower_word(std::string_view word) {
  std::string out;
  size_t pos = 0;
  while (pos < word.size()) {
    uint32_t code = next_code_point(word, pos);
    if ((code >= 'A' && code <= 'Z') || (code >= 0xC0 && code <= 0xDE && code != 0xD7) ||
        (code >= 0x410 && code <= 0x42F)) {
      code += 32;
    } else if (code >= 0x400 && code <= 0x40F) {
      code += 80;
    } else if (code >= 0x100 && code <= 0x17F && code != 0x130 && code != 0x131) {
      const bool odd_is_upper = (code >= 0x139 && code <= 0x148) || (code >= 0x179 && code <= 0x17E);
      code += (code % 2 == (odd_is_upper ? 1U : 0U)) ? 1 : 0;
    }
    append_utf8(out, code);
  }
  return out;
}

void count_words(std::string_view text, const StopWords* stop, Unit& unit) {
  size_t pos = 0;
  while (pos < text.size()) {
    while (pos < text.size() && !is_word_byte(text[pos])) {
      ++pos;
    }
    const size_t begin = pos;
    while (pos < text.size() && is_word_byte(text[pos])) {
      ++pos;
    }
    if (pos > begin) {
      ++unit.words;
      if (stop != nullptr && pos - begin < 32 && stop->contains(lower_word(text.substr(begin, pos - begin)))) {
        ++unit.stop_words;
      }
    }
  }
}

bool joins(const TextBlock& previous, const TextBlock& block) {
  using Kind = TextBlock::Kind;
  if (block.group == 0 || block.group != previous.group) {
    return false;
  }
  if (block.kind == Kind::kTableRow && (previous.kind == Kind::kTableRow || previous.kind == Kind::kCaption)) {
    return true;
  }
  if (previous.kind == Kind::kTerm) {
    return block.kind == Kind::kTerm || block.kind == Kind::kDefinition;
  }
  return block.kind == Kind::kListItem && previous.kind == Kind::kListItem && block.length <= kLongItem &&
         previous.length <= kLongItem;
}

std::vector<Unit> make_units(const std::vector<TextBlock>& blocks, const StopWords* stop) {
  std::vector<Unit> units;
  for (size_t i = 0; i < blocks.size(); ++i) {
    const TextBlock& block = blocks[i];
    if (i == 0 || !joins(blocks[i - 1], block)) {
      units.push_back({});
      units.back().begin = i;
      units.back().heading = block.kind == TextBlock::Kind::kHeading;
      units.back().code = block.kind == TextBlock::Kind::kPre;
    }
    Unit& unit = units.back();
    unit.end = i + 1;
    unit.length += block.length;
    unit.link_length += block.link_length;
    unit.copyright = unit.copyright || block.text.find("\xC2\xA9") != std::string::npos;
    count_words(block.text, stop, unit);
  }
  return units;
}

BlockClass judge_alone(const Unit& unit, const StopWords* stop, const JustextOptions& options) {
  const double links = unit.length > 0 ? static_cast<double>(unit.link_length) / static_cast<double>(unit.length) : 0;
  if (links > options.max_link_density && !unit.heading) {
    return BlockClass::kBad;
  }
  if (unit.copyright && unit.length < options.length_high) {
    return BlockClass::kBad;
  }
  if (unit.heading || unit.code) {
    return BlockClass::kShort;
  }
  if (unit.length < options.length_low) {
    return unit.link_length > 0 ? BlockClass::kBad : BlockClass::kShort;
  }
  if (stop == nullptr) {
    return unit.length > options.length_high ? BlockClass::kGood : BlockClass::kNearGood;
  }
  const double share = static_cast<double>(unit.stop_words) / static_cast<double>(std::max<int64_t>(unit.words, 1));
  const double relative = share * kEnglishShare / stop->typical_share();
  if (relative >= options.stopwords_high) {
    return unit.length > options.length_high ? BlockClass::kGood : BlockClass::kNearGood;
  }
  return relative >= options.stopwords_low ? BlockClass::kNearGood : BlockClass::kBad;
}

// For every unit the class of the nearest unit before it (step -1 reads backwards: after it) that is not short, and
// nearly good ones not skipped or skipped; bad at the page's edge.
std::vector<BlockClass> neighbours(const std::vector<Unit>& units, bool forward, bool skip_near) {
  std::vector<BlockClass> out(units.size());
  BlockClass seen = BlockClass::kBad;
  for (size_t n = 0; n < units.size(); ++n) {
    const size_t i = forward ? n : units.size() - 1 - n;
    out[i] = seen;
    const BlockClass own = units[i].final;
    if (own != BlockClass::kShort && !(skip_near && own == BlockClass::kNearGood)) {
      seen = own;
    }
  }
  return out;
}

// Headings with a unit of class `wanted` close below them.
template <class Wanted, class Apply>
void raise_headings(std::vector<Unit>& units, int64_t max_distance, Wanted wanted, Apply apply) {
  for (size_t i = 0; i < units.size(); ++i) {
    if (!units[i].heading) {
      continue;
    }
    int64_t distance = 0;
    for (size_t j = i + 1; j < units.size() && distance <= max_distance; ++j) {
      if (wanted(units[j])) {
        apply(units[i]);
        break;
      }
      distance += units[j].length;
    }
  }
}

void judge_in_context(std::vector<Unit>& units, const JustextOptions& options) {
  for (Unit& unit : units) {
    unit.final = unit.context_free;
  }
  raise_headings(
      units, options.max_heading_distance, [](const Unit& unit) { return unit.final == BlockClass::kGood; },
      [](Unit& heading) {
        heading.final = heading.final == BlockClass::kShort ? BlockClass::kNearGood : heading.final;
      });
  const auto far_before = neighbours(units, true, true);
  const auto far_after = neighbours(units, false, true);
  const auto near_before = neighbours(units, true, false);
  const auto near_after = neighbours(units, false, false);
  std::vector<BlockClass> decided(units.size());
  for (size_t i = 0; i < units.size(); ++i) {
    decided[i] = units[i].final;
    if (units[i].final != BlockClass::kShort) {
      continue;
    }
    const bool good_before = far_before[i] == BlockClass::kGood;
    const bool good_after = far_after[i] == BlockClass::kGood;
    const bool near = (!good_before && near_before[i] == BlockClass::kNearGood) ||
                      (!good_after && near_after[i] == BlockClass::kNearGood);
    const bool good = (good_before && good_after) || (good_before != good_after && near);
    decided[i] = good ? BlockClass::kGood : BlockClass::kBad;
  }
  for (size_t i = 0; i < units.size(); ++i) {
    units[i].final = decided[i];
  }
  const auto before = neighbours(units, true, true);
  const auto after = neighbours(units, false, true);
  for (size_t i = 0; i < units.size(); ++i) {
    if (units[i].final == BlockClass::kNearGood) {
      decided[i] = before[i] == BlockClass::kBad && after[i] == BlockClass::kBad ? BlockClass::kBad : BlockClass::kGood;
    }
  }
  for (size_t i = 0; i < units.size(); ++i) {
    units[i].final = decided[i];
  }
  raise_headings(
      units, options.max_heading_distance, [](const Unit& unit) { return unit.final == BlockClass::kGood; },
      [](Unit& heading) {
        heading.final = heading.context_free != BlockClass::kBad ? BlockClass::kGood : heading.final;
      });
}

}  // namespace

std::vector<BlockClass> classify_blocks(const std::vector<TextBlock>& blocks, const StopWords* stop,
                                        const JustextOptions& options) {
  std::vector<Unit> units = make_units(blocks, stop);
  for (Unit& unit : units) {
    unit.context_free = judge_alone(unit, stop, options);
  }
  judge_in_context(units, options);
  std::vector<BlockClass> classes(blocks.size(), BlockClass::kBad);
  for (const Unit& unit : units) {
    std::fill(classes.begin() + static_cast<ptrdiff_t>(unit.begin), classes.begin() + static_cast<ptrdiff_t>(unit.end),
              unit.final);
  }
  return classes;
}

}  // namespace smelt
