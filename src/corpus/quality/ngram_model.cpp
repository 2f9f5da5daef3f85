#include "corpus/quality/ngram_model.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "base/error.h"
#include "corpus/quality/ngram_build.h"

namespace smelt {
namespace {

constexpr std::string_view kMagic = "{\"format\":\"smelt-ngram-1\"";
constexpr size_t kMaxHeader = 1 << 20;

UserError damaged(const std::string& name) {
  return input_error("is no n-gram model, or damaged", name, "make one with `smelt classifier train --kind ngram`");
}

int64_t number(const Json& object, const char* key, int64_t low, int64_t high, const std::string& name) {
  const Json* value = object.find(key);
  if (value == nullptr || !value->is_int() || value->as_int() < low || value->as_int() > high) {
    throw damaged(name);
  }
  return value->as_int();
}

inline float float_at(std::string_view table, uint32_t i) {
  float value = 0;
  __builtin_memcpy(&value, table.data() + size_t{i} * sizeof(float), sizeof(float));
  return value;
}

}  // namespace

uint32_t NgramModel::Level::field(int64_t record, int64_t offset, int64_t bits) const {
  const auto bit = static_cast<uint64_t>(record * width + offset);
  uint64_t word = 0;
  __builtin_memcpy(&word, records.data() + (bit >> 3), sizeof(word));
  return static_cast<uint32_t>((word >> (bit & 7)) & ((uint64_t{1} << bits) - 1));
}

double NgramModel::Level::prob(int64_t i) const {
  const uint32_t code = field(i, token_bits + child_bits + suffix_bits, value_bits);
  return double{prob_codes.empty() ? std::bit_cast<float>(code) : float_at(prob_codes, code)};
}

double NgramModel::Level::gamma(int64_t i) const {
  const uint32_t code = field(i, token_bits + child_bits + suffix_bits + value_bits, value_bits);
  return double{gamma_codes.empty() ? std::bit_cast<float>(code) : float_at(gamma_codes, code)};
}

// The widths of all fields, from the numbers of records.
void NgramModel::lay_out(std::vector<Level>& levels, int64_t vocab_size, int64_t probability_bits) {
  const auto bits_for = [](int64_t largest) {
    return static_cast<int64_t>(std::bit_width(static_cast<uint64_t>(largest)));
  };
  for (size_t k = 0; k < levels.size(); ++k) {
    Level& level = levels[k];
    const bool is_top = k + 1 == levels.size();
    level.token_bits = k == 0 ? 0 : bits_for(vocab_size);
    level.child_bits = is_top ? 0 : bits_for(levels[k + 1].num_records);
    level.suffix_bits = k == 0 || is_top ? 0 : bits_for(levels[k - 1].num_records);
    level.value_bits = probability_bits;
    level.has_gamma = !is_top;
    level.width =
        level.token_bits + level.child_bits + level.suffix_bits + (level.has_gamma ? 2 : 1) * probability_bits;
  }
}

NgramModel NgramModel::train(Executor& executor, int64_t num_documents, ReadDocument read,
                             const NgramOptions& options) {
  NgramTrainer trainer(executor, options);
  std::vector<int32_t> tokens;
  for (int64_t i = 0; i < num_documents; ++i) {
    tokens.clear();
    read(i, tokens);
    trainer.add_document(tokens);
  }
  auto image = std::make_shared<std::string>();
  trainer.finish(Json::object(), {}, [&](std::string_view bytes) { *image += bytes; });
  NgramModel model = parse(*image, "the n-gram model");
  model.owned_ = std::move(image);
  return model;
}

NgramModel NgramModel::load(const std::string& path) {
  MappedFile file(path);
  NgramModel model = parse(file.bytes(), path);
  model.file_ = std::move(file);
  return model;
}

bool NgramModel::has_magic(std::string_view bytes) {
  return bytes.starts_with(kMagic);
}

NgramModel NgramModel::parse(std::string_view bytes, const std::string& name) {
  const size_t end = bytes.substr(0, kMaxHeader).find('\n');
  if (!has_magic(bytes) || end == std::string_view::npos) {
    throw damaged(name);
  }
  Result<Json> parsed = Json::parse(bytes.substr(0, end));
  if (!parsed || !parsed.value().is_object()) {
    throw damaged(name);
  }
  NgramModel model;
  model.image_ = bytes;
  model.header_ = std::move(parsed).value();
  const Json& header = model.header_;
  constexpr int64_t kMost = int64_t{1} << 32;
  model.vocab_size_ = number(header, "vocab_size", 1, INT32_MAX - 1, name);
  model.num_tokens_ = number(header, "tokens", 0, INT64_MAX, name);
  const int64_t value_bits = number(header, "probability_bits", 4, 32, name);
  const Json* gamma = header.find("root_gamma");
  const Json* levels = header.find("levels");
  if (gamma == nullptr || !gamma->is_number() || levels == nullptr || !levels->is_array() || levels->size() < 1 ||
      levels->size() > 8 || (value_bits > 16 && value_bits != 32)) {
    throw damaged(name);
  }
  model.root_gamma_ = gamma->as_double();
  for (const Json& row : levels->as_array()) {
    Level& level = model.levels_.emplace_back();
    const Json* discounts = row.find("discounts");
    if (!row.is_object() || discounts == nullptr || !discounts->is_array() || discounts->size() != 3) {
      throw damaged(name);
    }
    level.num_ngrams = number(row, "ngrams", 0, kMost, name);
    level.num_records = number(row, "records", 0, kMost - 1, name);
    for (size_t j = 0; j < 3; ++j) {
      const Json& discount = discounts->as_array()[j];
      level.discount[j] = discount.is_number() ? discount.as_double() : 0;
    }
  }
  if (model.levels_[0].num_records != model.vocab_size_ + 1) {
    throw damaged(name);
  }
  lay_out(model.levels_, model.vocab_size_, value_bits);
  size_t at = end + 1;
  const auto take = [&](uint64_t size) {
    const uint64_t padded = ngram_section_bytes(size);
    if (at % kNgramAlignment != 0 || padded > bytes.size() - at) {
      throw damaged(name);
    }
    const std::string_view section = bytes.substr(at, size);
    at += padded;
    return section;
  };
  model.vocabulary_ = take(static_cast<uint64_t>(number(header, "vocabulary_bytes", 0, kMost * 64, name)));
  for (Level& level : model.levels_) {
    if (value_bits < 32) {
      level.prob_codes = take(sizeof(float) << value_bits);
      level.gamma_codes = level.has_gamma ? take(sizeof(float) << value_bits) : std::string_view();
    }
    level.records = take(ngram_record_bytes(level.num_records, level.width));
  }
  return model;
}

std::pair<int64_t, int64_t> NgramModel::children(State state) const {
  if (state.level == 0) {
    return {0, levels_[0].num_records};
  }
  // Bounded, so that damaged tables point nowhere else.
  const int64_t most = level(state.level + 1).num_records;
  const int64_t end = std::min<int64_t>(level(state.level).child(int64_t{state.node} + 1), most);
  return {std::min<int64_t>(level(state.level).child(state.node), end), end};
}

int64_t NgramModel::find_child(State state, uint32_t token) const {
  if (state.level == 0) {
    return token;
  }
  auto [begin, end] = children(state);
  const Level& below = level(state.level + 1);
  while (begin < end) {
    const int64_t middle = begin + (end - begin) / 2;
    const uint32_t found = below.token(middle);
    if (found == token) {
      return middle;
    }
    if (found < token) {
      begin = middle + 1;
    } else {
      end = middle;
    }
  }
  return -1;
}

NgramModel::State NgramModel::shorten(State state) const {
  if (state.level <= 1) {
    return {};
  }
  const auto last = static_cast<uint32_t>(std::max<int64_t>(0, level(state.level - 1).num_records - 1));
  return {state.level - 1, std::min(level(state.level).suffix(state.node), last)};
}

double NgramModel::gamma(State state) const {
  return state.level == 0 ? root_gamma_ : level(state.level).gamma(state.node);
}

NgramModel::State NgramModel::start() const {
  return follow({}, static_cast<uint32_t>(vocab_size_));
}

NgramModel::State NgramModel::follow(State state, uint32_t token) const {
  if (order() == 1) {
    return {};
  }
  if (state.level == order() - 1) {
    state = shorten(state);
  }
  while (true) {
    const int64_t child = find_child(state, token);
    if (child >= 0) {
      return {state.level + 1, static_cast<uint32_t>(child)};
    }
    state = shorten(state);
  }
}

double NgramModel::advance(State& state, uint32_t token) const {
  double weight = 1;
  State at = state;
  while (true) {
    const int64_t child = find_child(at, token);
    if (child >= 0) {
      weight *= level(at.level + 1).prob(child);
      state = at.level + 1 < order() ? State{at.level + 1, static_cast<uint32_t>(child)} : follow(at, token);
      return weight;
    }
    weight *= gamma(at);
    at = shorten(at);
  }
}

NgramModel::State NgramModel::find_context(std::span<const int32_t> context) const {
  const auto keep = static_cast<size_t>(order() - 1);
  State state = context.size() < keep ? start() : State{};
  for (const int32_t token : context.last(std::min(keep, context.size()))) {
    SMELT_CHECK(token >= 0 && token < vocab_size_);
    state = follow(state, static_cast<uint32_t>(token));
  }
  return state;
}

double NgramModel::log_prob(std::span<const int32_t> context, int32_t token) const {
  SMELT_CHECK(token >= 0 && token < vocab_size_);
  State state = find_context(context);
  return std::log(advance(state, static_cast<uint32_t>(token)));
}

std::vector<double> NgramModel::score(std::span<const int32_t> document) const {
  std::vector<double> out;
  out.reserve(document.size());
  State state = start();
  for (const int32_t token : document) {
    SMELT_CHECK(token >= 0 && token < vocab_size_);
    out.push_back(std::log(advance(state, static_cast<uint32_t>(token))));
  }
  return out;
}

void NgramModel::distribution(std::span<const int32_t> context, std::vector<double>& out) const {
  std::vector<State> chain{find_context(context)};
  while (chain.back().level > 0) {
    chain.push_back(shorten(chain.back()));
  }
  out.resize(static_cast<size_t>(vocab_size_));
  for (size_t i = 0; i < out.size(); ++i) {
    out[i] = levels_[0].prob(static_cast<int64_t>(i));
  }
  chain.pop_back();
  for (auto at = chain.rbegin(); at != chain.rend(); ++at) {
    const double weight = gamma(*at);
    for (double& p : out) {
      p *= weight;
    }
    const Level& below = level(at->level + 1);
    const auto [begin, end] = children(*at);
    for (int64_t i = begin; i < end; ++i) {
      if (below.token(i) < vocab_size_) {
        out[below.token(i)] = below.prob(i);
      }
    }
  }
}

void NgramModel::visit_below(State state, int64_t k, std::vector<uint32_t>& tokens,
                             FunctionRef<void(std::span<const uint32_t>, double, double)> visit) const {
  const auto [begin, end] = children(state);
  const Level& below = level(state.level + 1);
  for (int64_t i = begin; i < end; ++i) {
    tokens.push_back(state.level == 0 ? static_cast<uint32_t>(i) : below.token(i));
    if (state.level + 1 == k) {
      visit(tokens, below.prob(i), below.has_gamma ? below.gamma(i) : 1.0);
    } else {
      visit_below({state.level + 1, static_cast<uint32_t>(i)}, k, tokens, visit);
    }
    tokens.pop_back();
  }
}

void NgramModel::for_each(int64_t k, FunctionRef<void(std::span<const uint32_t>, double, double)> visit) const {
  std::vector<uint32_t> tokens;
  visit_below({}, k, tokens, visit);
}

}  // namespace smelt
