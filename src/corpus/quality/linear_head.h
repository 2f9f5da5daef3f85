// Linear heads: multinomial logistic regression over hashed n-grams, for toxicity, domain, type of speech and quality.
//
//   z_c = b_c + sum over the text's n-grams of W_c[bucket] / sqrt(number of n-grams),   p = softmax(z)
//
// With two labels only the second has weights. Training minimises
//   1 / sum_i a_i  sum_i a_i (-log p_{label(i)}(i))  +  l2 / 2 |W|^2
// by L-BFGS (Liu and Nocedal, "On the limited memory BFGS method", 1989), a_i being 1 or, balanced, the inverse
// frequency of the label; the biases are free. The objective is strictly convex in W, so the result depends on the
// texts alone; sums are taken over fixed parts, so its bytes do not depend on the number of threads.
//
// File (docs/formats.md): one line of JSON, then float32 weights. Thread safety: const calls may run at the same time.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/context.h"
#include "corpus/quality/hashed_features.h"
#include "corpus/quality/labelled_texts.h"

namespace smelt {

struct LinearOptions {
  FeatureOptions features;
  double l2 = 1e-6;
  int64_t max_iterations = 200;
  double tolerance = 1e-6;
  bool balanced = false;
  void fields(Fields& f) {
    f.table("features", features, "what is counted");
    f("l2", l2, "weight of the squared weights beside the mean loss", {.min = 0});
    f("max_iterations", max_iterations, "of L-BFGS", {.min = 1, .max = 100000});
    f("tolerance", tolerance, "the largest part of the gradient at which training ends", {.min = 0});
    f("balanced", balanced, "whether every label counts alike, however many texts it has");
  }
};

class LinearHead {
 public:
  // Throws UserError(kInput) where the file is no linear head.
  static LinearHead load(const std::string& path);
  static LinearHead parse(std::string_view bytes, const std::string& name);
  static bool has_magic(std::string_view bytes);
  void save(const std::string& path) const;

  const std::vector<std::string>& labels() const { return labels_; }
  const FeatureOptions& features() const { return features_; }
  // p of every label. `buckets` is a buffer; out has labels().size() numbers.
  void probabilities(std::string_view text, std::vector<uint32_t>& buckets, double* out) const;
  // The row of a label's weights; of two labels the first has none.
  const std::vector<std::vector<float>>& weights() const { return weights_; }
  const std::vector<double>& biases() const { return biases_; }

 private:
  friend class LinearTrainer;

  std::vector<std::string> labels_;
  FeatureOptions features_;
  std::vector<std::vector<float>> weights_;  // a row a label, one row for two labels
  std::vector<double> biases_;
};

struct LinearTraining {
  LinearHead head;
  int64_t iterations = 0;
  double loss = 0;      // the objective at the end
  double gradient = 0;  // its largest part
};

// Memory: 4 bytes an n-gram of all texts, and 16 copies of the weights as doubles and 8 for parts of sums.
LinearTraining train_linear(const Context& context, const LabelledTexts& texts, const LinearOptions& options);

}  // namespace smelt
