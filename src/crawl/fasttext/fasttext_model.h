// fastText classifiers: reads `.bin` and quantised `.ftz` files (format versions 11 and 12), runs them, and writes
// `.bin` files (docs/formats.md, "fastText models").
//
// Probabilities are those of fastText's own program and Python module: of softmax, one-vs-all and negative sampling
// p + 1e-5 (it adds that before it takes a logarithm), of hierarchical softmax the product of (p + 1e-5) along the
// label's path. Like there, the whole text is one line. Equal texts get equal bytes, whatever was scored before.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/files.h"
#include "crawl/fasttext/fasttext_dictionary.h"
#include "crawl/fasttext/fasttext_matrix.h"

namespace smelt {

struct FasttextGuess {
  int32_t label = 0;
  float probability = 0;
};

// Immutable and shared between threads. Memory: the file is mapped; dictionary and labels are copied.
class FasttextModel {
 public:
  // Throws UserError(kInput) where the file is no supervised fastText model, or damaged.
  static FasttextModel load(const std::string& path);
  // The same from bytes, which must outlive the model. `name` is what errors call them.
  static FasttextModel parse(std::string_view bytes, const std::string& name);
  static bool has_magic(std::string_view bytes);  // starts as a fastText model does

  const FasttextArgs& args() const { return args_; }
  const FasttextDictionary& dictionary() const { return dictionary_; }
  int32_t num_labels() const { return dictionary_.num_labels(); }
  const std::string& label(int32_t i) const { return dictionary_.label(i).word; }  // "__label__en"
  int32_t find_label(std::string_view label) const;  // with or without the prefix; -1 where there is none
  const FasttextMatrix& input() const { return input_; }
  const FasttextMatrix& output() const { return output_; }

  // The probability of every label given the mean of the input rows; out has num_labels() numbers, hidden args().dim.
  void label_probabilities(const float* hidden, float* out) const;
  // The `count` likeliest labels of probability `threshold` + 1e-5 and more, best first, the smaller index first among
  // equals. With a tree only those branches are followed that can hold one.
  std::vector<FasttextGuess> best_labels(const float* hidden, size_t count, float threshold) const;

 private:
  struct Node {  // inner node of the Huffman tree
    int32_t left = -1;
    int32_t right = -1;
  };
  void build_tree();
  float right_turn(int32_t inner, const float* hidden) const;

  MappedFile file_;
  FasttextArgs args_;
  FasttextDictionary dictionary_;
  FasttextMatrix input_;
  FasttextMatrix output_;
  std::vector<Node> tree_;  // node i of the tree is num_labels() + i; the root is the last
};

// Scores texts, one after the other: one a thread. The sums of words with subwords are kept from text to text.
class FasttextScorer {
 public:
  explicit FasttextScorer(const FasttextModel& model);
  ~FasttextScorer();
  FasttextScorer(FasttextScorer&&) noexcept;
  FasttextScorer& operator=(FasttextScorer&&) noexcept;

  // Of every label, valid until the next call; empty where no part of the text is known to the model.
  const std::vector<float>& probabilities(std::string_view text);
  // FasttextModel::best_labels of a text.
  std::vector<FasttextGuess> predict(std::string_view text, size_t count = 1, float threshold = 0);

 private:
  struct State;
  bool read(std::string_view text);  // false where no part of the text is known
  std::unique_ptr<State> state_;
};

// A float32 model file: input has (number of words + bucket) x dim numbers in rows, output (number of labels) x dim.
void write_fasttext(const std::string& path, const FasttextArgs& args, const std::vector<FasttextEntry>& entries,
                    int64_t num_tokens, const float* input, const float* output);

}  // namespace smelt
