#include "eval/measure.h"

#include <algorithm>
#include <cmath>

#include "eval/compressor.h"

namespace smelt {

Json to_json(const HeldoutSet& heldout) {
  Json out = Json::object();
  out["documents"] = static_cast<int64_t>(heldout.documents.size());
  out["bytes"] = heldout.bytes;
  out["tokens"] = heldout.tokens;
  out["available_documents"] = heldout.available_documents;
  out["available_bytes"] = heldout.available_bytes;
  out["rule"] = kPaymentRule;
  return out;
}

Json to_json(const BitsPerByte& figure) {
  Json out = Json::object();
  out["bits_per_byte"] = figure.bits_per_byte;
  out["low"] = figure.low;
  out["high"] = figure.high;
  out["bits_per_token"] = figure.bits_per_token;
  out["documents"] = figure.documents;
  out["bytes"] = figure.bytes;
  out["tokens"] = figure.tokens;
  return out;
}

Json to_json(const Accuracy& figure) {
  Json out = Json::object();
  out["correct"] = figure.correct;
  out["accuracy"] = figure.accuracy;
  out["low"] = figure.low;
  out["high"] = figure.high;
  return out;
}

BitsPerByte measure_bits(const Context& context, const serve::Model& model, const HeldoutSet& heldout,
                         const ReadingOptions& options, int64_t max_bytes) {
  const int64_t window = std::max<int64_t>(
      2, options.context_length > 0 ? options.context_length : model.config().max_position_embeddings);
  const auto overlap = std::min(window - 1, static_cast<int64_t>(static_cast<double>(window) * options.overlap));
  Progress progress(context.progress, "bits per byte", static_cast<uint64_t>(std::min(max_bytes, heldout.bytes)),
                    "bytes");
  std::vector<DocumentBits> documents;
  int64_t bytes = 0;
  for (const HeldoutDocument& document : heldout.documents) {
    context.stop_if_asked();
    if (bytes >= max_bytes) {
      break;
    }
    const std::vector<double> scores = score_in_windows([&](std::span<const uint32_t> ids) { return model.score(ids); },
                                                        heldout.eos_id, document.ids, window, overlap);
    const auto size = static_cast<int64_t>(document.text.size());
    documents.push_back({bits_of(scores), size, static_cast<int64_t>(document.ids.size())});
    bytes += size;
    progress.add(document.text.size());
  }
  return summarize_bits(documents, context.seed);
}

BitsPerByte uniform_bits(const HeldoutSet& heldout, uint32_t vocab_size, uint64_t seed) {
  std::vector<DocumentBits> documents;
  for (const HeldoutDocument& document : heldout.documents) {
    const auto tokens = static_cast<int64_t>(document.ids.size());
    documents.push_back({static_cast<double>(tokens) * std::log2(static_cast<double>(vocab_size)),
                         static_cast<int64_t>(document.text.size()), tokens});
  }
  return summarize_bits(documents, seed);
}

Json measure_compressor(const HeldoutSet& heldout, std::string_view training_text) {
  const uint64_t size = compressed_size(training_text, heldout.joined_text());
  Json out = Json::object();
  out["bits_per_byte"] = 8.0 * static_cast<double>(size) / static_cast<double>(heldout.bytes);
  out["compressed_bytes"] = size;
  out["level"] = kCompressorLevel;
  out["training_bytes"] = static_cast<int64_t>(training_text.size());
  return out;
}

Json measure_cloze(const Context& context, const HeldoutSet& heldout, const Tokenizer& tokenizer,
                   const ClozeOptions& options, DecodeGreedily decode) {
  int64_t correct = 0;
  const std::vector<ClozeItem> items = choose_cloze_items(heldout, options.items, options.words, context.seed);
  Progress progress(context.progress, "cloze", items.size(), "passages");
  for (const ClozeItem& item : items) {
    context.stop_if_asked();
    progress.add(1);
    correct += guesses_word(item, tokenizer, heldout.eos_id, decode) ? 1 : 0;
  }
  Json out = to_json(summarize_guesses(correct, static_cast<int64_t>(items.size())));
  out["items"] = static_cast<int64_t>(items.size());
  return out;
}

Json measure_cloze(const Context& context, const HeldoutSet& heldout, const Tokenizer& tokenizer,
                   const ClozeOptions& options, const serve::Model& model) {
  return measure_cloze(context, heldout, tokenizer, options, [&](std::span<const uint32_t> prompt, OnToken on_token) {
    serve::Sequence sequence = model.new_sequence();
    std::vector<float> logits = model.prefill(sequence, prompt);
    while (true) {
      const auto best = static_cast<uint32_t>(std::max_element(logits.begin(), logits.end()) - logits.begin());
      if (!on_token(best)) {
        return;
      }
      logits = model.step(sequence, best);
    }
  });
}

}  // namespace smelt
