// From a prompt to text: the loop of step, sample, decode, stop.
//
// GenerationStream is that loop turned inside out, for schedulers that step many sequences together; Generator runs it
// for one sequence.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/function_ref.h"
#include "base/recipe.h"
#include "serve/engine/model.h"
#include "serve/engine/sampler.h"
#include "tokens/tokenizer.h"

namespace smelt::serve {

struct GenerateOptions {
  int64_t max_tokens = 256;
  SamplingOptions sampling{};
  std::vector<std::string> stop{};   // ends before the first occurrence, which is not part of the text
  std::vector<uint32_t> stop_ids{};  // beside the model's end tokens; not a recipe key
  bool ignore_eos = false;
  int64_t top_logprobs = 0;
  bool skip_special = true;
  // Called with every step's logits before sampling, for grammars and budgets; may set some to -infinity. Not a recipe
  // key.
  std::function<void(std::span<float>)> adjust_logits{};

  void fields(Fields& f);
};

enum class FinishReason { kNone, kStop, kLength, kCancelled };
const char* finish_reason_name(FinishReason reason);  // "", stop, length, cancelled

struct GeneratedToken {
  uint32_t id = 0;
  float logprob = 0;
  std::vector<std::pair<uint32_t, float>> top;
  // Text that is certain now: whole characters, and nothing that may be the start of a stop string. Often empty; later
  // tokens bring the rest.
  std::string text;
};

// One running generation. Feed it the logits after the prompt and after each token that it gives; it says which token
// comes next. Not thread-safe.
class GenerationStream {
 public:
  // `tokenizer` may be empty: then there is no text, and stop strings are a UserError(kUsage). `end_ids`: the model's
  // end tokens.
  GenerationStream(GenerateOptions options, std::optional<Tokenizer> tokenizer, std::vector<uint32_t> end_ids);

  void see_prompt(std::span<const uint32_t> ids);

  // Chooses from `logits` (which adjust_logits may change). The token that ends the generation (end token, stop id,
  // last one allowed, the one that completes a stop string) is given like any other, with finished() set after; an end
  // token or stop id brings no text of its own.
  GeneratedToken next(std::span<float> logits);
  void cancel();

  bool finished() const { return reason_ != FinishReason::kNone; }
  FinishReason reason() const { return reason_; }
  const std::string& stop_string() const { return stop_string_; }  // the one that ended it, or empty
  const std::vector<uint32_t>& ids() const { return ids_; }        // all tokens given, the ending one included
  const std::string& text() const { return text_; }                // all text given

 private:
  std::string release(const std::string& more, bool last);

  GenerateOptions options_;
  Sampler sampler_;
  std::optional<StreamDecoder> decoder_;
  std::vector<uint32_t> end_ids_;
  std::vector<uint32_t> ids_;
  std::string text_;
  std::string held_;  // decoded, but possibly the start of a stop string
  std::string stop_string_;
  FinishReason reason_ = FinishReason::kNone;
};

struct Generation {
  std::vector<uint32_t> ids;  // without the end token or stop id that ended it
  std::vector<float> logprobs;
  std::string text;
  FinishReason reason = FinishReason::kNone;
  std::string stop_string;
  int64_t prompt_tokens = 0;
  double prefill_seconds = 0;
  double decode_seconds = 0;
};

class Generator {
 public:
  // The tokenizer of the model's folder is loaded when it has one.
  explicit Generator(std::shared_ptr<const Model> model);
  Generator(std::shared_ptr<const Model> model, std::optional<Tokenizer> tokenizer);

  // Takes the prompt into `sequence` (empty, or a continuation) and generates. `on_token` may return false to cancel;
  // `cancel` is polled too. An empty prompt on an empty sequence starts from the begin-of-text token.
  Generation generate(Sequence& sequence, std::span<const uint32_t> prompt, const GenerateOptions& options,
                      FunctionRef<bool(const GeneratedToken&)> on_token,
                      const std::atomic<bool>* cancel = nullptr) const;
  Generation generate(std::span<const uint32_t> prompt, const GenerateOptions& options) const;
  // Text prompt; needs a tokenizer.
  Generation generate(const std::string& prompt, const GenerateOptions& options) const;

  const Model& model() const { return *model_; }
  const std::optional<Tokenizer>& tokenizer() const { return tokenizer_; }
  // The end tokens of config.json and the tokenizer's.
  std::vector<uint32_t> end_ids() const;

 private:
  std::shared_ptr<const Model> model_;
  std::optional<Tokenizer> tokenizer_;
};

}  // namespace smelt::serve
