// The model as the scheduler sees it: states that take tokens in, many at a time for one state or one for each of many.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "serve/engine/model.h"

namespace smelt::serve {

// What the model remembers of one sequence.
class StepState {
 public:
  virtual ~StepState() = default;
  virtual std::unique_ptr<StepState> copy() const = 0;
  virtual int64_t bytes() const = 0;
};

// Called by one thread at a time.
class StepModel {
 public:
  virtual ~StepModel() = default;
  virtual int64_t vocab_size() const = 0;
  virtual std::unique_ptr<StepState> new_state() const = 0;
  // Takes `ids` in; logits of the last one, or of all of them, row after row.
  virtual std::vector<float> prefill(StepState& state, std::span<const uint32_t> ids, bool all) const = 0;
  // One token for each state; logits [states.size(), vocab_size].
  virtual void step_batch(std::span<StepState* const> states, std::span<const uint32_t> ids,
                          std::vector<float>& logits) const = 0;
};

std::shared_ptr<const StepModel> make_step_model(std::shared_ptr<const Model> model);

}  // namespace smelt::serve
