// Totals against the published models: tensor and parameter counts, states and cache sizes.
#include "arch/counts.h"

#include <set>

#include <gtest/gtest.h>

#include "arch/tensors.h"

namespace smelt {
namespace {

ModelConfig nemotron_h_8b() {
  return ModelConfig{};
}

ModelConfig nemotron_h_47b() {
  ModelConfig c;
  c.hidden_size = 8192;
  c.hybrid_override_pattern =
      "M-M-M-M-M-M-M-M-M*-M-M-M-M-M-M-M-M-M-M*-M-M-M-M-M*-M-M-M-M-M*-M-M-M-M-M-M-M---MM---M-M*-M-M-M-M-M-";
  c.num_attention_heads = 64;
  c.mamba_num_heads = 256;
  c.ssm_state_size = 256;
  c.intermediate_size = 30720;
  return c;
}

ModelConfig nano_9b_v2() {
  ModelConfig c;
  c.hidden_size = 4480;
  c.hybrid_override_pattern = "M-M-M-MM-M-M-M*-M-M-M*-M-M-M-M*-M-M-M-M*-M-MM-M-M-M-M-M-";
  c.num_attention_heads = 40;
  c.mamba_num_heads = 128;
  c.mamba_head_dim = 80;
  c.intermediate_size = 15680;
  return c;
}

ModelConfig nano_3_4b() {
  ModelConfig c;
  c.hidden_size = 3136;
  c.hybrid_override_pattern = "M-M-M-MM-M-M*-M-M*-M-M-M*-M-M-MM*-MMM-M-M-";
  c.num_attention_heads = 40;
  c.mamba_num_heads = 96;
  c.mamba_head_dim = 80;
  c.intermediate_size = 12544;
  return c;
}

ModelConfig nano_3_30b() {
  ModelConfig c;
  c.hidden_size = 2688;
  c.hybrid_override_pattern = "MEMEM*EMEMEM*EMEMEM*EMEMEM*EMEMEM*EMEMEMEM*EMEMEMEME";
  c.num_attention_heads = 32;
  c.num_key_value_heads = 2;
  c.mamba_num_heads = 64;
  c.n_routed_experts = 128;
  c.num_experts_per_tok = 6;
  c.moe_intermediate_size = 1856;
  c.moe_shared_expert_intermediate_size = 3712;
  return c;
}

ModelConfig super_120b() {
  ModelConfig c;
  c.hidden_size = 4096;
  c.hybrid_override_pattern =
      "MEMEMEM*EMEMEMEM*EMEMEMEM*EMEMEMEMEM*EMEMEMEMEM*EMEMEMEMEM*EMEMEMEMEM*EMEMEMEM*EMEMEMEME";
  c.num_key_value_heads = 2;
  c.n_routed_experts = 512;
  c.num_experts_per_tok = 22;
  c.moe_intermediate_size = 2688;
  c.moe_shared_expert_intermediate_size = 5376;
  c.moe_latent_size = 1024;
  c.num_nextn_predict_layers = 1;
  return c;
}

void expect_rounds_to(int64_t value, double billions, double half_unit) {
  EXPECT_NEAR(static_cast<double>(value) / 1e9, billions, half_unit) << value;
}

TEST(Counts, PublishedTotalsExactly) {
  const ParameterCounts nano4 = count_parameters(nano_3_4b());
  EXPECT_EQ(nano4.tensors, 263);
  EXPECT_EQ(nano4.total, 3'973'556'832);
  const ParameterCounts nano30 = count_parameters(nano_3_30b());
  EXPECT_EQ(nano30.tensors, 6'243);
  EXPECT_EQ(nano30.total, 31'577'940'288);
  ModelConfig lightning = nano_3_30b();
  lightning.num_nextn_predict_layers = 1;
  EXPECT_EQ(count_parameters(lightning).tensors, 6'513);
  EXPECT_EQ(count_parameters(lightning).total, 32'913'266'240);
  const ParameterCounts super = count_parameters(super_120b());
  EXPECT_EQ(super.tensors, 42'683);
  EXPECT_EQ(super.total, 123'611'033'088);
  expect_rounds_to(super.mtp, 2.942, 0.0005);
}

TEST(Counts, PublishedTotalsRounded) {
  expect_rounds_to(count_parameters(nemotron_h_8b()).total, 8.101, 0.0005);
  expect_rounds_to(count_parameters(nemotron_h_47b()).total, 46.79, 0.005);
  expect_rounds_to(count_parameters(nano_9b_v2()).total, 8.888, 0.0005);
  expect_rounds_to(count_parameters(nano_3_30b()).active, 3.58, 0.005);
  expect_rounds_to(count_parameters(super_120b()).active, 12.77, 0.005);
}

TEST(Counts, PartsAddUp) {
  ModelConfig c = nemotron_h_8b();
  const ParameterCounts counts = count_parameters(c);
  EXPECT_EQ(counts.embedding, 2 * c.vocab_size * c.hidden_size);
  EXPECT_EQ(counts.embedding + counts.non_embedding, counts.total);
  EXPECT_EQ(counts.active, counts.total);
  c.tie_word_embeddings = true;
  EXPECT_EQ(count_parameters(c).total, counts.total - c.vocab_size * c.hidden_size);
}

TEST(Counts, StatesAndCacheOfPublishedModels) {
  EXPECT_EQ(kv_bytes_per_token(nano_3_30b(), 2), 6144);
  EXPECT_EQ(kv_bytes_per_token(nano_9b_v2(), 2), 16384);
  EXPECT_EQ(kv_bytes_per_token(nemotron_h_8b(), 2), 16384);
  EXPECT_EQ(ssm_state_bytes(nano_3_30b()), 23LL * 64 * 64 * 128 * 4);
  EXPECT_NEAR(static_cast<double>(ssm_state_bytes(nano_9b_v2())), 141.6e6, 0.05e6);
  EXPECT_NEAR(static_cast<double>(ssm_state_bytes(nemotron_h_8b())), 100.7e6, 0.05e6);
  EXPECT_EQ(conv_state_bytes(nemotron_h_8b()), 24LL * 10240 * 3 * 4);
}

TEST(Counts, DerivedShapesOfPublishedModels) {
  EXPECT_EQ(nemotron_h_8b().in_proj_rows(), 18560);
  EXPECT_EQ(nemotron_h_8b().conv_dim(), 10240);
  EXPECT_EQ(nemotron_h_47b().in_proj_rows(), 37120);
  EXPECT_EQ(nano_3_4b().in_proj_rows(), 17504);
  EXPECT_EQ(nano_3_30b().in_proj_rows(), 10304);
  EXPECT_EQ(nano_3_30b().conv_dim(), 6144);
}

TEST(Counts, FlopsOfOneLayerEach) {
  ModelConfig c;
  c.vocab_size = 10;
  c.hidden_size = 4;
  c.intermediate_size = 8;
  c.num_attention_heads = 2;
  c.num_key_value_heads = 1;
  c.head_dim = 3;
  c.mamba_num_heads = 2;
  c.mamba_head_dim = 3;
  c.n_groups = 1;
  c.ssm_state_size = 5;
  const double logits = 2.0 * 4 * 10;
  c.hybrid_override_pattern = "-";
  EXPECT_DOUBLE_EQ(forward_flops_per_token(c, 7), 2.0 * (4 * 8 + 8 * 4) + logits);
  c.hybrid_override_pattern = "*";
  EXPECT_DOUBLE_EQ(forward_flops_per_token(c, 7), 2.0 * (4 * 6 + 2 * 4 * 3 + 6 * 4) + 0.5 * (4.0 * 7 * 6) + logits);
  c.hybrid_override_pattern = "M";
  EXPECT_DOUBLE_EQ(forward_flops_per_token(c, 7), 2.0 * 4 * (6 + 6 + 2 * 5 + 2) + 7.0 * 6 * 5 + 2.0 * 6 * 4 + logits);
  EXPECT_DOUBLE_EQ(training_flops_per_token(c, 7), 3.0 * forward_flops_per_token(c, 7));
}

// The rule of thumb 6 * parameters holds for the linear part: the rest is the scan and the attention core.
TEST(Counts, TrainingFlopsAreSixPerMatrixParameter) {
  const ModelConfig c = nemotron_h_8b();
  double matrix = 0;
  for (const TensorSpec& spec : tensor_specs(c)) {
    matrix += spec.decays && spec.role != TensorRole::kEmbedding && spec.role != TensorRole::kMambaConv
                  ? static_cast<double>(spec.count())
                  : 0.0;
  }
  const double scan = 24 * 7.0 * static_cast<double>(c.d_inner() * c.ssm_state_size);
  EXPECT_NEAR(training_flops_per_token(c, 0) / (6 * matrix + 3 * scan), 1.0, 1e-12);
}

TEST(Tensors, NamesAreUniqueAndDecayIsForMatrices) {
  std::set<std::string> names;
  for (const TensorSpec& spec : tensor_specs(nano_3_4b())) {
    EXPECT_TRUE(names.insert(spec.name).second) << spec.name;
    EXPECT_EQ(spec.decays, spec.shape.size() > 1) << spec.name;
  }
  EXPECT_TRUE(names.contains("backbone.layers.0.mixer.A_log"));
  EXPECT_TRUE(names.contains("backbone.layers.12.mixer.q_proj.weight"));
  EXPECT_EQ(layer_tensor_name(3, "norm.weight"), "backbone.layers.3.norm.weight");
}

}  // namespace
}  // namespace smelt
