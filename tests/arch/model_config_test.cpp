#include "arch/model_config.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"

namespace smelt {
namespace {

using testing::HasSubstr;

Json parse(const std::string& text) {
  return Json::parse(text).value();
}

std::string error_of(const std::string& text) {
  try {
    model_config_from_json(parse(text), "config.json");
  } catch (const UserError& error) {
    EXPECT_EQ(error.code(), ExitCode::kInput);
    return error.what();
  }
  return "no error";
}

std::string small(const std::string& more) {
  return R"({"model_type": "nemotron_h", "hidden_size": 64, "vocab_size": 100, "intermediate_size": 96, "mamba_num_heads": 4,
            "mamba_head_dim": 16, "n_groups": 2, "ssm_state_size": 8, "num_attention_heads": 4, "num_key_value_heads": 2,
            "head_dim": 16)" +
         more + "}";
}

TEST(ModelConfig, WritesWhatItReads) {
  ModelConfig config;
  config.hidden_size = 96;
  config.hybrid_override_pattern = "M*-M";
  config.mamba_num_heads = 6;
  config.n_groups = 3;
  config.layer_norm_epsilon = 3e-6;
  config.time_step_limit = {0.25, 7.5};
  config.eos_token_ids = {2, 11};
  config.torch_dtype = "float32";
  config.use_conv_bias = false;
  config.tie_word_embeddings = true;
  EXPECT_EQ(model_config_from_json(parse(model_config_text(config)), "x"), config);

  config.hybrid_override_pattern = "ME*E";
  config.n_routed_experts = 8;
  config.num_experts_per_tok = 3;
  config.moe_intermediate_size = 40;
  config.moe_shared_expert_intermediate_size = 80;
  config.moe_latent_size = 24;
  config.routed_scaling_factor = 2.5;
  config.num_nextn_predict_layers = 1;
  EXPECT_EQ(model_config_from_json(parse(model_config_text(config)), "x"), config);
}

TEST(ModelConfig, WritesTheReleasedStyle) {
  const std::string text = model_config_text(ModelConfig{});
  EXPECT_THAT(text, HasSubstr("Infinity\n"));
  EXPECT_EQ(text.find("\"Infinity\""), std::string::npos);
  EXPECT_THAT(text, HasSubstr("\"architectures\": [\n    \"NemotronHForCausalLM\"\n  ]"));
  EXPECT_THAT(text, HasSubstr("\"num_hidden_layers\": 52,"));
  EXPECT_EQ(text.find("num_experts_per_tok"), std::string::npos);
}

TEST(ModelConfig, ReadsOlderAndNewerSpellings) {
  const ModelConfig older = model_config_from_json(
      parse(small(R"(, "hybrid_override_pattern": "M*-", "norm_eps": 1e-6, "time_step_limit": [0.0, Infinity])")), "x");
  EXPECT_EQ(older.layer_norm_epsilon, 1e-6);
  EXPECT_TRUE(std::isinf(older.time_step_limit[1]));
  const ModelConfig newer = model_config_from_json(
      parse(small(
          R"(, "layers_block_type": ["linear_attention", "full_attention", "mlp"], "mamba_chunk_size": 32, "dtype": "float32",
                      "mamba_dt_limit": null, "mamba_d_conv": 3, "mamba_conv_bias": false, "num_hidden_layers": 3)")),
      "x");
  EXPECT_EQ(newer.hybrid_override_pattern, "M*-");
  EXPECT_EQ(newer.chunk_size, 32);
  EXPECT_EQ(newer.conv_kernel, 3);
  EXPECT_FALSE(newer.use_conv_bias);
  EXPECT_EQ(newer.torch_dtype, "float32");
  EXPECT_TRUE(std::isinf(newer.time_step_limit[1]));
  const ModelConfig words = model_config_from_json(
      parse(small(
          R"(, "layer_types": ["mamba", "attention", "mlp"], "time_step_limit": [0.001, {"__float__": "Infinity"}],
                      "eos_token_id": [2, 11])")),
      "x");
  EXPECT_EQ(words.hybrid_override_pattern, "M*-");
  EXPECT_EQ(words.time_step_limit[0], 0.001);
  EXPECT_EQ(words.eos_token_ids, (std::vector<int64_t>{2, 11}));
}

TEST(ModelConfig, RouterGroupsAreNotMambaGroups) {
  const ModelConfig config =
      model_config_from_json(parse(small(R"(, "hybrid_override_pattern": "M", "n_group": 1, "topk_group": 1)")), "x");
  EXPECT_EQ(config.n_groups, 2);
  EXPECT_EQ(config.n_group, 1);
}

TEST(ModelConfig, NamesTheKeyThatIsWrong) {
  const std::string pattern = R"(, "hybrid_override_pattern": "M*-")";
  EXPECT_THAT(error_of(R"({"model_type": "llama"})"), HasSubstr("config.json: model_type: the model type 'llama'"));
  EXPECT_THAT(error_of(R"({"architectures": ["MambaForCausalLM"]})"), HasSubstr("architectures"));
  EXPECT_THAT(error_of("{}"), HasSubstr("neither model_type nor architectures"));
  EXPECT_THAT(error_of("[]"), HasSubstr("not an object"));
  EXPECT_THAT(error_of(small("")), HasSubstr("hybrid_override_pattern: the layer pattern is missing"));
  EXPECT_THAT(error_of(small(R"(, "hybrid_override_pattern": "M*x-")")), HasSubstr("column 3: 'x' is no layer symbol"));
  EXPECT_THAT(error_of(small(R"(, "hybrid_override_pattern": "M/M")")), HasSubstr("column 2: multi-token prediction"));
  EXPECT_THAT(error_of(small(R"(, "hybrid_override_pattern": "")")), HasSubstr("empty"));
  EXPECT_THAT(error_of(small(R"(, "layers_block_type": ["mamba", "attn"])")),
              HasSubstr("layers_block_type[1]: 'attn'"));
  EXPECT_THAT(error_of(small(pattern + R"(, "num_hidden_layers": 4)")),
              HasSubstr("num_hidden_layers: is 4, but the pattern has 3"));
  EXPECT_THAT(error_of(small(pattern + R"(, "attention_bias": true)")), HasSubstr("attention_bias"));
  EXPECT_THAT(error_of(small(pattern + R"(, "mlp_hidden_act": "gelu")")), HasSubstr("mlp_hidden_act: 'gelu'"));
  EXPECT_THAT(error_of(small(pattern + R"(, "quantization_config": {})")), HasSubstr("quantization_config"));
  EXPECT_THAT(error_of(small(pattern + R"(, "chunk_size": "big")")),
              HasSubstr("chunk_size: is a string, not an integer"));
  EXPECT_THAT(error_of(small(pattern + R"(, "time_step_limit": [1])")), HasSubstr("time_step_limit"));
}

TEST(ModelConfig, ListsEveryBrokenConstraint) {
  const std::string text = error_of(
      R"({"model_type": "nemotron_h", "hybrid_override_pattern": "M*-", "hidden_size": 0, "n_groups": 3, "mamba_num_heads": 4,
          "num_key_value_heads": 3, "num_attention_heads": 4, "intermediate_size": -5})");
  EXPECT_THAT(text, HasSubstr("hidden_size = 0 is outside"));
  EXPECT_THAT(text, HasSubstr("num_key_value_heads = 3 does not divide num_attention_heads = 4"));
  EXPECT_THAT(text, HasSubstr("intermediate_size = -5"));
}

TEST(ModelConfig, RefusesSizesThatWouldOverflow) {
  EXPECT_THAT(
      error_of(R"({"model_type": "nemotron_h", "hybrid_override_pattern": "-", "vocab_size": 9000000000000000000})"),
      HasSubstr("vocab_size"));
  EXPECT_THAT(error_of(R"({"model_type": "nemotron_h", "hybrid_override_pattern": "M", "mamba_num_heads": 1000000,
                           "mamba_head_dim": 4000, "n_groups": 1})"),
              HasSubstr("mamba_num_heads * mamba_head_dim"));
}

TEST(ModelConfig, ExpertsAreDescribedButNotRun) {
  const ModelConfig config = model_config_from_json(
      parse(small(
          R"(, "hybrid_override_pattern": "ME", "n_routed_experts": 4, "num_experts_per_tok": 2, "moe_intermediate_size": 8)")),
      "x");
  try {
    check_runnable(config, "config.json");
    FAIL();
  } catch (const UserError& error) {
    EXPECT_THAT(error.what(), HasSubstr("hybrid_override_pattern has a mixture-of-experts layer (E) at column 2"));
  }
}

TEST(LayerPattern, RoundTrips) {
  const std::string pattern = "M-M-M*E-";
  EXPECT_EQ(format_layer_pattern(parse_layer_pattern(pattern, "x")), pattern);
  EXPECT_THROW(parse_layer_pattern(std::string(5000, 'M'), "x"), UserError);
}

}  // namespace
}  // namespace smelt
