#include "corpus/quality/ngram_model.h"

#include <cmath>
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/rng.h"

namespace smelt {
namespace {

using Tokens = std::vector<int32_t>;

// The definition in ngram_model.h word for word, on maps, with -1 as the start marker.
class NaiveKneserNey {
 public:
  NaiveKneserNey(const std::vector<Tokens>& documents, int order, int vocab) : order_(order), vocab_(vocab) {
    counts_.resize(static_cast<size_t>(order) + 1);
    std::vector<std::map<Tokens, std::set<int32_t>>> left(static_cast<size_t>(order) + 1);
    for (const Tokens& document : documents) {
      if (document.empty()) {
        continue;
      }
      Tokens padded{-1};
      padded.insert(padded.end(), document.begin(), document.end());
      for (size_t end = 1; end <= padded.size(); ++end) {
        for (size_t k = 1; k <= std::min(end, static_cast<size_t>(order)); ++k) {
          const Tokens gram(padded.begin() + static_cast<long>(end - k), padded.begin() + static_cast<long>(end));
          if (k == static_cast<size_t>(order) || gram[0] == -1) {
            ++counts_[k][gram];
          } else {
            left[k][gram].insert(padded[end - k - 1]);
          }
        }
      }
    }
    for (size_t k = 1; k < left.size(); ++k) {
      for (const auto& [gram, before] : left[k]) {
        counts_[k][gram] = static_cast<int>(before.size());
      }
    }
    counts_[1].erase(Tokens{-1});
  }

  double prob(Tokens context, int32_t token) const {
    Tokens history{-1};
    history.insert(history.end(), context.begin(), context.end());
    const size_t keep = std::min(history.size(), static_cast<size_t>(order_ - 1));
    return prob_at(Tokens(history.end() - static_cast<long>(keep), history.end()), token);
  }

 private:
  std::array<double, 3> discounts(size_t k) const {
    double n[5] = {};
    for (const auto& [gram, count] : counts_[k]) {
      if (count <= 4) {
        n[count] += 1;
      }
    }
    if (n[1] == 0 || n[2] == 0 || n[3] == 0 || n[4] == 0) {
      return {0.5, 1, 1.5};
    }
    const double y = n[1] / (n[1] + 2 * n[2]);
    const std::array<double, 3> d{1 - 2 * y * n[2] / n[1], 2 - 3 * y * n[3] / n[2], 3 - 4 * y * n[4] / n[3]};
    const bool fits = d[0] >= 0 && d[0] <= 1 && d[1] >= 0 && d[1] <= 2 && d[2] >= 0 && d[2] <= 3;
    return fits ? d : std::array<double, 3>{0.5, 1, 1.5};
  }

  double prob_at(const Tokens& history, int32_t token) const {
    const size_t k = history.size() + 1;
    const double lower = history.empty() ? 1.0 / vocab_ : prob_at(Tokens(history.begin() + 1, history.end()), token);
    double sum = 0;
    double kinds[3] = {};
    double count = 0;
    for (const auto& [gram, c] : counts_[k]) {
      if (std::equal(history.begin(), history.end(), gram.begin())) {
        sum += c;
        kinds[std::min(c, 3) - 1] += 1;
        count = gram.back() == token ? c : count;
      }
    }
    if (sum == 0) {
      return lower;
    }
    const std::array<double, 3> d = discounts(k);
    const double taken = count == 0 ? 0 : d[static_cast<size_t>(std::min(count, 3.0)) - 1];
    return std::max(0.0, count - taken) / sum + (d[0] * kinds[0] + d[1] * kinds[1] + d[2] * kinds[2]) / sum * lower;
  }

