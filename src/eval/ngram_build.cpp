#include "eval/ngram_build.h"

#include <algorithm>
#include <bit>
#include <limits>

#include <fmt/core.h>

#include "base/error.h"

namespace smelt {

namespace {

constexpr int64_t kParentGrain = 4096;
constexpr size_t kSortGrain = 1 << 16;

// Cuts [begin, end) by median until the pieces are small enough, so that they can be sorted by any thread.
template <class It>
void cut_at_medians(It begin, It end, int depth, std::vector<std::pair<It, It>>& pieces) {
  if (depth == 0 || static_cast<size_t>(end - begin) < kSortGrain) {
    pieces.emplace_back(begin, end);
    return;
  }
  const It middle = begin + (end - begin) / 2;
  std::nth_element(begin, middle, end);
  cut_at_medians(begin, middle, depth - 1, pieces);
  cut_at_medians(middle, end, depth - 1, pieces);
}

template <class T>
void sort_in_parallel(Executor& executor, std::vector<T>& values) {
  std::vector<std::pair<typename std::vector<T>::iterator, typename std::vector<T>::iterator>> pieces;
  const int depth = executor.width() > 1 ? std::bit_width(static_cast<unsigned>(executor.width())) + 1 : 0;
  cut_at_medians(values.begin(), values.end(), depth, pieces);
  executor.run(static_cast<int64_t>(pieces.size()), [&](int64_t i) {
    const auto& piece = pieces[static_cast<size_t>(i)];
    std::sort(piece.first, piece.second);
  });
}

}  // namespace

NgramModel::Builder::Builder(Executor& executor, NgramModel& model, const NgramOptions& options)
    : executor_(executor),
      model_(model),
      order_(options.order),
      bits_(std::bit_width(static_cast<uint64_t>(options.vocab_size + 1))) {
  if (options.vocab_size < 1 || options.vocab_size >= std::numeric_limits<int32_t>::max()) {
    throw usage_error(
        fmt::format("an n-gram model needs a vocabulary of 1 to 2^31-2 tokens, not {}", options.vocab_size));
  }
  if (order_ < 1 || order_ > 8 || order_ * bits_ > 128) {
    throw usage_error(
        fmt::format("an n-gram model of order {} over {} tokens does not fit", order_, options.vocab_size), {},
        "choose a lower order");
  }
  model_.vocab_size_ = options.vocab_size;
  model_.levels_.resize(static_cast<size_t>(order_));
  counts_.resize(static_cast<size_t>(order_));
}

void NgramModel::Builder::add_document(std::vector<int32_t>& tokens) {
  for (const int32_t token : tokens) {
    if (token < 0 || token >= model_.vocab_size_) {
      throw input_error(fmt::format("token {} is outside the vocabulary of {}", token, model_.vocab_size_));
    }
  }
  model_.num_tokens_ += static_cast<int64_t>(tokens.size());
  const auto start = static_cast<uint32_t>(model_.vocab_size_);
  const size_t length = tokens.size() + 1;
  for (size_t i = 0; i < length; ++i) {
    Key key = 0;
    for (size_t k = 0; k < static_cast<size_t>(order_); ++k) {
      const size_t at = i + k;
      const uint32_t token = at >= length ? 0 : (at == 0 ? start : static_cast<uint32_t>(tokens[at - 1])) + 1;
      key = (key << bits_) | token;
    }
    keys_.push_back(key);
  }
  if (keys_.size() >= std::numeric_limits<uint32_t>::max()) {
    throw resource_error("the corpus is too large for an n-gram model (4 G tokens)");
  }
}

uint32_t NgramModel::Builder::token_at(Key key, int64_t k) const {
  return static_cast<uint32_t>(key >> ((order_ - 1 - k) * bits_)) & ((uint32_t{1} << bits_) - 1);
}

int64_t NgramModel::Builder::first_difference(Key a, Key b) const {
  for (int64_t k = 0; k < order_; ++k) {
    if (token_at(a, k) != token_at(b, k)) {
      return k;
    }
  }
  return order_;
}

void NgramModel::Builder::make_levels() {
  std::vector<size_t> sizes(static_cast<size_t>(order_), 0);
  const auto for_each_window = [&](auto&& on_same, auto&& on_new) {
    for (size_t i = 0; i < keys_.size(); ++i) {
      const int64_t same = i == 0 ? 0 : first_difference(keys_[i - 1], keys_[i]);
      for (int64_t k = 0; k < order_; ++k) {
        const uint32_t token = token_at(keys_[i], k);
        if (token == 0) {
          break;
        }
        if (k < same) {
          on_same(static_cast<size_t>(k));
        } else {
          on_new(static_cast<size_t>(k), token - 1);
        }
      }
    }
  };
  for_each_window([](size_t) {}, [&](size_t k, uint32_t) { ++sizes[k]; });
  for (size_t k = 0; k < sizes.size(); ++k) {
    model_.levels_[k].token.reserve(sizes[k]);
    counts_[k].reserve(sizes[k]);
    if (k + 1 < sizes.size()) {
      model_.levels_[k].child.reserve(sizes[k] + 1);
    }
  }
  for_each_window([&](size_t k) { ++counts_[k].back(); },
                  [&](size_t k, uint32_t token) {
                    model_.levels_[k].token.push_back(token);
                    counts_[k].push_back(1);
                    if (k + 1 < sizes.size()) {
                      model_.levels_[k].child.push_back(static_cast<uint32_t>(model_.levels_[k + 1].token.size()));
                    }
                  });
  for (size_t k = 0; k + 1 < sizes.size(); ++k) {
    model_.levels_[k].child.push_back(static_cast<uint32_t>(model_.levels_[k + 1].token.size()));
  }
  std::vector<Key>().swap(keys_);
}

// The suffix of a k-gram is the child, with the same last token, of the suffix of its parent; siblings are in order, so
// one pass over both does.
void NgramModel::Builder::link_suffixes(int64_t k) {
  Level& level = model_.levels_[static_cast<size_t>(k - 1)];
  const Level& parents = model_.levels_[static_cast<size_t>(k - 2)];
  level.suffix.resize(level.token.size());
  parallel_for(executor_, static_cast<int64_t>(parents.token.size()), kParentGrain, [&](int64_t begin, int64_t end) {
    for (auto p = static_cast<size_t>(begin); p < static_cast<size_t>(end); ++p) {
      const Context from = k == 2 ? Context{} : Context{k - 2, parents.suffix[p]};
      auto [at, last] = model_.children(from);
      for (uint32_t i = parents.child[p]; i < parents.child[p + 1]; ++i) {
        at = static_cast<uint32_t>(
            std::lower_bound(parents.token.begin() + at, parents.token.begin() + last, level.token[i]) -
            parents.token.begin());
        level.suffix[i] = at;
      }
    }
  });
}

void NgramModel::Builder::count_continuations() {
  const auto start = static_cast<uint32_t>(model_.vocab_size_);
  for (size_t k = 0; k + 1 < counts_.size(); ++k) {
    // The start marker has the highest id, so the k-grams that begin a document are the last ones; they keep their
    // occurrences.
    size_t first_start = model_.levels_[0].token.size();
    if (first_start > 0 && model_.levels_[0].token.back() == start) {
      --first_start;
    }
    for (size_t j = 0; j < k; ++j) {
      first_start = model_.levels_[j].child[first_start];
    }
    std::fill(counts_[k].begin(), counts_[k].begin() + static_cast<int64_t>(first_start), 0);
    for (const uint32_t suffix : model_.levels_[k + 1].suffix) {
      ++counts_[k][suffix];
    }
  }
  if (!counts_[0].empty() && model_.levels_[0].token.back() == start) {
    counts_[0].back() = 0;
  }
}

void NgramModel::Builder::estimate_discounts(int64_t k) {
  std::array<double, 5> n{};
  for (const uint32_t count : counts_[static_cast<size_t>(k - 1)]) {
    if (count >= 1 && count <= 4) {
      n[count] += 1;
    }
  }
  std::array<double, 3> discount{0.5, 1.0, 1.5};
  if (n[1] > 0 && n[2] > 0 && n[3] > 0 && n[4] > 0) {
    const double y = n[1] / (n[1] + 2 * n[2]);
    std::array<double, 3> estimate{};
    bool fits = true;
    for (size_t j = 1; j <= 3; ++j) {
      const auto count = static_cast<double>(j);
      estimate[j - 1] = count - (count + 1) * y * n[j + 1] / n[j];
      fits = fits && estimate[j - 1] >= 0 && estimate[j - 1] <= count;
    }
    if (fits) {
      discount = estimate;
    }
  }
  model_.levels_[static_cast<size_t>(k - 1)].discount = discount;
}

void NgramModel::Builder::make_probabilities(int64_t k) {
  Level& level = model_.levels_[static_cast<size_t>(k - 1)];
  Level* parents = k == 1 ? nullptr : &model_.levels_[static_cast<size_t>(k - 2)];
  const std::vector<uint32_t>& counts = counts_[static_cast<size_t>(k - 1)];
  const std::array<double, 3> discount = level.discount;
  level.prob.resize(level.token.size());
  const double uniform = 1.0 / static_cast<double>(model_.vocab_size_);
  // Fills the probabilities of one context's children and returns its gamma.
  const auto fill = [&](uint32_t begin, uint32_t end) {
    double sum = 0;
    std::array<double, 3> kinds{};
    for (uint32_t i = begin; i < end; ++i) {
      sum += counts[i];
      if (counts[i] > 0) {
        kinds[std::min<uint32_t>(counts[i], 3) - 1] += 1;
      }
    }
    if (sum == 0) {
      return 1.0;
    }
    const double gamma = (discount[0] * kinds[0] + discount[1] * kinds[1] + discount[2] * kinds[2]) / sum;
    for (uint32_t i = begin; i < end; ++i) {
      const double lower = k == 1 ? uniform : parents->prob[level.suffix[i]];
      const double taken = counts[i] == 0 ? 0 : discount[std::min<uint32_t>(counts[i], 3) - 1];
      level.prob[i] = static_cast<float>(std::max(0.0, counts[i] - taken) / sum + gamma * lower);
    }
    return gamma;
  };
  if (k == 1) {
    model_.root_gamma_ = fill(0, static_cast<uint32_t>(level.token.size()));
    return;
  }
  parents->gamma.resize(parents->token.size());
  parallel_for(executor_, static_cast<int64_t>(parents->token.size()), kParentGrain, [&](int64_t begin, int64_t end) {
    for (auto p = static_cast<size_t>(begin); p < static_cast<size_t>(end); ++p) {
      parents->gamma[p] = static_cast<float>(fill(parents->child[p], parents->child[p + 1]));
    }
  });
}

void NgramModel::Builder::build() {
  sort_in_parallel(executor_, keys_);
  make_levels();
  for (int64_t k = 2; k <= order_; ++k) {
    link_suffixes(k);
  }
  count_continuations();
  for (int64_t k = 1; k <= order_; ++k) {
    estimate_discounts(k);
    make_probabilities(k);
    std::vector<uint32_t>().swap(counts_[static_cast<size_t>(k - 1)]);
  }
  if (order_ > 1) {
    std::vector<uint32_t>().swap(model_.levels_.back().suffix);
  }
}

}  // namespace smelt
