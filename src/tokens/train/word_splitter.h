// How a text is cut into the words that merges stay inside, as the settings of a training say.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/function_ref.h"
#include "tokens/bpe_trainer.h"
#include "tokens/split/pretokenizer.h"
#include "tokens/train/bert_text.h"

namespace smelt {

// The rule of a byte-level or byte-fallback split; not of "metaspace".
SplitRule split_rule(const std::string& split);

// Immutable and thread-safe.
class WordSplitter {
 public:
  explicit WordSplitter(const TokenizerOptions& options);

  // Calls word(std::string_view, readable) for every word, in order; from its first byte on `readable` bytes may be
  // read.
  template <class F>
  void for_each(std::string_view text, F&& word) const {
    std::string normal;
    for_each_gap(text, [&](std::string_view gap) {
      if (is_bert_) {
        normalize_bert(gap, lowercase_, normal);
        gap = normal;
      }
      const char* const end = gap.data() + gap.size();
      const auto with_readable = [&](std::string_view w) { word(w, static_cast<size_t>(end - w.data())); };
      if (split_digits_) {
        for_each_number(gap, [&](std::string_view part) { cut(part, with_readable); });
      } else {
        cut(gap, with_readable);
      }
    });
  }

  // A position at or behind `from` where a text may be cut without changing its words; npos where there is none.
  size_t safe_cut(std::string_view text, size_t from) const;

 private:
  template <class F>
  void cut(std::string_view text, F& word) const {
    if (is_bert_) {
      for_each_bert_word(text, word);
    } else if (at_spaces_) {
      for_each_space(text, word);
    } else {
      for_each_word(rule_, text, word);
    }
  }
  // What lies between protected tokens.
  void for_each_gap(std::string_view text, FunctionRef<void(std::string_view)> visit) const;
  static void for_each_number(std::string_view text, FunctionRef<void(std::string_view)> visit);
  static void for_each_bert_word(std::string_view text, FunctionRef<void(std::string_view)> visit);
  static void for_each_space(std::string_view text, FunctionRef<void(std::string_view)> visit);
  size_t protected_at(std::string_view text, size_t at) const;  // length of the longest token there, or 0

  SplitRule rule_;
  bool is_bert_ = false;
  bool lowercase_ = false;
  bool at_spaces_ = false;
  bool split_digits_ = false;
  std::vector<std::string> protected_;  // longest first
  std::string first_bytes_;             // of them
  bool protects_spaces_ = false;
};

}  // namespace smelt
