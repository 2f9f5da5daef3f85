#include <algorithm>
#include <bit>
#include <cstring>

#include "crawl/fasttext/fasttext_model.h"

namespace smelt {
namespace {

constexpr size_t kMaxCachedWord = 26;
constexpr size_t kCacheBytes = 2 << 20;
constexpr size_t kPrefetch = 8;

}  // namespace

// Words follow Zipf's law, so the sums of the subwords of those seen lately stand in a table, a place a hash. What is
// found there is what would be computed: a word's rows are always added up by themselves first.
struct FasttextScorer::State {
  struct Word {
    uint32_t hash = 0;
    uint16_t rows = 0;
    uint8_t size = 0;  // 0: empty
    char bytes[kMaxCachedWord] = {};
  };

  explicit State(const FasttextModel& of) : model(of), dim(static_cast<size_t>(of.args().dim)) {
    hidden.resize(dim);
    word_sum.resize(dim);
    probabilities.resize(static_cast<size_t>(of.num_labels()));
    if (of.dictionary().has_subwords()) {
      words.resize(std::bit_floor(std::max<size_t>(16, kCacheBytes / (sizeof(Word) + 4 * dim))));
      sums.resize(words.size() * dim);
    }
  }

  // sum = the rows' sum.
  void add_rows(float* sum) {
    for (size_t i = 0; i < rows.size(); ++i) {
      if (i + kPrefetch < rows.size()) {
        model.input().prefetch_row(rows[i + kPrefetch]);
      }
      model.input().add_row(rows[i], sum);
    }
  }

  void add_to_hidden(const float* sum) {
    for (size_t d = 0; d < dim; ++d) {
      hidden[d] += sum[d];
    }
  }

  bool is_cached(const Word& word, std::string_view token, uint32_t hash) const {
    return word.hash == hash && word.size == token.size() && std::memcmp(word.bytes, token.data(), token.size()) == 0;
  }

  void sum_word(std::string_view token, uint32_t hash, float* sum) {
    rows.clear();
    model.dictionary().append_word(token, model.dictionary().find(token, hash), rows);
    std::fill_n(sum, dim, 0.0F);
    add_rows(sum);
  }

  // Words with subwords, by way of the table.
  void add_long_word(std::string_view token, uint32_t hash) {
    if (token.size() > kMaxCachedWord) {
      sum_word(token, hash, word_sum.data());
      num_rows += rows.size();
      add_to_hidden(word_sum.data());
      return;
    }
    const size_t place = (hash * 0x9E3779B1u) >> (32 - std::countr_zero(words.size()));
    Word& word = words[place];
    float* sum = sums.data() + place * dim;
    if (!is_cached(word, token, hash)) {
      sum_word(token, hash, sum);
      word.hash = hash;
      word.size = static_cast<uint8_t>(token.size());
      word.rows = static_cast<uint16_t>(rows.size());
      std::memcpy(word.bytes, token.data(), token.size());
    }
    num_rows += word.rows;
    add_to_hidden(sum);
  }

  void add_text(std::string_view text) {
    const FasttextDictionary& dictionary = model.dictionary();
    const bool by_table = dictionary.has_subwords();
    hashes.clear();
    for_each_fasttext_token(text, [&](std::string_view token) {
      const uint32_t hash = fasttext_hash(token);
      if (dictionary.is_label(token, hash)) {
        return;
      }
      if (dictionary.has_word_ngrams()) {
        hashes.push_back(static_cast<int32_t>(hash));
      }
      if (by_table) {
        add_long_word(token, hash);
      } else if (const int32_t id = dictionary.find(token, hash); id >= 0) {
        model.input().add_row(id, hidden.data());
        ++num_rows;
      }
    });
    rows.clear();
    dictionary.append_word_ngrams(hashes, rows);
    add_rows(hidden.data());
    num_rows += rows.size();
  }

  const FasttextModel& model;
  size_t dim;
  std::vector<Word> words;
  std::vector<float> sums;
  std::vector<float> word_sum;
  std::vector<float> hidden;
  std::vector<int32_t> rows;
  std::vector<int32_t> hashes;
  std::vector<float> probabilities;
  std::vector<float> none;
  uint64_t num_rows = 0;
};

FasttextScorer::FasttextScorer(const FasttextModel& model) : state_(std::make_unique<State>(model)) {}
FasttextScorer::~FasttextScorer() = default;
FasttextScorer::FasttextScorer(FasttextScorer&&) noexcept = default;
FasttextScorer& FasttextScorer::operator=(FasttextScorer&&) noexcept = default;

bool FasttextScorer::read(std::string_view text) {
  State& state = *state_;
  std::fill(state.hidden.begin(), state.hidden.end(), 0.0F);
  state.num_rows = 0;
  state.add_text(text);
  if (state.num_rows == 0) {
    return false;
  }
  const float scale = 1.0F / static_cast<float>(state.num_rows);
  for (float& h : state.hidden) {
    h *= scale;
  }
  return true;
}

const std::vector<float>& FasttextScorer::probabilities(std::string_view text) {
  if (!read(text)) {
    return state_->none;
  }
  state_->model.label_probabilities(state_->hidden.data(), state_->probabilities.data());
  return state_->probabilities;
}

std::vector<FasttextGuess> FasttextScorer::predict(std::string_view text, size_t count, float threshold) {
  return read(text) ? state_->model.best_labels(state_->hidden.data(), count, threshold) : std::vector<FasttextGuess>{};
}

}  // namespace smelt
