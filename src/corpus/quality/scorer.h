// Models that give a text a number, whatever their kind: fastText classifiers, linear heads, DSIR weights, n-gram
// language models. The kind is told from the file's first bytes.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace smelt {

struct ScoredLabel {
  std::string label;  // without fastText's prefix; empty where the text has nothing that the model knows
  double probability = 0;
};

// Scores texts, one after the other: one a thread.
class Scorer {
 public:
  virtual ~Scorer() = default;
  // The model's number for the text; not a number where the text has nothing that the model knows.
  virtual double score(std::string_view text) = 0;
  // The likeliest label, of classifiers; others give none.
  virtual ScoredLabel best(std::string_view text);
};

// A model with the label that it is asked for. Immutable and shared between threads.
class ScorerModel {
 public:
  virtual ~ScorerModel() = default;
  virtual std::unique_ptr<Scorer> make_scorer() const = 0;
  virtual const char* kind() const = 0;  // "fasttext", "linear", "dsir", "ngram"
  virtual std::vector<std::string> labels() const { return {}; }
};

// What score() gives: of a classifier the probability of `label`; where that is empty and all labels are numbers, their
// mean under the model; else of two labels the second in byte order. Of DSIR the log weight, of a language model the
// perplexity. With `only_best`, score() is not asked for and any labels will do. Throws UserError: kInput for a file
// that is no model, kUsage for a label that it does not have.
std::unique_ptr<ScorerModel> load_scorer(const std::string& path, const std::string& label = {},
                                         bool only_best = false);

}  // namespace smelt
