#include "model/model_files.h"

#include <filesystem>

#include <c10/core/GradMode.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/files.h"
#include "model/tiny.h"

namespace smelt {
namespace {

class ModelFiles : public ::testing::Test {
 protected:
  ModelFiles() : root_(::testing::TempDir() + "/model_files_" + std::to_string(::getpid())) { make_directories(root_); }
  ~ModelFiles() override { remove_all(root_); }
  std::string root_;
};

TEST_F(ModelFiles, SaveLoadSaveGivesTheSameBytes) {
  for (const std::string dtype : {"bfloat16", "float32"}) {
    NemotronH model(testing::tiny_config());
    model.init(3);
    save_model(model, root_ + "/one", dtype);
    const auto loaded = load_model(root_ + "/one");
    save_model(*loaded, root_ + "/two", dtype);
    const auto files = list_files(root_ + "/one");
    ASSERT_EQ(files, list_files(root_ + "/two"));
    for (const auto& file : files) {
      EXPECT_EQ(read_file(root_ + "/one/" + file), read_file(root_ + "/two/" + file)) << dtype << " " << file;
    }
    EXPECT_EQ(loaded->parameters().values().equal(model.parameters().values()), dtype == std::string("float32"));
  }
}

TEST_F(ModelFiles, BfloatRoundsToNearest) {
  NemotronH model(testing::tiny_config());
  model.init(3);
  save_model(model, root_ + "/model", "bfloat16");
  const auto loaded = load_model(root_ + "/model");
  EXPECT_TRUE(loaded->parameters().values().equal(model.parameters().values().to(at::kBFloat16).to(at::kFloat)));
}

TEST_F(ModelFiles, AFileOfAnotherModelIsRefused) {
  NemotronH model(testing::tiny_config("M-"));
  NemotronH other(testing::tiny_config("M*"));
  write_safetensors(root_ + "/flat.safetensors", flat_tensor_views(model.parameters(), model.parameters().values()),
                    {});
  at::Tensor flat = other.parameters().values();
  EXPECT_THROW(load_flat_tensors(other.parameters(), SafetensorsFile::open(root_ + "/flat.safetensors"), flat),
               UserError);
}

}  // namespace
}  // namespace smelt
