#include "tokens/pack/packed_dataset.h"

#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "support/temporary_directory.h"

namespace smelt {
namespace {

std::string example(const TemporaryDirectory& dir) {
  PackedDatasetWriter writer(dir.file("p"), TokenType::kUint16, 10, 99);
  writer.begin_window();
  writer.add_document(4, std::vector<int32_t>{1, 2, 3, 4}, std::vector<uint8_t>{1, 0, 1, 1});
  writer.add_document(0, std::vector<int32_t>{5, 6, 7, 8, 9}, std::vector<uint8_t>{1, 1, 0, 0, 1});
  writer.begin_window();
  writer.add_document(2, std::vector<int32_t>{10}, std::vector<uint8_t>{0});
  writer.commit();
  return dir.file("p");
}

TEST(PackedDataset, ReadsBackWhatWasWritten) {
  const TemporaryDirectory dir;
  const PackedDataset packed(example(dir));
  EXPECT_EQ(packed.window(), 10);
  EXPECT_EQ(packed.num_windows(), 2);
  EXPECT_EQ(packed.num_documents(), 3);
  std::vector<int32_t> tokens(10);
  std::vector<uint8_t> trained(10);
  packed.read(0, tokens);
  packed.read_trained(0, trained);
  EXPECT_EQ(tokens, (std::vector<int32_t>{1, 2, 3, 4, 5, 6, 7, 8, 9, 99}));
  EXPECT_EQ(trained, (std::vector<uint8_t>{0, 0, 1, 1, 0, 1, 0, 0, 1, 0})) << "first tokens have no context";
  EXPECT_EQ(packed.boundaries(0), (std::vector<int32_t>{0, 4, 9}));
  EXPECT_EQ(packed.inputs(0), (std::vector<int64_t>{4, 0}));
  packed.read(1, tokens);
  EXPECT_EQ(tokens[1], 99);
  EXPECT_EQ(packed.boundaries(1), (std::vector<int32_t>{0, 1}));
  EXPECT_EQ(packed.inputs(1), (std::vector<int64_t>{2}));
}

TEST(PackedDataset, DamageIsNamed) {
  const auto error_after = [](const std::function<void(std::string&)>& damage) -> std::string {
    const TemporaryDirectory dir;
    const std::string prefix = example(dir);
    std::string bytes = read_file(prefix + ".pack");
    damage(bytes);
    write_file(prefix + ".pack", bytes);
    try {
      const PackedDataset packed(prefix);
    } catch (const UserError& error) {
      EXPECT_EQ(error.code(), ExitCode::kInput);
      EXPECT_THAT(error.what(), testing::HasSubstr("p.pack"));
      return error.what();
    }
    return "no error";
  };
  EXPECT_EQ(error_after([](std::string&) {}), "no error");
  EXPECT_THAT(error_after([](std::string& b) { b[0] = 'x'; }), testing::HasSubstr("SMELTPK1"));
  EXPECT_THAT(error_after([](std::string& b) { b.resize(20); }), testing::HasSubstr("SMELTPK1"));
  for (const size_t field : {8, 16, 24}) {
    EXPECT_THAT(error_after([&](std::string& b) { b[field] = '\xFF'; }), testing::HasSubstr("do not fit"));
    EXPECT_THAT(error_after([&](std::string& b) { b.replace(field, 8, 8, '\xFF'); }), testing::HasSubstr("do not fit"));
  }
  EXPECT_THAT(error_after([](std::string& b) { b[8] = 11; }), testing::HasSubstr("not 11"));
  EXPECT_THAT(error_after([](std::string& b) { b += 'x'; }), testing::HasSubstr("do not fit"));
  EXPECT_THAT(error_after([](std::string& b) { b[32] = 1; }), testing::HasSubstr("begin"));
  EXPECT_THAT(error_after([](std::string& b) { b[40] = 9; }), testing::HasSubstr("window"));
  EXPECT_THAT(error_after([](std::string& b) { b[32 + 24 + 24] = 11; }), testing::HasSubstr("ends at token 11"));
  EXPECT_THAT(error_after([](std::string& b) { b[32 + 24 + 24 + 4] = 3; }), testing::HasSubstr("ends at token 3"));
}

}  // namespace
}  // namespace smelt
