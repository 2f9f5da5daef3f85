#include "serve/engine/generator.h"

#include <algorithm>
#include <chrono>

#include "base/error.h"
#include "base/files.h"

namespace smelt::serve {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// The length of the longest end of `text` that could be the start of a stop string.
size_t possible_stop(const std::string& text, const std::vector<std::string>& stops) {
  size_t longest = 0;
  for (const std::string& stop : stops) {
    for (size_t length = std::min(stop.size() - 1, text.size()); length > longest; --length) {
      if (text.compare(text.size() - length, length, stop, 0, length) == 0) {
        longest = length;
        break;
      }
    }
  }
  return longest;
}

std::optional<Tokenizer> tokenizer_of(const std::string& directory) {
  for (const char* name : {"/tokenizer.json", "/vocab.json"}) {
    if (path_exists(directory + name)) {
      return Tokenizer::load(directory);
    }
  }
  return std::nullopt;
}

}  // namespace

void GenerateOptions::fields(Fields& f) {
  f("max_tokens", max_tokens, "most tokens to generate", {0});
  f.table("sampling", sampling, "how tokens are chosen");
  f("stop", stop, "texts that end the generation; they are not part of it");
  f("ignore_eos", ignore_eos, "go on past the model's end tokens");
  f("top_logprobs", top_logprobs, "how many of the likeliest tokens to report at each position", {0, 100});
  f("skip_special", skip_special, "leave special tokens out of the text");
}

const char* finish_reason_name(FinishReason reason) {
  switch (reason) {
    case FinishReason::kNone:
      return "";
    case FinishReason::kStop:
      return "stop";
    case FinishReason::kLength:
      return "length";
    case FinishReason::kCancelled:
      return "cancelled";
  }
  return "";
}

GenerationStream::GenerationStream(GenerateOptions options, std::optional<Tokenizer> tokenizer,
                                   std::vector<uint32_t> end_ids)
    : options_(std::move(options)), sampler_(options_.sampling), end_ids_(std::move(end_ids)) {
  if (options_.ignore_eos) {
    end_ids_.clear();
  }
  end_ids_.insert(end_ids_.end(), options_.stop_ids.begin(), options_.stop_ids.end());
  std::erase(options_.stop, std::string());
  if (!options_.stop.empty() && !tokenizer) {
    throw usage_error("stop strings need a tokenizer", "stop", "put tokenizer.json into the model's folder");
  }
  if (tokenizer) {
    decoder_.emplace(std::move(*tokenizer), options_.skip_special);
  }
  if (options_.max_tokens <= 0) {
    reason_ = FinishReason::kLength;
  }
}

void GenerationStream::see_prompt(std::span<const uint32_t> ids) {
  sampler_.see_prompt(ids);
}

void GenerationStream::cancel() {
  if (!finished()) {
    reason_ = FinishReason::kCancelled;
  }
}

// Adds decoded text and gives the part that can be shown. `last`: nothing follows, so nothing is held back.
std::string GenerationStream::release(const std::string& more, bool last) {
  held_ += more;
  size_t first = std::string::npos;
  for (const std::string& stop : options_.stop) {
    const size_t at = held_.find(stop);
    if (at < first) {
      first = at;
      stop_string_ = stop;
    }
  }
  if (first != std::string::npos) {
    reason_ = FinishReason::kStop;
    held_.resize(first);
    last = true;
  }
  const size_t kept = last ? 0 : possible_stop(held_, options_.stop);
  std::string out = held_.substr(0, held_.size() - kept);
  held_.erase(0, out.size());
  text_ += out;
  return out;
}

GeneratedToken GenerationStream::next(std::span<float> logits) {
  SMELT_CHECK(!finished());
  if (options_.adjust_logits) {
    options_.adjust_logits(logits);
  }
  SampledToken sampled = sampler_.sample(logits, static_cast<int64_t>(ids_.size()), options_.top_logprobs);
  GeneratedToken out;
  out.id = sampled.id;
  out.logprob = sampled.logprob;
  out.top = std::move(sampled.top);
  ids_.push_back(out.id);
  const bool ended = std::find(end_ids_.begin(), end_ids_.end(), out.id) != end_ids_.end();
  const bool full = static_cast<int64_t>(ids_.size()) >= options_.max_tokens;
  if (ended || full) {
    reason_ = ended ? FinishReason::kStop : FinishReason::kLength;
  }
  if (decoder_) {
    std::string more = ended ? std::string() : decoder_->push(out.id);
    if (ended || full) {
      more += decoder_->finish();
    }
    out.text = release(more, ended || full);
  }
  return out;
}

Generator::Generator(std::shared_ptr<const Model> model)
    : model_(std::move(model)), tokenizer_(tokenizer_of(model_->directory())) {}

Generator::Generator(std::shared_ptr<const Model> model, std::optional<Tokenizer> tokenizer)
    : model_(std::move(model)), tokenizer_(std::move(tokenizer)) {}

std::vector<uint32_t> Generator::end_ids() const {
  std::vector<uint32_t> out;
  for (const int64_t id : model_->config().eos_token_ids) {
    if (id >= 0 && id < model_->vocab_size()) {
      out.push_back(static_cast<uint32_t>(id));
    }
  }
  if (tokenizer_ && tokenizer_->eos_id()) {
    out.push_back(*tokenizer_->eos_id());
  }
  return out;
}

Generation Generator::generate(Sequence& sequence, std::span<const uint32_t> prompt, const GenerateOptions& options,
                               FunctionRef<bool(const GeneratedToken&)> on_token,
                               const std::atomic<bool>* cancel) const {
  std::vector<uint32_t> ids(prompt.begin(), prompt.end());
  if (ids.empty()) {
    if (sequence.length() > 0) {
      throw usage_error("nothing to continue from: the prompt is empty", "prompt", "give at least one token");
    }
    ids.push_back(static_cast<uint32_t>(model_->config().bos_token_id));
  }
  const std::vector<uint32_t> ends = end_ids();
  GenerationStream stream(options, tokenizer_, ends);
  stream.see_prompt(ids);
  Generation out;
  out.prompt_tokens = static_cast<int64_t>(ids.size());
  auto start = Clock::now();
  std::vector<float> logits = model_->prefill(sequence, ids);
  out.prefill_seconds = seconds_since(start);
  start = Clock::now();
  while (!stream.finished()) {
    const GeneratedToken token = stream.next(logits);
    out.logprobs.push_back(token.logprob);
    if (!on_token(token) || (cancel != nullptr && cancel->load(std::memory_order_relaxed))) {
      stream.cancel();
    }
    if (!stream.finished()) {
      logits = model_->step(sequence, token.id);
    }
  }
  out.decode_seconds = seconds_since(start);
  out.ids = stream.ids();
  out.text = stream.text();
  out.reason = stream.reason();
  out.stop_string = stream.stop_string();
  if (out.reason == FinishReason::kStop && out.stop_string.empty() && !out.ids.empty()) {
    out.ids.pop_back();
    out.logprobs.pop_back();
  }
  return out;
}

Generation Generator::generate(std::span<const uint32_t> prompt, const GenerateOptions& options) const {
  Sequence sequence = model_->new_sequence();
  return generate(sequence, prompt, options, [](const GeneratedToken&) { return true; });
}

Generation Generator::generate(const std::string& prompt, const GenerateOptions& options) const {
  if (!tokenizer_) {
    throw usage_error("a text prompt needs a tokenizer", model_->directory(),
                      "put tokenizer.json into the model's folder");
  }
  return generate(tokenizer_->encode(prompt), options);
}

}  // namespace smelt::serve
