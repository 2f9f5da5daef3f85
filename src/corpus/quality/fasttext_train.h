// Training of fastText classifiers, saved in fastText's own format (crawl/fasttext).
//
// The model and its loss are those of Joulin et al., "Bag of Tricks for Efficient Text Classification", arXiv
// 1607.01759: the mean of the rows of words and hashed n-grams, then softmax or independent logistic outputs, by
// stochastic gradient descent with a learning rate that falls linearly to 0. In the place of unsynchronised threads:
// the gradients of a small batch are taken at the same parameters, by any thread, and added in the order of its texts,
// every row by one thread. So the same texts, options and seed give the same bytes for any number of threads.
#pragma once

#include <cstdint>
#include <string>

#include "base/context.h"
#include "base/recipe.h"
#include "corpus/quality/labelled_texts.h"
#include "crawl/fasttext/fasttext_model.h"

namespace smelt {

struct FasttextTrainOptions {
  int64_t dim = 64;
  int64_t epochs = 5;
  double learning_rate = 0.3;
  int64_t word_ngrams = 2;
  int64_t min_characters = 0;
  int64_t max_characters = 0;
  int64_t buckets = 500'000;
  int64_t min_count = 2;
  std::string loss = "softmax";
  int64_t batch = 16;
  void fields(Fields& f) {
    f("dim", dim, "numbers that stand for a word", {.min = 1, .max = 4096});
    f("epochs", epochs, "passes over the texts", {.min = 1, .max = 10000});
    f("learning_rate", learning_rate, "at the start; it falls linearly to 0", {.min = 0});
    f("word_ngrams", word_ngrams, "longest n-gram of words", {.min = 1, .max = 8});
    f("min_characters", min_characters, "shortest n-gram of characters", {.min = 0, .max = 16});
    f("max_characters", max_characters, "longest of these; 0: none", {.min = 0, .max = 16});
    f("buckets", buckets, "rows that n-grams share by their hash", {.min = 1, .max = 1 << 30});
    f("min_count", min_count, "words that occur less often have no row", {.min = 1});
    f.choice("loss", loss, {"softmax", "one-vs-all"}, "one label of all, or each by itself");
    f("batch", batch, "texts whose gradients are taken at once", {.min = 1, .max = 4096});
  }
};

struct FasttextTraining {
  int64_t words = 0;   // of the dictionary
  int64_t tokens = 0;  // of one epoch
  double loss = 0;     // mean over the last epoch
};

// Writes a .bin model. Memory: 4 bytes x dim x (words + buckets). Throws UserError where there are fewer than two
// labels, or a label has white space in it.
FasttextTraining train_fasttext(const Context& context, const LabelledTexts& texts, const FasttextTrainOptions& options,
                                const std::string& output);

}  // namespace smelt
