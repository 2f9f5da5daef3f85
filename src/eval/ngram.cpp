#include "eval/ngram.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "eval/ngram_build.h"

namespace smelt {

NgramModel NgramModel::train(Executor& executor, int64_t num_documents, ReadDocument read,
                             const NgramOptions& options) {
  NgramModel model;
  Builder builder(executor, model, options);
  std::vector<int32_t> tokens;
  for (int64_t i = 0; i < num_documents; ++i) {
    tokens.clear();
    read(i, tokens);
    if (!tokens.empty()) {
      builder.add_document(tokens);
    }
  }
  builder.build();
  return model;
}

std::pair<uint32_t, uint32_t> NgramModel::children(Context context) const {
  if (context.level == 0) {
    return {0, static_cast<uint32_t>(levels_[0].token.size())};
  }
  const std::vector<uint32_t>& child = levels_[static_cast<size_t>(context.level - 1)].child;
  return {child[context.node], child[context.node + 1]};
}

int64_t NgramModel::find_child(Context context, uint32_t token) const {
  const auto [begin, end] = children(context);
  const std::vector<uint32_t>& tokens = levels_[static_cast<size_t>(context.level)].token;
  const auto found = std::lower_bound(tokens.begin() + begin, tokens.begin() + end, token);
  return found == tokens.begin() + end || *found != token ? -1 : found - tokens.begin();
}

NgramModel::Context NgramModel::shorten(Context context) const {
  if (context.level <= 1) {
    return {};
  }
  return {context.level - 1, levels_[static_cast<size_t>(context.level - 1)].suffix[context.node]};
}

double NgramModel::gamma(Context context) const {
  return context.level == 0 ? root_gamma_ : levels_[static_cast<size_t>(context.level - 1)].gamma[context.node];
}

NgramModel::Context NgramModel::start() const {
  return advance({}, static_cast<uint32_t>(vocab_size_));
}

// The longest context of at most order - 1 tokens that ends in `token` and was seen in training.
NgramModel::Context NgramModel::advance(Context context, uint32_t token) const {
  if (order() == 1) {
    return {};
  }
  if (context.level == order() - 1) {
    context = shorten(context);
  }
  while (true) {
    const int64_t child = find_child(context, token);
    if (child >= 0) {
      return {context.level + 1, static_cast<uint32_t>(child)};
    }
    if (context.level == 0) {
      return {};
    }
    context = shorten(context);
  }
}

NgramModel::Context NgramModel::find_context(std::span<const int32_t> context) const {
  const auto needed = static_cast<size_t>(order() - 1);
  Context found = context.size() < needed ? start() : Context{};
  for (const int32_t token : context.last(std::min(needed, context.size()))) {
    found = advance(found, static_cast<uint32_t>(token));
  }
  return found;
}

double NgramModel::prob(Context context, uint32_t token) const {
  double weight = 1;
  while (true) {
    const int64_t child = find_child(context, token);
    if (child >= 0) {
      return weight * levels_[static_cast<size_t>(context.level)].prob[static_cast<size_t>(child)];
    }
    weight *= gamma(context);
    if (context.level == 0) {
      return weight / static_cast<double>(vocab_size_);
    }
    context = shorten(context);
  }
}

double NgramModel::log_prob(std::span<const int32_t> context, int32_t token) const {
  SMELT_CHECK(token >= 0 && token < vocab_size_);
  return std::log(prob(find_context(context), static_cast<uint32_t>(token)));
}

std::vector<double> NgramModel::score(std::span<const int32_t> document) const {
  std::vector<double> out;
  out.reserve(document.size());
  Context context = start();
  for (const int32_t token : document) {
    SMELT_CHECK(token >= 0 && token < vocab_size_);
    out.push_back(std::log(prob(context, static_cast<uint32_t>(token))));
    context = advance(context, static_cast<uint32_t>(token));
  }
  return out;
}

void NgramModel::distribution(std::span<const int32_t> context, std::vector<double>& out) const {
  std::vector<Context> chain{find_context(context)};
  while (chain.back().level > 0) {
    chain.push_back(shorten(chain.back()));
  }
  out.assign(static_cast<size_t>(vocab_size_), 1.0 / static_cast<double>(vocab_size_));
  for (auto at = chain.rbegin(); at != chain.rend(); ++at) {
    const double weight = gamma(*at);
    for (double& p : out) {
      p *= weight;
    }
    const Level& level = levels_[static_cast<size_t>(at->level)];
    const auto [begin, end] = children(*at);
    for (uint32_t i = begin; i < end; ++i) {
      if (level.token[i] < vocab_size_) {
        out[level.token[i]] = level.prob[i];
      }
    }
  }
}

uint64_t NgramModel::memory_bytes() const {
  uint64_t bytes = 0;
  for (const Level& level : levels_) {
    bytes +=
        4 * (level.token.size() + level.child.size() + level.suffix.size() + level.prob.size() + level.gamma.size());
  }
  return bytes;
}

}  // namespace smelt
