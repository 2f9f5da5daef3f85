#include "tokens/bpe_trainer.h"

#include <algorithm>
#include <memory>
#include <mutex>
#include <set>

#include <fmt/core.h>

#include "tokens/bpe/merge_learner.h"
#include "tokens/split/pretokenizer.h"

namespace smelt {
namespace {

constexpr size_t kBatchBytes = 1 << 20;

SplitRule rule_of(const std::string& split) {
  if (split == "gpt2") {
    return {SplitFamily::kGpt2};
  }
  return split == "llama3" ? SplitRule{SplitFamily::kCl100k, 3} : SplitRule{SplitFamily::kTekken, 1};
}

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
  if (options.vocab_size < static_cast<int64_t>(seen.size()) + 257) {
    throw usage_error(
        fmt::format("{} tokens leave no room beside 256 bytes and {} special tokens", options.vocab_size, seen.size()),
        "tokenizer.vocab_size", "give at least some thousand");
  }
}

// Tables that workers borrow for a batch; as counts only add up, it does not matter who counted what.
class Tables {
 public:
  std::unique_ptr<WordCounts> take() {
    const std::lock_guard lock(mutex_);
    if (idle_.empty()) {
      return std::make_unique<WordCounts>();
    }
    std::unique_ptr<WordCounts> table = std::move(idle_.back());
    idle_.pop_back();
    return table;
  }
  void give_back(std::unique_ptr<WordCounts> table) {
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(table));
  }
  WordCounts sum() {
    WordCounts total;
    for (std::unique_ptr<WordCounts>& table : idle_) {
      if (total.size() == 0) {
        total = std::move(*table);
      } else {
        total.add(*table);
      }
      table.reset();
    }
    return total;
  }

 private:
  std::mutex mutex_;
  std::vector<std::unique_ptr<WordCounts>> idle_;
};

using Batch = std::vector<std::string>;

WordCounts count_words(const Context& context, const SplitRule& rule, const TextSource& next, TrainedTokenizer& out) {
  Progress progress(context.progress, "count words", 0, "bytes");
  Tables tables;
  const auto next_batch = [&]() -> std::optional<Batch> {
    context.stop_if_asked();
    Batch batch;
    size_t bytes = 0;
    while (bytes < kBatchBytes) {
      std::optional<std::string> text = next();
      if (!text) {
        break;
      }
      bytes += text->size();
      batch.push_back(std::move(*text));
    }
    out.documents += static_cast<int64_t>(batch.size());
    out.bytes += static_cast<int64_t>(bytes);
    progress.add(bytes);
    return batch.empty() ? std::nullopt : std::optional(std::move(batch));
  };
  const auto count = [&](const Batch& batch) {
    std::unique_ptr<WordCounts> table = tables.take();
    for (const std::string& text : batch) {
      for_each_word(rule, text, [&](std::string_view word) { table->add(word); });
    }
    tables.give_back(std::move(table));
    return 0;
  };
  ordered_map<Batch, int>(context.threads.width(), next_batch, count, [](int) {});
  return tables.sum();
}

}  // namespace

TrainedTokenizer train_tokenizer(const Context& context, const TokenizerOptions& options, const TextSource& next) {
  check(options);
  TrainedTokenizer out;
  const WordCounts words = count_words(context, rule_of(options.split), next, out);
  if (words.size() == 0) {
    throw input_error("there is no text to learn from", {}, "name files with documents");
  }
  out.distinct_words = static_cast<int64_t>(words.size());
  Progress progress(context.progress, "learn merges", static_cast<uint64_t>(options.vocab_size), "tokens");
  size_t reported = 0;
  LearnedMerges learned =
      learn_merges(words, first_tokens(options), options.vocab_size, options.min_frequency, [&](size_t tokens) {
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
