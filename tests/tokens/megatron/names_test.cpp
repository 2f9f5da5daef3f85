// Splits, blends and names as Megatron-core has them.
#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/rng.h"
#include "support/temporary_directory.h"
#include "tokens/megatron/blend_index.h"
#include "tokens/megatron/description.h"
#include "tokens/megatron/md5.h"
#include "tokens/megatron/split.h"
#include "tokens/npy.h"

namespace smelt {
namespace {

// The test suite of RFC 1321, appendix A.5.
TEST(Md5, GivesTheVectorsOfTheRfc) {
  EXPECT_EQ(md5_hex(""), "d41d8cd98f00b204e9800998ecf8427e");
  EXPECT_EQ(md5_hex("a"), "0cc175b9c0f1b6a831c399e269772661");
  EXPECT_EQ(md5_hex("message digest"), "f96b697d7cb7938d525a2f31aaf161d0");
  EXPECT_EQ(md5_hex("12345678901234567890123456789012345678901234567890123456789012345678901234567890"),
            "57edf4a22be3c955ac49da2e2107b67a");
}

TEST(Split, RoundsHalvesToEven) {
  const MegatronSplit halves = parse_split("1,1");
  EXPECT_EQ(split_sequences(*halves.parts[0], 5), (std::pair<int64_t, int64_t>{0, 2}));  // 2.5
  EXPECT_EQ(split_sequences(*halves.parts[1], 5), (std::pair<int64_t, int64_t>{2, 5}));
  EXPECT_EQ(split_sequences(*halves.parts[0], 7).second, 4);  // 3.5
  EXPECT_FALSE(halves.parts[2].has_value());
  EXPECT_FALSE(parse_split("1,0,1").parts[1].has_value());
  for (const char* bad : {"", "a", "1,2,3,4", "-1,2", "0,0", "1;2", "nan", "1,"}) {
    EXPECT_THROW(parse_split(bad), UserError) << bad;
  }
}

TEST(Blend, TakesWhoeverIsFurthestBehind) {
  BlendByWeights blend({2, 1, 1});
  std::vector<int16_t> datasets;
  std::vector<int64_t> samples;
  for (int i = 0; i < 8; ++i) {
    const auto turn = blend.next();
    datasets.push_back(turn.dataset);
    samples.push_back(turn.sample);
  }
  EXPECT_EQ(datasets, (std::vector<int16_t>{0, 1, 2, 0, 0, 1, 2, 0}));
  EXPECT_EQ(samples, (std::vector<int64_t>{0, 0, 0, 1, 2, 1, 1, 3}));
}

TEST(Blend, ExhaustiveTakesEveryoneExactly) {
  for (uint64_t trial = 0; trial < 50; ++trial) {
    Rng rng(2, "test/exhaustive", trial);
    std::vector<int64_t> sizes(1 + rng.below(12));
    for (int64_t& size : sizes) {
      size = static_cast<int64_t>(1 + rng.below(200));
    }
    ExhaustiveBlend blend(sizes);
    std::vector<int64_t> seen(sizes.size());
    for (int64_t i = 0; i < blend.size(); ++i) {
      const auto turn = blend.next();
      ASSERT_EQ(turn.sample, seen[static_cast<size_t>(turn.dataset)]++);
    }
    EXPECT_EQ(seen, sizes);
  }
}

// Printed by Python's json.dumps of Megatron's dictionary.
TEST(Description, IsPythonsText) {
  const GptDescription gpt{.dataset_path = "a\xC3\xA4",
                           .num_samples = std::nullopt,
                           .split_name = "valid",
                           .random_seed = 7,
                           .sequence_length = 64,
                           .split = parse_split("9,1"),
                           .tokenizer = Json()};
  EXPECT_EQ(describe_gpt(gpt), R"({
    "class": "GPTDataset",
    "dataset_path": "a\u00e4",
    "num_samples": null,
    "index_split": "valid",
    "random_seed": 7,
    "sequence_length": 64,
    "split": "9,1",
    "split_matrix": [
        [
            0,
            0.9
        ],
        [
            0.9,
            1.0
        ],
        null
    ],
    "tokenizer": null
})");
}

TEST(Npy, HeaderAndValues) {
  const TemporaryDirectory dir;
  NpyWriter writer(dir.file("a.npy"), {2, 3});
  writer.write(std::vector<int32_t>{1, 2, 3});
  writer.write(std::vector<int64_t>{4, 5, -6});
  writer.commit();
  const std::string bytes = read_file(dir.file("a.npy"));
  ASSERT_EQ(bytes.size(), 128u + 48u);
  EXPECT_EQ(bytes.substr(0, 10), std::string("\x93NUMPY\x01\x00\x76\x00", 10));
  EXPECT_EQ(bytes.substr(10, 60), "{'descr': '<i8', 'fortran_order': False, 'shape': (2, 3), } ");
  EXPECT_EQ(bytes[127], '\n');
  EXPECT_EQ(bytes.substr(168), std::string("\xFA\xFF\xFF\xFF\xFF\xFF\xFF\xFF"));
}

TEST(Npy, ReadsBackEveryType) {
  for (const NpyType type : {NpyType::kInt16, NpyType::kInt32, NpyType::kUint32, NpyType::kInt64}) {
    const TemporaryDirectory dir;
    NpyWriter writer(dir.file("a.npy"), {3}, type);
    writer.write(std::vector<int64_t>{1, 30000, 7});
    writer.commit();
    const NpyArray array(dir.file("a.npy"));
    EXPECT_EQ(array.type(), type);
    EXPECT_EQ(array.shape(), std::vector<int64_t>{3});
    EXPECT_EQ(array.at(1), 30000);
    std::string bytes = read_file(dir.file("a.npy"));
    for (const size_t size : {size_t{5}, size_t{20}, bytes.size() - 1}) {
      write_file(dir.file("cut.npy"), bytes.substr(0, size));
      EXPECT_THROW(NpyArray(dir.file("cut.npy")), UserError);
    }
    bytes[bytes.find("(3,)") + 1] = '9';
    write_file(dir.file("cut.npy"), bytes);
    EXPECT_THROW(NpyArray(dir.file("cut.npy")), UserError);
  }
}

}  // namespace
}  // namespace smelt
