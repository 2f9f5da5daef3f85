#include "arch/model_directory.h"

#include <cmath>
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "arch/init.h"
#include "base/error.h"
#include "base/files.h"

namespace smelt {
namespace {

using testing::HasSubstr;

ModelConfig tiny() {
  ModelConfig c;
  c.vocab_size = 50;
  c.hidden_size = 32;
  c.hybrid_override_pattern = "M*-";
  c.intermediate_size = 48;
  c.num_attention_heads = 4;
  c.num_key_value_heads = 2;
  c.head_dim = 8;
  c.mamba_num_heads = 4;
  c.mamba_head_dim = 8;
  c.n_groups = 2;
  c.ssm_state_size = 16;
  return c;
}

class ModelDirectoryTest : public testing::Test {
 protected:
  void SetUp() override {
    path_ = testing::TempDir() + "model_" + testing::UnitTest::GetInstance()->current_test_info()->name() +
            std::to_string(::getpid());
    std::filesystem::create_directories(path_);
  }
  void TearDown() override { std::filesystem::remove_all(path_); }

  std::string error_of_open() const {
    try {
      ModelDirectory::open(path_);
    } catch (const UserError& error) {
      return error.what();
    }
    return "no error";
  }

  std::string path_;
};

TEST_F(ModelDirectoryTest, OpensWhatItWrites) {
  write_fresh_model(path_, tiny(), 7);
  const ModelDirectory model = ModelDirectory::open(path_);
  EXPECT_EQ(model.config(), tiny());
  const auto specs = tensor_specs(tiny());
  ASSERT_EQ(model.tensors().size(), specs.size());
  for (const TensorSpec& spec : specs) {
    const TensorView& tensor = model.tensor(spec.name);
    EXPECT_EQ(tensor.dtype, DType::kBf16);
    EXPECT_EQ(tensor.shape, spec.shape);
    std::vector<float> expected(static_cast<size_t>(spec.count()));
    std::vector<float> values(expected.size());
    init_tensor(spec, tiny(), 7, expected);
    bytes_to_floats(tensor.dtype, tensor.bytes.data(), spec.count(), values.data());
    for (size_t i = 0; i < values.size(); ++i) {
      ASSERT_NEAR(values[i], expected[i], std::abs(expected[i]) / 256) << spec.name;
    }
  }
}

TEST_F(ModelDirectoryTest, TakesBothPrefixesAndTheOldEmbeddingName) {
  write_fresh_model(path_, tiny(), 7);
  const SafetensorsFile file = SafetensorsFile::open(path_ + "/model.safetensors");
  std::vector<TensorView> renamed = file.tensors();
  for (TensorView& tensor : renamed) {
    if (tensor.name.starts_with("backbone.")) {
      tensor.name = "model." + tensor.name.substr(9);
    }
  }
  write_safetensors(path_ + "/other", renamed, {});
  std::filesystem::rename(path_ + "/other", path_ + "/model.safetensors");
  EXPECT_EQ(error_of_open(), "no error");
  EXPECT_EQ(canonical_tensor_name("backbone.embedding.weight"), "backbone.embeddings.weight");
  EXPECT_EQ(canonical_tensor_name("model.norm_f.weight"), "backbone.norm_f.weight");
  EXPECT_EQ(canonical_tensor_name("lm_head.weight"), "lm_head.weight");
}

TEST_F(ModelDirectoryTest, ListsMissingUnknownAndMisshapedTensorsTogether) {
  write_fresh_model(path_, tiny(), 7);
  const SafetensorsFile file = SafetensorsFile::open(path_ + "/model.safetensors");
  std::vector<TensorView> changed = file.tensors();
  std::erase_if(changed, [](const TensorView& t) { return t.name == "backbone.layers.1.mixer.k_proj.weight"; });
  for (TensorView& tensor : changed) {
    if (tensor.name == "lm_head.weight") {
      std::swap(tensor.shape[0], tensor.shape[1]);
    }
  }
  const std::string extra(4, 'x');
  changed.push_back({"backbone.layers.9.norm.weight", DType::kF32, {1}, extra});
  write_safetensors(path_ + "/other", changed, {});
  std::filesystem::rename(path_ + "/other", path_ + "/model.safetensors");
  const std::string text = error_of_open();
  EXPECT_THAT(text, HasSubstr("'backbone.layers.1.mixer.k_proj.weight' is missing"));
  EXPECT_THAT(text, HasSubstr("'lm_head.weight' is [32, 50] instead of [50, 32]"));
  EXPECT_THAT(text, HasSubstr("'backbone.layers.9.norm.weight' is unknown"));
}

TEST_F(ModelDirectoryTest, TiedEmbeddingsServeAsOutputLayer) {
  ModelConfig config = tiny();
  config.tie_word_embeddings = true;
  write_fresh_model(path_, config, 7);
  const ModelDirectory model = ModelDirectory::open(path_);
  EXPECT_EQ(model.tensor("lm_head.weight").bytes.data(), model.tensor("backbone.embeddings.weight").bytes.data());
}

TEST_F(ModelDirectoryTest, SaysWhatIsMissing) {
  EXPECT_THAT(error_of_open(), HasSubstr("there is no config.json"));
  write_file(path_ + "/config.json", model_config_text(tiny()));
  EXPECT_THAT(error_of_open(), HasSubstr("no weights"));
}

TEST(Init, FollowsTheStatedDistributions) {
  ModelConfig config = tiny();
  config.hidden_size = 256;
  config.mamba_num_heads = 256;
  for (const TensorSpec& spec : tensor_specs(config)) {
    std::vector<float> values(static_cast<size_t>(spec.count()));
    init_tensor(spec, config, 1, values);
    double sum = 0;
    double squares = 0;
    for (const float value : values) {
      sum += value;
      squares += static_cast<double>(value) * value;
    }
    const auto n = static_cast<double>(values.size());
    const double mean = sum / n;
    const double deviation = std::sqrt(squares / n);
    const double expected = spec.init == TensorInit::kResidualNormal ? 0.02 / std::sqrt(3.0) : 0.02;
    if (spec.init == TensorInit::kNormal || spec.init == TensorInit::kResidualNormal) {
      EXPECT_NEAR(mean, 0, 5 * expected / std::sqrt(n)) << spec.name;
      EXPECT_NEAR(deviation / expected, 1, 5 / std::sqrt(2 * n)) << spec.name;
    } else if (spec.init == TensorInit::kALog) {
      for (const float value : values) {
        ASSERT_TRUE(std::exp(value) >= 1 && std::exp(value) <= 16.001);
      }
    } else if (spec.init == TensorInit::kDtBias) {
      for (const float value : values) {
        const double dt = std::log1p(std::exp(static_cast<double>(value)));
        ASSERT_TRUE(dt >= 0.00099 && dt <= 0.1001) << dt;
      }
    } else if (spec.init == TensorInit::kConvUniform) {
      EXPECT_NEAR(deviation, 0.5 / std::sqrt(3.0), 0.02) << spec.name;
    }
  }
}

TEST(Init, PartsEqualTheWhole) {
  const TensorSpec spec = tensor_specs([] {
    ModelConfig c = tiny();
    c.vocab_size = 400;
    return c;
  }())[0];
  std::vector<float> whole(static_cast<size_t>(spec.count()));
  init_tensor(spec, tiny(), 9, whole);
  std::vector<float> part(static_cast<size_t>(spec.count() - 2 * kInitBlock));
  init_tensor_part(spec, tiny(), 9, 2 * kInitBlock, spec.count(), part);
  EXPECT_TRUE(std::equal(part.begin(), part.end(), whole.begin() + 2 * kInitBlock));
}

}  // namespace
}  // namespace smelt
