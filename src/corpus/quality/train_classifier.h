// Training of any kind of model that scores text.
#pragma once

#include <string>
#include <vector>

#include "base/context.h"
#include "base/json.h"
#include "base/recipe.h"
#include "corpus/quality/dsir.h"
#include "corpus/quality/fasttext_train.h"
#include "corpus/quality/labelled_texts.h"
#include "corpus/quality/linear_head.h"
#include "corpus/quality/ngram_text.h"

namespace smelt {

struct ClassifierTraining {
  std::string kind = "fasttext";
  double held_out = 0.05;
  FasttextTrainOptions fasttext;
  LinearOptions linear;
  DsirOptions dsir;
  NgramTextOptions ngram;
  void fields(Fields& f) {
    f.choice("kind", kind, {"fasttext", "linear", "dsir", "ngram"},
             "fasttext: a classifier in fastText's own format; linear: logistic regression over hashed n-grams; dsir: "
             "importance weights of the label target against raw; ngram: a language model for perplexity");
    f("held_out", held_out, "share of the labelled texts to measure on and not train", {.min = 0, .max = 0.5});
    f.table("fasttext", fasttext, "of the kind fasttext");
    f.table("linear", linear, "of the kind linear");
    f.table("dsir", dsir, "of the kind dsir");
    f.table("ngram", ngram, "of the kind ngram");
  }
};

// Trains on the inputs, whose labels a language model does without, and writes the model. Returns counts: bytes; of
// classifiers texts, labels, loss and what of the held-out texts is right (held_out: texts, correct, accuracy); of a
// language model documents, tokens, unknown, vocabulary, ngrams. Throws UserError where there is too little text, or
// labels are missing. `label_key`: see read_labelled.
Json train_classifier(const Context& context, const ClassifierTraining& options,
                      const std::vector<LabelledInput>& inputs, const std::string& label_key,
                      const std::string& output);

}  // namespace smelt
