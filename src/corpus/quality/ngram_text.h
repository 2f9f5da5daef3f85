// An n-gram language model over the words or characters of texts: perplexity of documents.
//
// A line with anything but white space is a sentence: it starts in the start context and ends with an end token that is
// predicted. Words are those of words.h, characters code points with every run of white space as one space. What the
// vocabulary lacks is one unknown token. Perplexity is exp(-mean log p) over all tokens, ends of sentences included, as
// KenLM's tools take it of lines.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/context.h"
#include "base/recipe.h"
#include "corpus/quality/labelled_texts.h"
#include "corpus/quality/ngram_model.h"

namespace smelt {

struct NgramTextOptions {
  std::string unit = "words";
  int64_t order = 5;
  int64_t max_vocabulary = 1'000'000;
  int64_t min_count = 1;
  bool lower_case = true;
  bool zero_digits = true;
  int64_t probability_bits = 32;
  int64_t sort_bytes = int64_t{1} << 30;
  void fields(Fields& f) {
    f.choice("unit", unit, {"words", "characters"}, "what an n-gram is of");
    f("order", order, "longest n-gram", {.min = 1, .max = 6});
    f("max_vocabulary", max_vocabulary, "the most frequent so many words are known", {.min = 1, .max = 2097149});
    f("min_count", min_count, "of these, words that occur less often are unknown", {.min = 1});
    f("lower_case", lower_case, "whether capitals count as small letters");
    f("zero_digits", zero_digits, "whether all digits count as 0");
    f("probability_bits", probability_bits, "32: floats; 4 to 16: as many bits a probability", {.min = 4, .max = 32});
    f("sort_bytes", sort_bytes, "memory for sorting n-grams in training", {.min = 1 << 16});
  }
};

struct TextPerplexity {
  double log_prob = 0;  // natural logarithm, summed
  int64_t tokens = 0;
  int64_t unknown = 0;        // of these, those that the vocabulary lacks
  double perplexity() const;  // not a number for an empty text
};

// Thread safety: const calls may run at the same time.
class NgramText {
 public:
  static NgramText load(const std::string& path);
  static NgramText parse(std::string_view bytes, const std::string& name);
  static bool has_magic(std::string_view bytes) { return NgramModel::has_magic(bytes); }

  // Linear in the text.
  TextPerplexity measure(std::string_view text) const;
  const NgramModel& model() const { return model_; }
  std::string_view word(uint32_t id) const;  // "<unk>", "</s>", "<s>" for the model's own tokens
  // The model in the ARPA format of SRILM and KenLM, for other tools.
  void write_arpa(const std::string& path) const;

 private:
  struct Slot {
    uint64_t hash = 0;  // 0: empty
    uint32_t id = 0;
  };

  explicit NgramText(NgramModel model) : model_(std::move(model)) {}
  void read_vocabulary(const std::string& name);
  uint32_t find(uint64_t hash) const;

  NgramModel model_;
  bool characters_ = false;
  bool lower_case_ = true;
  bool zero_digits_ = true;
  std::vector<std::string_view> words_;  // from id 2 on
  std::vector<Slot> slots_;
};

// Reads the documents twice: for the vocabulary, then for the n-grams; their labels do not matter. Scratch files go
// beside `output`. Memory: sort_bytes, the counts of at most 8 x max_vocabulary words, and page cache. Returns counts:
// documents, bytes, tokens, unknown, vocabulary, ngrams by order. Throws UserError where there is no text.
Json train_ngram_text(const Context& context, const std::vector<LabelledInput>& inputs, const NgramTextOptions& options,
                      const std::string& output);

}  // namespace smelt
