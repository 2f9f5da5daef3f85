#include "tokens/split/pretokenizer.h"

namespace smelt {
namespace {

bool keeps(PreTokenizer::Keep keep, bool matched) {
  return keep == PreTokenizer::Keep::kAll || (keep == PreTokenizer::Keep::kMatchesOnly) == matched;
}

}  // namespace

const SplitRule* PreTokenizer::only_rule() const {
  const RuleStep* step = steps_.size() == 1 ? std::get_if<RuleStep>(&steps_[0]) : nullptr;
  return step == nullptr ? nullptr : &step->rule;
}

void PreTokenizer::split(std::string_view text, std::vector<std::string_view>& words) const {
  if (text.empty()) {
    return;
  }
  std::vector<std::string_view> pieces{text};
  std::vector<std::string_view> next;
  for (const Step& step : steps_) {
    next.clear();
    for (const std::string_view piece : pieces) {
      std::visit([&](const auto& s) { apply(s, piece, next); }, step);
    }
    pieces.swap(next);
  }
  words.insert(words.end(), pieces.begin(), pieces.end());
}

void PreTokenizer::apply(const RuleStep& step, std::string_view text, std::vector<std::string_view>& words) {
  for_each_word(step.rule, text, [&](std::string_view word) { words.push_back(word); });
}

void PreTokenizer::apply(const RegexStep& step, std::string_view text, std::vector<std::string_view>& words) {
  step.regex.split(text, [&](std::string_view piece, bool matched) {
    if (keeps(step.keep, matched)) {
      words.push_back(piece);
    }
  });
}

void PreTokenizer::apply(const LiteralStep& step, std::string_view text, std::vector<std::string_view>& words) {
  size_t done = 0;
  for (size_t at = text.find(step.text); at != std::string_view::npos; at = text.find(step.text, done)) {
    if (at > done && keeps(step.keep, false)) {
      words.push_back(text.substr(done, at - done));
    }
    if (keeps(step.keep, true)) {
      words.push_back(text.substr(at, step.text.size()));
    }
    done = at + step.text.size();
  }
  if (done < text.size() && keeps(step.keep, false)) {
    words.push_back(text.substr(done));
  }
}

void PreTokenizer::apply(const DigitsStep& step, std::string_view text, std::vector<std::string_view>& words) {
  const UnicodeClasses& classes = UnicodeClasses::get();
  const char* const end = text.data() + text.size();
  const char* start = text.data();
  bool in_number = false;
  for (const char* p = start; p < end;) {
    const ClassedChar c = classify(classes, p, end);
    const bool number = (c.bits & kClassNumber) != 0;
    if (p > start && (number != in_number || (number && step.individual))) {
      words.emplace_back(start, static_cast<size_t>(p - start));
      start = p;
    }
    in_number = number;
    p += c.length;
  }
  if (end > start) {
    words.emplace_back(start, static_cast<size_t>(end - start));
  }
}

}  // namespace smelt
