#include "tokens/train/word_splitter.h"

#include <algorithm>

#include "base/text.h"
#include "tokens/train/alphabet.h"

namespace smelt {

SplitRule split_rule(const std::string& split) {
  if (split == "gpt2") {
    return {SplitFamily::kGpt2};
  }
  return split == "llama3" ? SplitRule{SplitFamily::kCl100k, 3} : SplitRule{SplitFamily::kTekken, 1};
}

WordSplitter::WordSplitter(const TokenizerOptions& options)
    : rule_(split_rule(options.split)),
      is_bert_(options.model == "wordpiece"),
      lowercase_(options.lowercase),
      at_spaces_(options.split == "metaspace"),
      split_digits_(options.split_digits) {
  if (!options.protect_tokens) {
    return;
  }
  protected_ = options.special_tokens;
  protected_.insert(protected_.end(), options.marker_tokens.begin(), options.marker_tokens.end());
  std::stable_sort(protected_.begin(), protected_.end(),
                   [](const std::string& a, const std::string& b) { return a.size() > b.size(); });
  for (const std::string& token : protected_) {
    if (first_bytes_.find(token[0]) == std::string::npos) {
      first_bytes_ += token[0];
    }
    protects_spaces_ = protects_spaces_ || token.find(' ') != std::string::npos;
  }
}

size_t WordSplitter::protected_at(std::string_view text, size_t at) const {
  for (const std::string& token : protected_) {
    if (text.substr(at).starts_with(token)) {
      return token.size();
    }
  }
  return 0;
}

void WordSplitter::for_each_gap(std::string_view text, FunctionRef<void(std::string_view)> visit) const {
  size_t begin = 0;
  if (!first_bytes_.empty()) {
    for (size_t at = text.find_first_of(first_bytes_); at != std::string_view::npos;) {
      const size_t length = protected_at(text, at);
      if (length > 0) {
        visit(text.substr(begin, at - begin));
        begin = at + length;
      }
      at = text.find_first_of(first_bytes_, at + std::max<size_t>(length, 1));
    }
  }
  visit(text.substr(begin));
}

void WordSplitter::for_each_number(std::string_view text, FunctionRef<void(std::string_view)> visit) {
  const UnicodeClasses& classes = UnicodeClasses::get();
  const char* const end = text.data() + text.size();
  const char* begin = text.data();
  const auto visit_until = [&](const char* until) {
    if (until > begin) {
      visit({begin, static_cast<size_t>(until - begin)});
    }
    begin = until;
  };
  for (const char* p = begin; p < end;) {
    const ClassedChar c = classify(classes, p, end);
    if (c.bits & kClassNumber) {
      visit_until(p);
      visit_until(p + c.length);
    }
    p += c.length;
  }
  visit_until(end);
}

void WordSplitter::for_each_bert_word(std::string_view text, FunctionRef<void(std::string_view)> visit) {
  size_t begin = 0;
  const auto visit_until = [&](size_t end) {
    if (end > begin) {
      visit(text.substr(begin, end - begin));
    }
    begin = end;
  };
  for (size_t pos = 0; pos < text.size();) {
    const size_t at = pos;
    const uint32_t code_point = next_code_point(text, pos);
    if (code_point == ' ') {
      visit_until(at);
      begin = pos;
    } else if (is_bert_punctuation(code_point)) {
      visit_until(at);
      visit_until(pos);
    }
  }
  visit_until(text.size());
}

void WordSplitter::for_each_space(std::string_view text, FunctionRef<void(std::string_view)> visit) {
  constexpr std::string_view kMark = kSpaceMark;
  size_t begin = 0;
  for (size_t at = 1; at < text.size(); ++at) {
    if (text[at] == ' ' || (text[at] == kMark[0] && text.substr(at).starts_with(kMark))) {
      visit(text.substr(begin, at - begin));
      begin = at;
    }
  }
  visit(text.substr(begin));
}

// No split has a word in which a space follows a printable ASCII character.
size_t WordSplitter::safe_cut(std::string_view text, size_t from) const {
  if (protects_spaces_) {
    return std::string_view::npos;
  }
  for (size_t at = text.find(' ', std::max<size_t>(from, 1)); at != std::string_view::npos;
       at = text.find(' ', at + 1)) {
    if (text[at - 1] > ' ' && text[at - 1] < 0x7F) {
      return at;
    }
  }
  return std::string_view::npos;
}

}  // namespace smelt
