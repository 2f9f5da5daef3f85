#include "tokens/bpe_trainer.h"

#include <algorithm>
#include <set>

#include <fmt/core.h>

#include "tokens/train/alphabet.h"
#include "tokens/train/count_words.h"
#include "tokens/train/merge_learner.h"

namespace smelt {
namespace {

std::vector<std::string> first_tokens(const TokenizerOptions& options) {
  std::vector<std::string> out = options.special_tokens;
  out.insert(out.end(), options.marker_tokens.begin(), options.marker_tokens.end());
  return out;
}

void check(const TokenizerOptions& options) {
  std::set<std::string> seen;
  for (const std::string& token : first_tokens(options)) {
    if (token.empty() || !seen.insert(token).second) {
      throw usage_error(fmt::format("the token \"{}\" is empty or listed twice", token), "tokenizer.special_tokens",
                        "list every token once");
    }
  }
  for (const auto& [key, token] : {std::pair{"eos_token", options.eos_token}, {"bos_token", options.bos_token}}) {
    const auto& special = options.special_tokens;
    if (!token.empty() && std::find(special.begin(), special.end(), token) == special.end()) {
      throw usage_error(fmt::format("\"{}\" is not among the special tokens", token), fmt::format("tokenizer.{}", key),
                        "add it to tokenizer.special_tokens");
    }
  }
  if (options.model == "byte_level" && options.split == "metaspace") {
    throw usage_error("\"metaspace\" is for byte_fallback: a byte-level vocabulary has its own letter for the space",
                      "tokenizer.split", "choose gpt2, llama3 or nemotron, or set tokenizer.model = \"byte_fallback\"");
  }
  if (options.model == "wordpiece" && std::find(options.special_tokens.begin(), options.special_tokens.end(),
                                                kUnknownToken) == options.special_tokens.end()) {
    throw usage_error(fmt::format("wordpiece needs the special token \"{}\" for unknown words", kUnknownToken),
                      "tokenizer.special_tokens", fmt::format("add \"{}\" to it", kUnknownToken));
  }
}

// The words as symbols. `memory` in bytes, of which the learner needs some three times as much again.
SymbolWords spell(const CountedWords& words, const Alphabet& alphabet, const TokenizerOptions& options) {
  const uint64_t most = (static_cast<uint64_t>(options.memory) << 20) / sizeof(uint32_t);
  SymbolWords out;
  std::vector<uint32_t> symbols;
  words.for_each([&](std::string_view word, int64_t count) {
    if (count < options.min_word_count * kCountUnit) {
      return;
    }
    alphabet.spell(word, symbols);
    out.add(symbols, count);
    if (out.slots.size() > most) {
      throw resource_error(fmt::format("the distinct words alone need more than {} MiB", options.memory),
                           "tokenizer.memory", "raise it or tokenizer.min_word_count, or lower tokenizer.sample_bytes");
    }
  });
  return out;
}

}  // namespace

TrainedTokenizer train_tokenizer(const Context& context, const TokenizerOptions& options, const TextSource& next,
                                 const std::string& scratch_folder) {
  check(options);
  TrainedTokenizer out;
  CountedWords words = count_words(context, options, next, scratch_folder);
  out.documents = words.documents;
  out.bytes = words.bytes;
  words.for_each([&](std::string_view, int64_t count) {
    ++out.distinct_words;
    out.words += count / kCountUnit;
  });
  if (out.distinct_words == 0) {
    throw input_error("there is no text to learn from", {}, "name files with documents");
  }
  const Alphabet alphabet(options, [&](FunctionRef<void(std::string_view, int64_t)> visit) { words.for_each(visit); });
  const size_t given = alphabet.tokens().size();
  if (options.vocab_size <= static_cast<int64_t>(given)) {
    throw usage_error(
        fmt::format("{} tokens leave no room beside an alphabet of {} and {} special tokens", options.vocab_size,
                    given - first_tokens(options).size(), first_tokens(options).size()),
        "tokenizer.vocab_size", "give at least some thousand, or set tokenizer.limit_alphabet");
  }
  MergeRules rules;
  rules.vocab_size = static_cast<size_t>(options.vocab_size);
  rules.min_count = std::max<int64_t>(options.min_frequency, 1) * kCountUnit;
  rules.max_token_length = static_cast<size_t>(options.max_token_length);
  rules.continuing_prefix = options.model == "wordpiece" ? kContinuingPrefix : "";
  if (options.protect_tokens) {
    for (const std::string& token : first_tokens(options)) {
      rules.forbidden.insert(token);
    }
  }
  SymbolWords symbols = spell(words, alphabet, options);
  words.table.clear();
  Progress progress(context.progress, "learn merges", static_cast<uint64_t>(options.vocab_size), "tokens");
  size_t reported = 0;
  LearnedMerges learned = learn_merges(std::move(symbols), alphabet.tokens(), rules, [&](size_t tokens) {
    if (tokens >= reported + 64) {
      progress.add(tokens - reported);
      reported = tokens;
      context.stop_if_asked();
    }
  });
  if (static_cast<int64_t>(learned.tokens.size()) < options.vocab_size) {
    context.log.warn("the text gives {} tokens, not {}: no other pair occurs {} times", learned.tokens.size(),
                     options.vocab_size, std::max<int64_t>(options.min_frequency, 1));
  }
  out.tokens = std::move(learned.tokens);
  out.merges = std::move(learned.merges);
  return out;
}

}  // namespace smelt
