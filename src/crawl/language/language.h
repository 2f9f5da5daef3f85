// Which language a text is in, and each of its paragraphs: by CLD2 or by a fastText model.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/recipe.h"
#include "crawl/language/language_guess.h"

namespace smelt {

class FasttextLanguages;

struct LanguageOptions {
  std::string detector = "cld2";
  std::string model;
  bool paragraphs = false;
  std::vector<std::string> keep;
  int64_t min_letters = 60;
  int64_t sample_bytes = 8192;
  void fields(Fields& f) {
    f.choice("detector", detector, {"cld2", "fasttext"},
             "cld2: more than 160 languages, built in, its score the share of the text in the language; fasttext: the "
             "classifier "
             "that model names, its score the probability");
    f("model", model,
      "fasttext: path of a .bin or .ftz file whose labels are languages: `__label__en` as in lid.176, "
      "`__label__eng_Latn` as in NLLB and GlotLID");
    f("paragraphs", paragraphs, "tell the language of every paragraph too: metadata.languages has the share of each");
    f("keep", keep,
      "languages whose paragraphs stay, as ISO 639-1 codes; \"main\" is that of most of the text; empty: all. Code and "
      "formulas on lines of their own always stay");
    f("min_letters", min_letters,
      "paragraphs of fewer letters go with those around them; counted in bytes of UTF-8: a Cyrillic or Arabic letter "
      "as two, one of Hindi or Chinese as three",
      {.min = 1, .max = 100'000});
    f("sample_bytes", sample_bytes,
      "longer texts are judged by so much of them, in four parts spread evenly; 0: whole, at a fifth of the speed of "
      "extraction",
      {.min = 0, .max = 1 << 30});
  }
};

// Bytes and number of the paragraphs in one language.
struct LanguageShare {
  std::string code;
  int64_t bytes = 0;
  int64_t paragraphs = 0;
};

struct TextLanguages {
  LanguageGuess whole;                 // of the text that is left
  std::vector<LanguageShare> found;    // in the text as it came, most bytes first; empty unless paragraphs are told
  std::vector<LanguageShare> dropped;  // of these, in the same order

  // language_score; languages {code: share of bytes} where paragraphs were told, dropped_languages {code: paragraphs}
  // where some were dropped.
  void describe(Json& metadata) const;
};

// Immutable and shared between threads.
class LanguageIdentifier {
 public:
  // Throws UserError where the options contradict each other, or the model cannot be read or names no languages.
  explicit LanguageIdentifier(const LanguageOptions& options);
  ~LanguageIdentifier();
  LanguageIdentifier(LanguageIdentifier&&) noexcept;

  // Of a text as a whole, valid UTF-8, below 2 GiB, or of a sample of it as the options say. A text without letters has
  // no language. As for fastText itself, white space is only what parts words, and the word "</s>" ends the text.
  // `expected`: the language that a close case is decided for; empty: none.
  LanguageGuess guess(std::string_view text, std::string_view expected = {}) const;
  // The same, and of its paragraphs as the options ask, the text's language being expected of them; those of other
  // languages than `keep` leave the text. It is empty then where no prose is left.
  TextLanguages identify(std::string& text) const;

  // The files that belong to the key of a stage that uses these options.
  static std::vector<std::string> files(const LanguageOptions& options);

 private:
  struct Paragraphs;
  Paragraphs read_paragraphs(std::string_view text) const;
  bool keeps(const std::string& code, const std::string& main) const;

  LanguageOptions options_;
  std::unique_ptr<const FasttextLanguages> fasttext_;  // null: CLD2
};

}  // namespace smelt
