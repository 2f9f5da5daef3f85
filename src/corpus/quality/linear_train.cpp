#include <algorithm>
#include <array>
#include <cmath>
#include <deque>

#include "corpus/quality/linear_head.h"

namespace smelt {
namespace {

constexpr size_t kParts = 8;    // fixed, so that sums have one order
constexpr size_t kHistory = 7;  // pairs that L-BFGS remembers
constexpr int kMaxHalvings = 40;

using Vector = std::vector<double>;

double dot(const Vector& a, const Vector& b) {
  std::array<double, 8> sums{};
  size_t i = 0;
  for (; i + 8 <= a.size(); i += 8) {
    for (size_t lane = 0; lane < 8; ++lane) {
      sums[lane] += a[i + lane] * b[i + lane];
    }
  }
  for (; i < a.size(); ++i) {
    sums[0] += a[i] * b[i];
  }
  return ((sums[0] + sums[4]) + (sums[1] + sums[5])) + ((sums[2] + sums[6]) + (sums[3] + sums[7]));
}

void add(Vector& to, double scale, const Vector& from) {
  for (size_t i = 0; i < to.size(); ++i) {
    to[i] += scale * from[i];
  }
}

}  // namespace

// Parameters in one vector: the rows of weights, then the biases.
class LinearTrainer {
 public:
  LinearTrainer(const Context& context, const LabelledTexts& texts, const LinearOptions& options)
      : context_(context),
        texts_(texts),
        options_(options),
        labels_(texts.labels.size()),
        rows_(labels_ == 2 ? 1 : labels_),
        width_(size_t{1} << options.features.bits) {
    count_features();
    weigh_texts();
  }

  LinearTraining train() {
    Vector x(rows_ * width_ + rows_, 0.0);
    Vector gradient(x.size());
    double loss = evaluate(x, gradient);
    LinearTraining out;
    while (out.iterations < options_.max_iterations && largest(gradient) > options_.tolerance) {
      context_.stop_if_asked();
      if (!step(x, gradient, loss)) {
        break;
      }
      ++out.iterations;
    }
    out.loss = loss;
    out.gradient = largest(gradient);
    LinearHead& head = out.head;
    head.labels_ = texts_.labels;
    head.features_ = options_.features;
    for (size_t row = 0; row < rows_; ++row) {
      const auto begin = x.begin() + static_cast<int64_t>(row * width_);
      head.weights_.emplace_back(begin, begin + static_cast<int64_t>(width_));
      head.biases_.push_back(x[rows_ * width_ + row]);
    }
    return out;
  }

 private:
  static double largest(const Vector& gradient) {
    double out = 0;
    for (const double g : gradient) {
      out = std::max(out, std::abs(g));
    }
    return out;
  }

  void count_features() {
    features_.resize(texts_.texts.size());
    parallel_for(context_.threads, static_cast<int64_t>(features_.size()), 64, [&](int64_t begin, int64_t end) {
      for (auto i = static_cast<size_t>(begin); i < static_cast<size_t>(end); ++i) {
        append_features(texts_.texts[i], options_.features, features_[i]);
        features_[i].shrink_to_fit();
      }
    });
  }

  void weigh_texts() {
    std::vector<double> count(labels_, 0.0);
    for (const int32_t label : texts_.label) {
      count[static_cast<size_t>(label)] += 1;
    }
    double sum = 0;
    for (const int32_t label : texts_.label) {
      const double weight = options_.balanced ? 1 / count[static_cast<size_t>(label)] : 1;
      weights_.push_back(weight);
      sum += weight;
    }
    for (double& weight : weights_) {
      weight /= sum;
    }
  }

  // The loss of text i; adds its gradient.
  double add_text(size_t i, const Vector& x, Vector& gradient, std::vector<double>& z) const {
    const std::vector<uint32_t>& buckets = features_[i];
    const double scale = buckets.empty() ? 0 : 1 / std::sqrt(static_cast<double>(buckets.size()));
    const size_t first = labels_ - rows_;
    z.assign(labels_, 0.0);
    for (size_t row = 0; row < rows_; ++row) {
      const double* weights = x.data() + row * width_;
      double sum = 0;
      for (const uint32_t bucket : buckets) {
        sum += weights[bucket];
      }
      z[first + row] = x[rows_ * width_ + row] + scale * sum;
    }
    const double top = *std::max_element(z.begin(), z.end());
    double sum = 0;
    for (const double value : z) {
      sum += std::exp(value - top);
    }
    const auto label = static_cast<size_t>(texts_.label[i]);
    for (size_t row = 0; row < rows_; ++row) {
      const double p = std::exp(z[first + row] - top) / sum;
      const double slope = weights_[i] * (p - (first + row == label ? 1 : 0));
      gradient[rows_ * width_ + row] += slope;
      double* into = gradient.data() + row * width_;
      for (const uint32_t bucket : buckets) {
        into[bucket] += slope * scale;
      }
    }
    return weights_[i] * (top + std::log(sum) - z[label]);
  }

