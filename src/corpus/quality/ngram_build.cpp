#include "corpus/quality/ngram_build.h"

#include <algorithm>
#include <bit>
#include <limits>

#include <fmt/core.h>

#include "base/error.h"
#include "corpus/quality/ngram_pack.h"

namespace smelt {
namespace {

constexpr int64_t kParentGrain = 4096;
constexpr uint64_t kMostNodes = std::numeric_limits<uint32_t>::max() - 1;

int64_t token_bits(int64_t vocab_size) {
  return static_cast<int64_t>(std::bit_width(static_cast<uint64_t>(vocab_size + 1)));
}

}  // namespace

NgramTrainer::NgramTrainer(Executor& executor, const NgramOptions& options)
    : executor_(executor),
      options_(options),
      windows_(executor, static_cast<uint64_t>(options.sort_bytes), options.scratch_dir) {
  if (options.vocab_size < 1 || options.vocab_size >= std::numeric_limits<int32_t>::max()) {
    throw usage_error(
        fmt::format("an n-gram model needs a vocabulary of 1 to 2^31-2 tokens, not {}", options.vocab_size));
  }
  if (options.order < 1 || options.order > 8 || options.order * token_bits(options.vocab_size) > 128) {
    throw usage_error(
        fmt::format("an n-gram model of order {} over {} tokens does not fit", options.order, options.vocab_size), {},
        "choose a lower order");
  }
  const int64_t bits = options.probability_bits;
  if (bits < 4 || (bits > 16 && bits != 32)) {
    throw usage_error(fmt::format("probabilities have 4 to 16 bits, or 32, and not {}", bits));
  }
  levels_.resize(static_cast<size_t>(options.order));
}

void NgramTrainer::add_document(std::span<const int32_t> tokens) {
  if (tokens.empty()) {
    return;
  }
  for (const int32_t token : tokens) {
    if (token < 0 || token >= options_.vocab_size) {
      throw input_error(fmt::format("token {} is outside the vocabulary of {}", token, options_.vocab_size));
    }
  }
  num_tokens_ += static_cast<int64_t>(tokens.size());
  const auto start = static_cast<uint32_t>(options_.vocab_size);
  const int64_t bits = token_bits(options_.vocab_size);
  const size_t length = tokens.size() + 1;
  for (size_t i = 0; i < length; ++i) {
    NgramWindows::Key key = 0;
    for (size_t k = 0; k < levels_.size(); ++k) {
      const size_t at = i + k;
      const uint32_t token = at >= length ? 0 : (at == 0 ? start : static_cast<uint32_t>(tokens[at - 1])) + 1;
      key = (key << bits) | token;
    }
    windows_.add(key);
  }
}

// Calls on_same(k, count) for every k + 1-gram that a window has in common with the one before it, on_new(k, token,
// count) for the others.
template <class OnSame, class OnNew>
void NgramTrainer::walk_windows(OnSame on_same, OnNew on_new) {
  using Key = NgramWindows::Key;
  const int64_t bits = token_bits(options_.vocab_size);
  const auto order = static_cast<int64_t>(levels_.size());
  const auto token_at = [&](Key key, int64_t k) {
    return static_cast<uint32_t>(key >> ((order - 1 - k) * bits)) & ((uint32_t{1} << bits) - 1);
  };
  Key before = 0;
  bool first = true;
  windows_.for_each([&](Key key, uint64_t count) {
    bool same = !first;
    for (int64_t k = 0; k < order; ++k) {
      const uint32_t token = token_at(key, k);
      if (token == 0) {
        break;
      }
      same = same && token_at(before, k) == token;
      if (same) {
        on_same(static_cast<size_t>(k), count);
      } else {
        on_new(static_cast<size_t>(k), token - 1, count);
      }
    }
    before = key;
    first = false;
  });
}

void NgramTrainer::make_levels() {
  const auto order = levels_.size();
  const auto num_ids = static_cast<uint64_t>(options_.vocab_size) + 1;
  std::vector<uint64_t> sizes(order, 0);
  walk_windows([](size_t, uint64_t) {}, [&](size_t k, uint32_t, uint64_t) { ++sizes[k]; });
  for (size_t k = 0; k < order; ++k) {
    levels_[k].num_ngrams = static_cast<int64_t>(sizes[k]);
    const uint64_t nodes = k == 0 ? num_ids : sizes[k];
    if (nodes > kMostNodes) {
      throw resource_error("the corpus has more than 4 G different n-grams of one order", {}, "choose a lower order");
    }
    levels_[k].token = ScratchArray<uint32_t>(k == 0 ? 0 : nodes, options_.scratch_dir);
    levels_[k].count = ScratchArray<uint32_t>(nodes, options_.scratch_dir);
    if (k + 1 < order) {
      levels_[k].child = ScratchArray<uint32_t>(nodes + 1, options_.scratch_dir);
    }
  }
  std::vector<uint64_t> made(order, 0);
  const auto open_node = [&](size_t k) {
    if (k + 1 < order) {
      levels_[k].child[made[k]] = static_cast<uint32_t>(made[k + 1]);
    }
    return made[k]++;
  };
  const auto add = [&](size_t k, uint64_t node, uint64_t count) {
    uint32_t& sum = levels_[k].count[node];
    sum = static_cast<uint32_t>(std::min<uint64_t>(sum + count, std::numeric_limits<uint32_t>::max()));
  };
  walk_windows([&](size_t k, uint64_t count) { add(k, made[k] - 1, count); },
               [&](size_t k, uint32_t token, uint64_t count) {
                 while (k == 0 && made[0] < token) {  // ids that were not seen have nodes too
                   open_node(0);
                 }
                 const uint64_t node = open_node(k);
                 if (k > 0) {
                   levels_[k].token[node] = token;
                 }
                 add(k, node, count);
               });
  while (made[0] < num_ids) {
    open_node(0);
  }
  for (size_t k = 0; k + 1 < order; ++k) {
    levels_[k].child[made[k]] = static_cast<uint32_t>(made[k + 1]);
  }
  windows_.clear();
}

// The suffix of a k-gram is the child, with the same last token, of the suffix of its parent; siblings are in order, so
// one pass over both does.
void NgramTrainer::link_suffixes(int64_t k) {
  Level& here = level(k);
  here.suffix = ScratchArray<uint32_t>(here.token.size(), options_.scratch_dir);
  if (k == 2) {
    std::copy(here.token.begin(), here.token.end(), here.suffix.begin());
    return;
  }
  const Level& parents = level(k - 1);
  const Level& cousins = level(k - 2);
  const ScratchArray<uint32_t>& among = parents.token;
  parallel_for(executor_, static_cast<int64_t>(parents.token.size()), kParentGrain, [&](int64_t begin, int64_t end) {
    for (auto p = static_cast<uint64_t>(begin); p < static_cast<uint64_t>(end); ++p) {
      uint64_t at = cousins.child[parents.suffix[p]];
      const uint64_t last = cousins.child[uint64_t{parents.suffix[p]} + 1];
      for (uint64_t i = parents.child[p]; i < parents.child[p + 1]; ++i) {
        at = static_cast<uint64_t>(std::lower_bound(among.begin() + at, among.begin() + last, here.token[i]) -
                                   among.begin());
        here.suffix[i] = static_cast<uint32_t>(at);
      }
    }
  });
}

void NgramTrainer::count_continuations() {
  for (size_t k = 0; k + 1 < levels_.size(); ++k) {
    // The start marker has the highest id, so the k-grams that begin a document are the last ones; they keep their
    // occurrences.
    auto first_start = static_cast<uint64_t>(options_.vocab_size);
    for (size_t j = 0; j < k; ++j) {
      first_start = levels_[j].child[first_start];
    }
    std::fill(levels_[k].count.begin(), levels_[k].count.begin() + first_start, 0);
    for (const uint32_t suffix : levels_[k + 1].suffix) {
      ++levels_[k].count[suffix];
    }
  }
  levels_[0].count[static_cast<uint64_t>(options_.vocab_size)] = 0;
}

void NgramTrainer::estimate_discounts(int64_t k) {
  std::array<double, 5> n{};
  for (const uint32_t count : level(k).count) {
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
  level(k).discount = discount;
}

// The probabilities of one context's children; gives its gamma.
double NgramTrainer::fill(int64_t k, uint32_t begin, uint32_t end) {
  Level& here = level(k);
  const std::array<double, 3>& discount = here.discount;
  const double uniform = 1.0 / static_cast<double>(options_.vocab_size);
  double sum = 0;
  std::array<double, 3> kinds{};
  for (uint32_t i = begin; i < end; ++i) {
    sum += here.count[i];
    if (here.count[i] > 0) {
      kinds[std::min<uint32_t>(here.count[i], 3) - 1] += 1;
    }
  }
  const double gamma =
      sum == 0 ? 1.0 : (discount[0] * kinds[0] + discount[1] * kinds[1] + discount[2] * kinds[2]) / sum;
  for (uint32_t i = begin; i < end; ++i) {
    const double lower = k == 1 ? uniform : double{level(k - 1).prob[here.suffix[i]]};
    const double taken = here.count[i] == 0 ? 0 : discount[std::min<uint32_t>(here.count[i], 3) - 1];
    const double own = sum == 0 ? 0 : std::max(0.0, here.count[i] - taken) / sum;
    here.prob[i] = static_cast<float>(own + gamma * lower);
  }
  return gamma;
}

void NgramTrainer::make_probabilities(int64_t k) {
  Level& here = level(k);
  here.prob = ScratchArray<float>(here.count.size(), options_.scratch_dir);
  if (k == 1) {
    root_gamma_ = fill(1, 0, static_cast<uint32_t>(here.count.size()));
    return;
  }
  Level& parents = level(k - 1);
  parents.gamma = ScratchArray<float>(parents.count.size(), options_.scratch_dir);
  parallel_for(executor_, static_cast<int64_t>(parents.count.size()), kParentGrain, [&](int64_t begin, int64_t end) {
    for (auto p = static_cast<uint64_t>(begin); p < static_cast<uint64_t>(end); ++p) {
      parents.gamma[p] = static_cast<float>(fill(k, parents.child[p], parents.child[p + 1]));
    }
  });
}

Json NgramTrainer::header(const Json& extra, size_t vocabulary_bytes,
                          const std::vector<NgramModel::Level>& packed) const {
  Json out = Json::object();
  out["format"] = "smelt-ngram-1";
  out["order"] = options_.order;
  out["vocab_size"] = options_.vocab_size;
  out["tokens"] = num_tokens_;
  out["probability_bits"] = options_.probability_bits;
  out["root_gamma"] = root_gamma_;
  out["vocabulary_bytes"] = static_cast<int64_t>(vocabulary_bytes);
  out["levels"] = Json::array();
  for (size_t k = 0; k < levels_.size(); ++k) {
    Json row = Json::object();
    row["ngrams"] = levels_[k].num_ngrams;
    row["records"] = packed[k].num_records;
    row["discounts"] = Json::list(std::vector<double>(levels_[k].discount.begin(), levels_[k].discount.end()));
    out["levels"].push_back(std::move(row));
  }
  for (const auto& [key, value] : extra.as_object()) {
    out[key] = value;
  }
  return out;
}

void NgramTrainer::finish(const Json& extra, std::string_view vocabulary, FunctionRef<void(std::string_view)> sink) {
  make_levels();
  for (int64_t k = 2; k <= options_.order; ++k) {
    link_suffixes(k);
  }
  count_continuations();
  for (int64_t k = 1; k <= options_.order; ++k) {
    estimate_discounts(k);
    make_probabilities(k);
  }
  std::vector<NgramModel::Level> packed(levels_.size());
  for (size_t k = 0; k < levels_.size(); ++k) {
    packed[k].num_records = static_cast<int64_t>(levels_[k].count.size());
    levels_[k].count = {};
  }
  NgramModel::lay_out(packed, options_.vocab_size, options_.probability_bits);
  write_ngram_header(header(extra, vocabulary.size(), packed), sink);
  write_ngram_section(vocabulary, sink);
  for (size_t k = 0; k < levels_.size(); ++k) {
    const Level& from = levels_[k];
    const NgramCodes prob(from.prob, options_.probability_bits, sink);
    const NgramCodes gamma =
        packed[k].has_gamma ? NgramCodes(from.gamma, options_.probability_bits, sink) : NgramCodes();
    BitWriter bits(sink);
    const auto records = static_cast<uint64_t>(packed[k].num_records);
    for (uint64_t i = 0; i <= records; ++i) {
      const bool is_behind = i == records;
      bits.write(packed[k].token_bits == 0 || is_behind ? 0 : from.token[i], packed[k].token_bits);
      bits.write(packed[k].child_bits == 0 ? 0 : from.child[i], packed[k].child_bits);
      bits.write(packed[k].suffix_bits == 0 || is_behind ? 0 : from.suffix[i], packed[k].suffix_bits);
      bits.write(is_behind ? 0 : prob.code(from.prob[i]), packed[k].value_bits);
      if (packed[k].has_gamma) {
        bits.write(is_behind ? 0 : gamma.code(from.gamma[i]), packed[k].value_bits);
      }
    }
    bits.finish(ngram_record_bytes(packed[k].num_records, packed[k].width));
    levels_[k] = {};
  }
}

}  // namespace smelt
