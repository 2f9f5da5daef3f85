#include "train/options.h"

#include "base/error.h"

namespace smelt {

void ModelOptions::fields(Fields& f) {
  f("from", from, "a model directory to go on from; the shape below is then not used. Empty: a fresh model");
  f("pattern", pattern, "one symbol a layer: M Mamba-2, * attention, - feed-forward");
  f("hidden_size", hidden_size, "width of the residual stream", {.min = 1});
  f("intermediate_size", intermediate_size, "width inside the feed-forward layers", {.min = 1});
  f("num_attention_heads", num_attention_heads, "query heads", {.min = 1});
  f("num_key_value_heads", num_key_value_heads, "key and value heads; divides num_attention_heads", {.min = 1});
  f("head_dim", head_dim, "width of an attention head", {.min = 1});
  f("mamba_num_heads", mamba_num_heads, "heads of a Mamba-2 layer", {.min = 1});
  f("mamba_head_dim", mamba_head_dim, "width of a Mamba-2 head", {.min = 1});
  f("n_groups", n_groups, "groups of Mamba-2 heads that share B and C; divides mamba_num_heads", {.min = 1});
  f("ssm_state_size", ssm_state_size, "state columns of a Mamba-2 head", {.min = 1});
  f("conv_kernel", conv_kernel, "taps of the causal convolution", {.min = 1});
  f("chunk_size", chunk_size, "tokens of a chunk of the scan; changes speed, not the model", {.min = 1});
  f("initializer_range", initializer_range, "standard deviation of fresh linear weights", {.min = 0});
  f("tie_word_embeddings", tie_word_embeddings, "whether the output layer is the embedding");
}

void OptimizerOptions::fields(Fields& f) {
  f.choice("kind", kind, {"adamw", "muon"},
           "adamw: AdamW for every parameter; muon: the matrices of the layers by orthogonalised momentum, at the same "
           "learning rate, the rest by AdamW");
  f("beta1", beta1, "AdamW: decay of the mean of gradients", {.min = 0, .max = 1});
  f("beta2", beta2, "AdamW: decay of the mean of squared gradients", {.min = 0, .max = 1});
  f("epsilon", epsilon, "AdamW: added to the root of the mean square", {.min = 0});
  f("momentum", momentum, "Muon: decay of the sum of gradients", {.min = 0, .max = 1});
  f("weight_decay", weight_decay, "decoupled weight decay of matrices; norms, biases, A_log, D and dt_bias have none",
    {.min = 0});
  f("clip_norm", clip_norm, "gradients longer than this are scaled down to it; 0 = never", {.min = 0});
}

void TrainOptions::fields(Fields& f) {
  f.table("model", model, "the model's shape");
  f("seq_length", seq_length, "tokens of a training sequence", {.min = 2, .max = 1 << 20});
  f("micro_batch", micro_batch, "sequences of one forward and backward pass", {.min = 1, .max = 1 << 16});
  f("accumulation", accumulation, "passes whose gradients add up to one step; as many as there are threads run at once",
    {.min = 1, .max = 1 << 16});
  f("steps", steps, "steps to train; 0 = given by tokens", {.min = 0});
  f("tokens", tokens, "tokens to train on, rounded up to whole steps; 0 = given by steps", {.min = 0});
  f.table("schedule", schedule, "the learning rate over the steps");
  f.table("optimizer", optimizer, "the optimizer and clipping");
  f("validate_every", validate_every,
    "steps between losses on the held-out tokens; the last step has one always. 0 = only there", {.min = 0});
  f("validation_sequences", validation_sequences, "held-out sequences per validation, always the same", {.min = 1});
  f("checkpoint_every", checkpoint_every, "steps between checkpoints; 0 = only at the end and when stopped",
    {.min = 0});
  f("keep_checkpoints", keep_checkpoints, "how many of the newest checkpoints stay while training", {.min = 1});
  f("milestones", milestones,
    "snapshots of the model along the way, evenly spaced, the last at the end, beside one of a fresh model before the "
    "first step; 0 = none",
    {.min = 0, .max = 1000});
  f("max_bad_steps", max_bad_steps,
    "steps in a row with a loss or gradient that is not finite before training gives up", {.min = 1});
  f("recompute", recompute,
    "keep no activations of the layers, compute them again in the backward pass: less memory, a third more time");
  f.choice("save_dtype", save_dtype, {"bfloat16", "float32"}, "what the final model's weights are stored as");
}

int64_t TrainOptions::total_steps() const {
  if ((steps > 0) == (tokens > 0)) {
    throw usage_error(steps > 0 ? "both steps and tokens are given" : "neither steps nor tokens is given",
                      "train.steps", "set exactly one of train.steps and train.tokens");
  }
  return steps > 0 ? steps : (tokens + tokens_per_step() - 1) / tokens_per_step();
}

void TrainOptions::check() const {
  [[maybe_unused]] const Schedule fits(schedule, total_steps());
  if (model.from.empty()) {
    make_model_config(model, 1, seq_length);
  }
}

ModelConfig make_model_config(const ModelOptions& options, int64_t vocab_size, int64_t seq_length) {
  ModelConfig config;
  config.vocab_size = vocab_size;
  config.hybrid_override_pattern = options.pattern;
  config.hidden_size = options.hidden_size;
  config.intermediate_size = options.intermediate_size;
  config.num_attention_heads = options.num_attention_heads;
  config.num_key_value_heads = options.num_key_value_heads;
  config.head_dim = options.head_dim;
  config.mamba_num_heads = options.mamba_num_heads;
  config.mamba_head_dim = options.mamba_head_dim;
  config.n_groups = options.n_groups;
  config.ssm_state_size = options.ssm_state_size;
  config.conv_kernel = options.conv_kernel;
  config.chunk_size = options.chunk_size;
  config.initializer_range = options.initializer_range;
  config.tie_word_embeddings = options.tie_word_embeddings;
  config.max_position_embeddings = seq_length;
  config.validate("train.model");
  return config;
}

}  // namespace smelt