  int order_;
  int vocab_;
  std::vector<std::map<Tokens, int>> counts_;
};

// Documents with repetitions: each token is likely a function of the one before it.
std::vector<Tokens> make_documents(uint64_t seed, int count, int longest, int vocab) {
  std::vector<Tokens> out;
  for (int i = 0; i < count; ++i) {
    Rng rng(seed, "ngram_test", static_cast<uint64_t>(i));
    Tokens document(rng.below(static_cast<uint64_t>(longest) + 1));
    int32_t last = 0;
    for (int32_t& token : document) {
      token = rng.uniform() < 0.6 ? (last * 7 + 3) % vocab : static_cast<int32_t>(std::pow(rng.uniform(), 3) * vocab);
      last = token;
    }
    out.push_back(document);
  }
  return out;
}

NgramModel train(Executor& executor, const std::vector<Tokens>& documents, int64_t order, int64_t vocab) {
  NgramOptions options;
  options.order = order;
  options.vocab_size = vocab;
  return NgramModel::train(
      executor, static_cast<int64_t>(documents.size()),
      [&](int64_t i, std::vector<int32_t>& out) { out = documents[static_cast<size_t>(i)]; }, options);
}

NgramModel train(const std::vector<Tokens>& documents, int64_t order, int64_t vocab) {
  SerialExecutor executor;
  return train(executor, documents, order, vocab);
}

class NgramOrders : public testing::TestWithParam<int> {};

TEST_P(NgramOrders, equals_the_definition_on_maps) {
  const int vocab = 17;
  const std::vector<Tokens> documents = make_documents(1, 30, 40, vocab);
  const NgramModel model = train(documents, GetParam(), vocab);
  const NaiveKneserNey naive(documents, GetParam(), vocab);
  std::vector<Tokens> contexts = make_documents(2, 12, 7, vocab);
  contexts.push_back({});
  contexts.push_back(documents[3]);
  for (const Tokens& context : contexts) {
    for (int32_t token = 0; token < vocab; ++token) {
      const double expected = naive.prob(context, token);
      // A product of at most `order` numbers kept as float, each within half a unit in the last place.
      EXPECT_NEAR(std::exp(model.log_prob(context, token)), expected, expected * (GetParam() + 1) * 0x1p-23);
    }
  }
}

TEST_P(NgramOrders, sums_to_one_in_every_context) {
  const int vocab = 301;
  const std::vector<Tokens> documents = make_documents(3, 60, 200, vocab);
  const NgramModel model = train(documents, GetParam(), vocab);
  std::vector<double> p;
  int contexts = 0;
  for (const Tokens& source : {documents[0], documents[1], make_documents(4, 1, 400, vocab)[0], Tokens(9, 300)}) {
    for (size_t n = 0; n < source.size(); n += 3) {
      const std::span<const int32_t> context(source.data(), n);
      model.distribution(context, p);
      double sum = 0;
      for (int32_t token = 0; token < vocab; ++token) {
        ASSERT_NEAR(std::log(p[static_cast<size_t>(token)]), model.log_prob(context, token), 1e-9);
        sum += p[static_cast<size_t>(token)];
      }
      ASSERT_NEAR(sum, 1.0, (GetParam() + 1) * 0x1p-23);
      ++contexts;
    }
  }
  EXPECT_GT(contexts, 50);
}

INSTANTIATE_TEST_SUITE_P(Orders, NgramOrders, testing::Values(1, 2, 3, 5, 8));

TEST(Ngram, scoring_a_document_equals_asking_token_by_token) {
  const std::vector<Tokens> documents = make_documents(5, 20, 60, 50);
  const NgramModel model = train(documents, 4, 50);
  const Tokens document = make_documents(6, 3, 80, 50)[2];
  const std::vector<double> scores = model.score(document);
  ASSERT_EQ(scores.size(), document.size());
  for (size_t i = 0; i < document.size(); ++i) {
    EXPECT_DOUBLE_EQ(scores[i], model.log_prob(std::span(document).first(i), document[i]));
  }
}

TEST(Ngram, is_the_same_for_any_number_of_threads) {
  const std::vector<Tokens> documents = make_documents(7, 400, 2000, 997);
  ThreadPool pool(3);
  const NgramModel one = train(documents, 5, 997);
  const NgramModel three = train(pool, documents, 5, 997);
  EXPECT_EQ(one.memory_bytes(), three.memory_bytes());
  EXPECT_EQ(one.score(documents[5]), three.score(documents[5]));
}

TEST(Ngram, without_training_text_every_token_is_equally_likely) {
  const NgramModel model = train({}, 5, 64);
  EXPECT_DOUBLE_EQ(model.log_prob(Tokens{1, 2, 3}, 9), -std::log(64.0));
  EXPECT_EQ(model.num_tokens(), 0);
}

TEST(Ngram, counts_the_ngrams_of_each_order) {
  // With the start marker S: S a b a b c.
  const NgramModel model = train({{0, 1, 0, 1, 2}}, 3, 3);
  EXPECT_EQ(model.num_ngrams(1), 4);  // S a b c
  EXPECT_EQ(model.num_ngrams(2), 4);  // Sa ab ba bc
  EXPECT_EQ(model.num_ngrams(3), 4);  // Sab aba bab abc
}

TEST(Ngram, refuses_tokens_outside_the_vocabulary_and_orders_that_do_not_fit) {
  EXPECT_THROW(train({{0, 5}}, 3, 5), UserError);
  EXPECT_THROW(train({{0, -1}}, 3, 5), UserError);
  EXPECT_THROW(train({{0}}, 9, 5), UserError);
  EXPECT_THROW(train({{0}}, 8, 1 << 20), UserError);
}

}  // namespace
}  // namespace smelt
