#include "corpus/quality/ngram_text.h"

#include <bit>
#include <cmath>

#include <fmt/format.h>

#include "base/error.h"
#include "base/hash.h"
#include "corpus/quality/ngram_tokens.h"

namespace smelt {
namespace {

constexpr uint32_t kUnknown = 0;
constexpr uint32_t kEnd = 1;
constexpr uint32_t kFirstWord = 2;

uint64_t word_hash(std::string_view word) {
  const uint64_t hash = hash64(word);
  return hash == 0 ? 1 : hash;
}

}  // namespace

double TextPerplexity::perplexity() const {
  return tokens == 0 ? NAN : std::exp(-log_prob / static_cast<double>(tokens));
}

NgramText NgramText::load(const std::string& path) {
  NgramText out(NgramModel::load(path));
  out.read_vocabulary(path);
  return out;
}

NgramText NgramText::parse(std::string_view bytes, const std::string& name) {
  NgramText out(NgramModel::parse(bytes, name));
  out.read_vocabulary(name);
  return out;
}

void NgramText::read_vocabulary(const std::string& name) {
  const Json& header = model_.header();
  const Json* unit = header.find("unit");
  const Json* lower_case = header.find("lower_case");
  const Json* zero_digits = header.find("zero_digits");
  if (unit == nullptr || !unit->is_string() || lower_case == nullptr || !lower_case->is_bool() ||
      zero_digits == nullptr || !zero_digits->is_bool()) {
    throw input_error("is an n-gram model of tokens and not of texts", name);
  }
  characters_ = unit->as_string() == "characters";
  lower_case_ = lower_case->as_bool();
  zero_digits_ = zero_digits->as_bool();
  std::string_view rest = model_.vocabulary();
  while (!rest.empty()) {
    const size_t end = std::min(rest.find('\n'), rest.size());
    words_.push_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  if (static_cast<int64_t>(words_.size()) + kFirstWord != model_.vocab_size()) {
    throw input_error("the n-gram model's vocabulary is damaged", name);
  }
  slots_.resize(std::bit_ceil(2 * words_.size() + 2));
  for (size_t i = 0; i < words_.size(); ++i) {
    const uint64_t hash = word_hash(words_[i]);
    size_t slot = hash & (slots_.size() - 1);
    while (slots_[slot].hash != 0) {
      slot = (slot + 1) & (slots_.size() - 1);
    }
    slots_[slot] = {hash, static_cast<uint32_t>(i) + kFirstWord};
  }
}

uint32_t NgramText::find(uint64_t hash) const {
  size_t slot = hash & (slots_.size() - 1);
  while (slots_[slot].hash != 0) {
    if (slots_[slot].hash == hash) {
      return slots_[slot].id;
    }
    slot = (slot + 1) & (slots_.size() - 1);
  }
  return kUnknown;
}

TextPerplexity NgramText::measure(std::string_view text) const {
  TextPerplexity out;
  const NgramModel::State start = model_.start();
  NgramModel::State state = start;
  // A product of some probabilities, each at least 2^-64 or so, is still a number: logarithms are taken now and then.
  double product = 1;
  const auto take = [&](uint32_t id) {
    product *= model_.advance(state, id);
    if (product < 1e-200) {
      out.log_prob += std::log(product);
      product = 1;
    }
    ++out.tokens;
  };
  for_each_sentence(
      text, characters_, {.lower_case = lower_case_, .zero_digits = zero_digits_},
      [&](std::string_view word) {
        const uint32_t id = find(word_hash(word));
        out.unknown += id == kUnknown ? 1 : 0;
        take(id);
      },
      [&] {
        take(kEnd);
        state = start;
      });
  out.log_prob += std::log(product);
  return out;
}

std::string_view NgramText::word(uint32_t id) const {
  if (id < kFirstWord) {
    return id == kUnknown ? "<unk>" : "</s>";
  }
  return static_cast<int64_t>(id) == model_.vocab_size() ? "<s>" : words_[id - kFirstWord];
}

void NgramText::write_arpa(const std::string& path) const {
  AtomicFile file(path);
  std::string text = "\\data\\\n";
  for (int64_t k = 1; k <= model_.order(); ++k) {
    // Every id has a line of its own, seen or not.
    text += fmt::format("ngram {}={}\n", k, k == 1 ? model_.vocab_size() + 1 : model_.num_ngrams(k));
  }
  for (int64_t k = 1; k <= model_.order(); ++k) {
    text += fmt::format("\n\\{}-grams:\n", k);
    model_.for_each(k, [&](std::span<const uint32_t> tokens, double p, double gamma) {
      const bool is_start = k == 1 && static_cast<int64_t>(tokens[0]) == model_.vocab_size();
      text += fmt::format("{:.7g}\t", is_start ? -99.0 : std::log10(p));
      for (size_t i = 0; i < tokens.size(); ++i) {
        text += i == 0 ? "" : " ";
        text += word(tokens[i]) == " " ? "<space>" : word(tokens[i]);
      }
      text += k == model_.order() ? "\n" : fmt::format("\t{:.7g}\n", std::log10(gamma));
      if (text.size() > (1 << 20)) {
        file.write(text);
        text.clear();
      }
    });
  }
  file.write(text + "\n\\end\\\n");
  file.commit();
}

}  // namespace smelt