  double evaluate(const Vector& x, Vector& gradient) {
    std::vector<Vector> parts(kParts, Vector(x.size(), 0.0));
    std::array<double, kParts> losses{};
    const size_t n = features_.size();
    context_.threads.run(kParts, [&](int64_t part) {
      const auto p = static_cast<size_t>(part);
      std::vector<double> z;
      for (size_t i = n * p / kParts; i < n * (p + 1) / kParts; ++i) {
        losses[p] += add_text(i, x, parts[p], z);
      }
    });
    double loss = 0;
    std::fill(gradient.begin(), gradient.end(), 0.0);
    for (size_t p = 0; p < kParts; ++p) {
      loss += losses[p];
      add(gradient, 1, parts[p]);
    }
    double squares = 0;
    for (size_t i = 0; i < rows_ * width_; ++i) {
      squares += x[i] * x[i];
      gradient[i] += options_.l2 * x[i];
    }
    return loss + options_.l2 / 2 * squares;
  }

  // Minus the product of the approximate inverse Hessian and the gradient (two-loop recursion).
  Vector direction(const Vector& gradient) const {
    Vector q(gradient);
    std::vector<double> alpha(pairs_.size());
    for (size_t k = pairs_.size(); k > 0; --k) {
      const Pair& pair = pairs_[k - 1];
      alpha[k - 1] = dot(pair.step, q) / pair.product;
      add(q, -alpha[k - 1], pair.change);
    }
    const double scale = pairs_.empty() ? 1 / std::max(1e-12, std::sqrt(dot(gradient, gradient)))
                                        : pairs_.back().product / dot(pairs_.back().change, pairs_.back().change);
    for (double& value : q) {
      value *= scale;
    }
    for (size_t k = 0; k < pairs_.size(); ++k) {
      const double beta = dot(pairs_[k].change, q) / pairs_[k].product;
      add(q, alpha[k] - beta, pairs_[k].step);
    }
    for (double& value : q) {
      value = -value;
    }
    return q;
  }

  // One iteration with backtracking (Armijo); false where no step lowers the loss any more.
  bool step(Vector& x, Vector& gradient, double& loss) {
    const Vector towards = direction(gradient);
    const double slope = dot(towards, gradient);
    Vector next(x.size());
    Vector next_gradient(x.size());
    double length = 1;
    for (int halvings = 0; halvings < kMaxHalvings && slope < 0; ++halvings, length /= 2) {
      next = x;
      add(next, length, towards);
      const double next_loss = evaluate(next, next_gradient);
      if (next_loss <= loss + 1e-4 * length * slope) {
        remember(x, gradient, next, next_gradient);
        x.swap(next);
        gradient.swap(next_gradient);
        loss = next_loss;
        return true;
      }
    }
    return false;
  }

  void remember(const Vector& x, const Vector& gradient, const Vector& next, const Vector& next_gradient) {
    Pair pair{next, next_gradient, 0};
    add(pair.step, -1, x);
    add(pair.change, -1, gradient);
    pair.product = dot(pair.step, pair.change);
    if (pair.product <= 1e-12 * dot(pair.change, pair.change)) {
      return;  // no curvature to learn from
    }
    pairs_.push_back(std::move(pair));
    if (pairs_.size() > kHistory) {
      pairs_.pop_front();
    }
  }

  struct Pair {
    Vector step;
    Vector change;  // of the gradient
    double product = 0;
  };

  const Context& context_;
  const LabelledTexts& texts_;
  const LinearOptions& options_;
  size_t labels_;
  size_t rows_;
  size_t width_;
  std::vector<std::vector<uint32_t>> features_;
  std::vector<double> weights_;
  std::deque<Pair> pairs_;
};

LinearTraining train_linear(const Context& context, const LabelledTexts& texts, const LinearOptions& options) {
  if (texts.labels.size() < 2) {
    throw usage_error("a classifier needs texts of two labels at least", "--input");
  }
  return LinearTrainer(context, texts, options).train();
}

}  // namespace smelt
