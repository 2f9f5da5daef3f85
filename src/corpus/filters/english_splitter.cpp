#include "corpus/filters/english_splitter.h"

#include <string_view>
#include <unordered_map>

namespace smelt::english {

namespace {

const std::unordered_map<std::u32string_view, const Exception*>& exceptions_by_word() {
  static const auto kMap = [] {
    std::unordered_map<std::u32string_view, const Exception*> map;
    for (const Exception& exception : exceptions()) {
      map.emplace(exception.word, &exception);
    }
    return map;
  }();
  return kMap;
}

const Exception* find_exception(Word word) {
  if (word.size() > kLongestException) {
    return nullptr;
  }
  const auto found = exceptions_by_word().find(word);
  return found == exceptions_by_word().end() ? nullptr : found->second;
}

}  // namespace

void WordSplitter::split(Word word, bool with_exceptions, std::vector<Cut>& cuts) {
  word_ = word;
  with_exceptions_ = with_exceptions;
  begin_ = 0;
  end_ = word.size();
  cuts.clear();
  suffixes_.clear();
  strip_affixes(cuts);
  split_rest(cuts);
  cuts.insert(cuts.end(), suffixes_.rbegin(), suffixes_.rend());
}

bool WordSplitter::is_exception(size_t begin, size_t end) const {
  return with_exceptions_ && begin < end && find_exception(word_.substr(begin, end - begin)) != nullptr;
}

// Both ends at once, until nothing more comes off or the rest is on the list.
void WordSplitter::strip_affixes(std::vector<Cut>& cuts) {
  while (begin_ < end_ && !is_exception(begin_, end_)) {
    const size_t prefix = prefix_length(word_.substr(begin_, end_ - begin_));
    if (prefix > 0 && is_exception(begin_ + prefix, end_)) {
      take_prefix(prefix, cuts);
      return;
    }
    const size_t suffix = suffix_length(word_.substr(begin_ + prefix, end_ - begin_ - prefix));
    if (suffix > 0 && is_exception(begin_, end_ - suffix)) {
      take_suffix(suffix);
      return;
    }
    if (prefix == 0 && suffix == 0) {
      return;
    }
    if (prefix > 0) {
      take_prefix(prefix, cuts);
    }
    if (suffix > 0) {
      take_suffix(suffix);
    }
  }
}

void WordSplitter::take_prefix(size_t size, std::vector<Cut>& cuts) {
  cuts.push_back({begin_, begin_ + size});
  begin_ += size;
}

void WordSplitter::take_suffix(size_t size) {
  suffixes_.push_back({end_ - size, end_});
  end_ -= size;
}

void WordSplitter::split_rest(std::vector<Cut>& cuts) {
  if (begin_ == end_) {
    return;
  }
  const Word rest = word_.substr(begin_, end_ - begin_);
  const Exception* exception = with_exceptions_ ? find_exception(rest) : nullptr;
  if (exception != nullptr) {
    size_t begin = begin_;
    for (const uint8_t length : exception->lengths) {
      cuts.push_back({begin, begin + length});
      begin += length;
    }
    return;
  }
  if (is_address(rest)) {
    cuts.push_back({begin_, end_});
    return;
  }
  size_t start = 0;
  for_each_infix(rest, [&](size_t infix_begin, size_t infix_end) {
    if (infix_begin == 0) {
      return;
    }
    if (infix_begin != start) {
      cuts.push_back({begin_ + start, begin_ + infix_begin});
    }
    cuts.push_back({begin_ + infix_begin, begin_ + infix_end});
    start = infix_end;
  });
  if (start < rest.size()) {
    cuts.push_back({begin_ + start, end_});
  }
}

}  // namespace smelt::english
