// A loaded model: token ids in, logits out, in fp32 arithmetic over weights that stay mapped as stored (float32 or
// bfloat16).
//
// prefill() in any cut and step() agree to rounding (chunked scan against recurrence); a sequence's logits do not
// depend on which others share its batch, nor on the number of threads. Mathematics: Nemotron-H (arXiv 2504.03624): h
// += mixer(RMSNorm(h)) per layer, final norm, output layer.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "arch/model_config.h"
#include "base/threads.h"
#include "serve/engine/sequence.h"

namespace smelt::serve {

enum class LogitsOf { kLast, kAll };

// Thread safety: all calls are const and may run at the same time on different sequences. The executor outlives the
// model.
class Model {
 public:
  // Opens a Hugging Face model folder. UserError(kInput) where it is broken, does not fit its config.json, or has
  // experts.
  static std::shared_ptr<const Model> load(const std::string& directory, Executor& executor);
  ~Model();
  Model(const Model&) = delete;
  Model& operator=(const Model&) = delete;

  const ModelConfig& config() const;
  const std::string& directory() const;
  int64_t vocab_size() const { return config().vocab_size; }
  int64_t weight_bytes() const;         // as stored
  int64_t bytes_read_per_step() const;  // weights that one decode step reads, for rooflines
  Executor& executor() const;
  Sequence new_sequence() const { return Sequence(config()); }

  // Takes `ids` in, after what the sequence holds. Logits [vocab_size] of the last token or [ids.size(), vocab_size] of
  // all, row-major. No ids: no logits. An id outside the vocabulary is a UserError(kInput), and the sequence is as
  // before.
  std::vector<float> prefill(Sequence& sequence, std::span<const uint32_t> ids, LogitsOf of = LogitsOf::kLast) const;

  // One token: logits [vocab_size].
  std::vector<float> step(Sequence& sequence, uint32_t id) const;

  // One token for each of several different sequences; logits [sequences.size(), vocab_size] into `logits`, which is
  // resized. Reads the weights once.
  void step_batch(std::span<Sequence* const> sequences, std::span<const uint32_t> ids,
                  std::vector<float>& logits) const;

  // Natural log of p(ids[i] | ids[0..i-1]) at i, for i >= 1; at 0 NaN, since nothing comes before it.
  std::vector<double> score(std::span<const uint32_t> ids) const;
  // The same for a continuation of what the sequence holds; `before` are the logits of its last token, empty where
  // there is none. Takes ids in.
  std::vector<double> score(Sequence& sequence, std::span<const float> before, std::span<const uint32_t> ids) const;

 private:
  struct State;
  explicit Model(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// log(softmax(logits))[id], computed in double.
double log_probability(std::span<const float> logits, uint32_t id);

}  // namespace smelt::serve
