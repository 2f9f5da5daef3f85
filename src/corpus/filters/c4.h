// C4's rules (Raffel et al., "Exploring the Limits of Transfer Learning with a Unified Text-to-Text Transformer", arXiv
// 1910.10683, section 2.2): lines are removed, and documents of which too little is left.
//
// A line goes where it has a word of more than max_word_length characters (long_word), no end mark (open_end), fewer
// than min_line_words words (few_words), names JavaScript (javascript) or policies (policy). "lorem ipsum" and curly
// brackets drop the document. What is left is trimmed and joined by line feeds.
//
// By TextRules::kPublished as datatrove 0.10.1's C4QualityFilter: lines also end at form feeds, carriage returns and
// the like; "lorem ipsum" and curly brackets are only seen in lines that pass the tests before (and one of the two is
// reported: the first); sentences are spaCy's; end marks are . ? ! " '. By kFixed: lines end at line feeds; end marks
// of all scripts count, and closing quotes and brackets behind them; an ellipsis of one character is no end; letters of
// languages without spaces are words; blank lines between lines that stay are kept as one.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "corpus/filters/english_tokenizer.h"
#include "corpus/filters/options.h"
#include "corpus/filters/rules.h"
#include "corpus/text_stats.h"

namespace smelt {

constexpr std::array<const char*, 5> kC4LineReasons = {"long_word", "open_end", "few_words", "javascript", "policy"};

// What became of a text. Reused from text to text.
struct C4Outcome {
  std::string text;                                         // the lines that are left
  std::array<int64_t, kC4LineReasons.size()> removed = {};  // lines by reason
  int64_t citations = 0;                                    // places taken out
  int64_t sentences = 0;
  int64_t words = 0;  // in the lines that are left
  bool lorem_ipsum = false;
  bool curly_bracket = false;
};

class C4Cleaner {
 public:
  C4Cleaner(const C4Options& options, TextRules rules) : options_(options), rules_(rules) {}

  // `tokens` of the text where the rules are the published ones, else none.
  void clean(std::string_view text, std::string_view language, std::span<const EnglishToken> tokens,
             C4Outcome& outcome);

 private:
  enum class Fate : uint8_t { kLongWord, kOpenEnd, kFewWords, kJavascript, kPolicy, kKept, kEnds };
  Fate judge_line(std::string_view line, bool unspaced, C4Outcome& outcome);
  void remove_citations(std::string_view& line, C4Outcome& outcome);
  void keep_published(std::string_view whole, std::string_view line, std::span<const EnglishToken>& tokens,
                      const char* text_begin, C4Outcome& outcome);

  C4Options options_;
  TextRules rules_;
  EnglishTokenizer tokenizer_;  // of lines without their citations
  std::vector<EnglishToken> line_tokens_;
  std::string edited_;
  std::string lower_;
  bool suspect_ = false;  // the text may hold one of the phrases
  int64_t line_words_ = 0;
};

// Appends c4_lorem_ipsum, c4_curly_bracket and c4_sentences.
void judge_c4(const C4Outcome& outcome, const C4Options& options, std::vector<RuleResult>& results);

}  // namespace smelt
