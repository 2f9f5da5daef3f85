#include "tokens/dataset/fill_in_middle.h"

#include <algorithm>

namespace smelt {
namespace {

constexpr const char* kStage = "tokens/fim";

bool begins_character(char c) {
  return (static_cast<uint8_t>(c) & 0xC0) != 0x80;
}

uint64_t count_characters(std::string_view text) {
  return static_cast<uint64_t>(std::count_if(text.begin(), text.end(), begins_character));
}

void append_text(std::string_view text, std::vector<FimPart>& parts) {
  if (!text.empty()) {
    parts.push_back({FimPart::Kind::kText, text});
  }
}

}  // namespace

FillInMiddle::FillInMiddle(const FimOptions& options, const MarkerFinder& markers, uint64_t seed)
    : options_(options), markers_(markers), seed_(seed) {
  const MarkerFinder::Match mark = markers.find(options.file_mark, 0);
  if (mark.marker != nullptr && mark.marker->text == options.file_mark) {
    file_mark_ = MarkerFinder({*mark.marker});
  }
}

void FillInMiddle::arrange(std::string_view text, uint64_t item, std::vector<FimPart>& parts) const {
  Rng rng(seed_, kStage, item);
  if (rng.uniform() >= options_.rate) {
    append_text(text, parts);
  } else if (const size_t first = next_file(text, 0); first != std::string_view::npos) {
    files(text, first, rng, parts);
  } else {
    cut(text, rng, parts);
  }
}

size_t FillInMiddle::next_file(std::string_view text, size_t from) const {
  return file_mark_.empty() ? std::string_view::npos : file_mark_.find(text, from).begin;
}

void FillInMiddle::files(std::string_view text, size_t first, Rng& rng, std::vector<FimPart>& parts) const {
  const bool named = !options_.repository_mark.empty() && text.starts_with(options_.repository_mark);
  append_text(text.substr(0, first), parts);
  for (size_t at = first; at < text.size();) {
    size_t code = at + options_.file_mark.size();
    const size_t end = std::min(next_file(text, code), text.size());
    if (const size_t line = text.substr(0, end).find('\n', code); named) {
      code = line == std::string_view::npos ? end : line + 1;
    }
    append_text(text.substr(at, code - at), parts);
    if (rng.uniform() < options_.file_rate) {
      cut(text.substr(code, end - code), rng, parts);
    } else {
      append_text(text.substr(code, end - code), parts);
    }
    at = end;
  }
}

void FillInMiddle::cut(std::string_view text, Rng& rng, std::vector<FimPart>& parts) const {
  const uint64_t characters = count_characters(text);
  uint64_t from = rng.below(characters + 1);
  uint64_t to = rng.below(characters + 1);
  if (from > to) {
    std::swap(from, to);
  }
  const size_t begin = place(text, from);
  const size_t end = place(text, to);
  const std::string_view prefix = text.substr(0, begin);
  const std::string_view middle = text.substr(begin, end - begin);
  const std::string_view suffix = text.substr(end);
  const bool spm = rng.uniform() < options_.spm;
  parts.push_back({FimPart::Kind::kPrefix});
  if (!spm) {
    append_text(prefix, parts);
  }
  parts.push_back({FimPart::Kind::kSuffix});
  append_text(suffix, parts);
  parts.push_back({FimPart::Kind::kMiddle});
  if (spm) {
    append_text(prefix, parts);
  }
  append_text(middle, parts);
}

// The byte at which a character begins; the beginning of the marker where that is inside of one.
size_t FillInMiddle::place(std::string_view text, uint64_t character) const {
  size_t at = 0;
  for (uint64_t seen = 0; at < text.size(); ++at) {
    if (begins_character(text[at]) && seen++ == character) {
      break;
    }
  }
  if (markers_.empty()) {
    return at;
  }
  for (MarkerFinder::Match match = markers_.find(text, 0); match.begin < at;) {
    const size_t end = match.begin + match.marker->text.size();
    if (end > at) {
      return match.begin;
    }
    match = markers_.find(text, end);
  }
  return at;
}

}  // namespace smelt
