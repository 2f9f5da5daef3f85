#include "serve/http/step_model.h"

namespace smelt::serve {

namespace {

struct SequenceState : StepState {
  explicit SequenceState(Sequence held) : sequence(std::move(held)) {}
  std::unique_ptr<StepState> copy() const override { return std::make_unique<SequenceState>(sequence); }
  int64_t bytes() const override { return sequence.bytes(); }
  Sequence sequence;
};

Sequence& sequence_of(StepState& state) {
  return static_cast<SequenceState&>(state).sequence;
}

class ModelSteps : public StepModel {
 public:
  explicit ModelSteps(std::shared_ptr<const Model> model) : model_(std::move(model)) {}

  int64_t vocab_size() const override { return model_->vocab_size(); }
  std::unique_ptr<StepState> new_state() const override {
    return std::make_unique<SequenceState>(model_->new_sequence());
  }
  std::vector<float> prefill(StepState& state, std::span<const uint32_t> ids, bool all) const override {
    return model_->prefill(sequence_of(state), ids, all ? LogitsOf::kAll : LogitsOf::kLast);
  }
  void step_batch(std::span<StepState* const> states, std::span<const uint32_t> ids,
                  std::vector<float>& logits) const override {
    std::vector<Sequence*> sequences;
    sequences.reserve(states.size());
    for (StepState* state : states) {
      sequences.push_back(&sequence_of(*state));
    }
    model_->step_batch(sequences, ids, logits);
  }

 private:
  std::shared_ptr<const Model> model_;
};

}  // namespace

std::shared_ptr<const StepModel> make_step_model(std::shared_ptr<const Model> model) {
  return std::make_shared<ModelSteps>(std::move(model));
}

}  // namespace smelt::serve
