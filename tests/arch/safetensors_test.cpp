#include "arch/safetensors.h"

#include <cmath>
#include <cstring>
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/files.h"
#include "base/json.h"
#include "base/rng.h"

namespace smelt {
namespace {

using testing::HasSubstr;

std::string with_header(const std::string& header, const std::string& data) {
  std::string out(8, '\0');
  for (size_t i = 0; i < 8; ++i) {
    out[i] = static_cast<char>((header.size() >> (8 * i)) & 0xFF);
  }
  return out + header + data;
}

std::string error_of(const std::string& bytes) {
  try {
    SafetensorsFile::from_bytes(bytes, "w.safetensors");
  } catch (const UserError& error) {
    EXPECT_EQ(error.code(), ExitCode::kInput);
    EXPECT_THAT(error.what(), HasSubstr("w.safetensors"));
    return error.what();
  }
  return "no error";
}

class TemporaryFolder {
 public:
  TemporaryFolder() {
    path_ = testing::TempDir() + "safetensors_" + std::to_string(reinterpret_cast<uintptr_t>(this)) +
            std::to_string(::getpid());
    std::filesystem::create_directories(path_);
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// A file as the format's specification words it, built by hand.
const std::string kTwo =
    R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"U8","shape":[1,3],"data_offsets":[8,11]}})";

TEST(Safetensors, ReadsTheSpecifiedLayout) {
  const std::string bytes = with_header(kTwo + "   ", std::string("\0\0\x80\x3f\0\0\0\xc0xyz", 11));
  const SafetensorsFile file = SafetensorsFile::from_bytes(bytes, "x");
  ASSERT_EQ(file.tensors().size(), 2U);
  std::array<float, 2> values{};
  bytes_to_floats(DType::kF32, file.at("a").bytes.data(), 2, values.data());
  EXPECT_EQ(values[0], 1.0F);
  EXPECT_EQ(values[1], -2.0F);
  EXPECT_EQ(file.at("b").bytes, "xyz");
  EXPECT_EQ(file.at("b").shape, (std::vector<int64_t>{1, 3}));
  EXPECT_EQ(file.find("c"), nullptr);
}

TEST(Safetensors, ScalarsAndEmptyTensors) {
  const SafetensorsFile file = SafetensorsFile::from_bytes(
      with_header(
          R"({"e":{"dtype":"F32","shape":[0,5],"data_offsets":[0,0]},"s":{"dtype":"I64","shape":[],"data_offsets":[0,8]}})",
          std::string(8, '\1')),
      "x");
  EXPECT_EQ(file.at("s").count(), 1);
  EXPECT_EQ(file.at("e").count(), 0);
}

TEST(Safetensors, RefusesBrokenFiles) {
  const std::string data(11, 'x');
  const std::string good = with_header(kTwo, data);
  ASSERT_EQ(error_of(good), "no error");
  for (size_t length = 0; length < good.size(); ++length) {
    EXPECT_NE(error_of(good.substr(0, length)), "no error") << length;
  }
  EXPECT_THAT(error_of(good + "!"), HasSubstr("1 bytes follow the last tensor"));
  EXPECT_THAT(error_of(std::string(8, '\xff') + "{}"), HasSubstr("more than 100000000"));
  EXPECT_THAT(error_of(with_header("[]", "")), HasSubstr("does not begin with '{'"));
  EXPECT_THAT(error_of(with_header("{\"a\":", "")), HasSubstr("no JSON"));
  const auto entry = [](const std::string& dtype, const std::string& shape, const std::string& offsets) {
    return R"("a":{"dtype":")" + dtype + R"(","shape":)" + shape + R"(,"data_offsets":)" + offsets + "}";
  };
  EXPECT_THAT(error_of(with_header("{" + entry("F7", "[1]", "[0,4]") + "}", "1234")), HasSubstr("unknown dtype 'F7'"));
  EXPECT_THAT(error_of(with_header("{" + entry("F32", "[2]", "[0,4]") + "}", "1234")), HasSubstr("for 8 bytes"));
  EXPECT_THAT(error_of(with_header("{" + entry("F32", "[-1]", "[0,4]") + "}", "1234")), HasSubstr("non-negative"));
  EXPECT_THAT(error_of(with_header("{" + entry("F32", "[1]", "[4,8]") + "}", "12345678")), HasSubstr("hole"));
  EXPECT_THAT(error_of(with_header("{" + entry("F32", "[1]", "[4,0]") + "}", "1234")), HasSubstr("[4, 0]"));
  EXPECT_THAT(error_of(with_header("{" + entry("F32", "[4294967296,4294967296]", "[0,0]") + "}", "")),
              HasSubstr("2^64"));
  EXPECT_THAT(error_of(with_header(R"({"a":5})", "")), HasSubstr("not described by an object"));
  EXPECT_THAT(error_of(with_header(R"({"__metadata__":{"k":1}})", "")), HasSubstr("not a string"));
  const std::string overlap =
      R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],"data_offsets":[2,6]}})";
  EXPECT_THAT(error_of(with_header(overlap, "123456")), HasSubstr("overlaps"));
  const std::string twice =
      R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}})";
  EXPECT_NE(error_of(with_header(twice, "12")), "no error");
  std::string deep;
  for (int i = 0; i < 100'000; ++i) {
    deep += "{\"a\":";
  }
  EXPECT_NE(error_of(with_header(deep, "")), "no error");
}

TEST(Safetensors, AnyFlippedByteOfTheHeaderIsReadOrRefused) {
  const std::string good = with_header(kTwo, std::string(11, 'x'));
  Rng rng(1, "flip");
  int refused = 0;
  for (int trial = 0; trial < 3000; ++trial) {
    std::string bytes = good;
    bytes[rng.below(8 + kTwo.size())] ^= static_cast<char>(1U << rng.below(8));
    refused += error_of(bytes) != "no error" ? 1 : 0;
  }
  EXPECT_GT(refused, 2000);
}

TEST(Safetensors, WritesWhatItReads) {
  TemporaryFolder folder;
  const std::string path = folder.path() + "/m.safetensors";
  const std::string wide(12, 'w');
  const std::string narrow(6, 'n');
  const std::string bytes(3, 'b');
  write_safetensors(path,
                    {{"z", DType::kU8, {3}, bytes}, {"y", DType::kBf16, {3, 1}, narrow}, {"x", DType::kF32, {3}, wide}},
                    {{"format", "pt"}});
  const std::string file_bytes = read_file(path);
  EXPECT_EQ((8 + static_cast<unsigned char>(file_bytes[0]) + 256 * static_cast<unsigned char>(file_bytes[1])) % 64, 0);
  const SafetensorsFile file = SafetensorsFile::open(path);
  EXPECT_EQ(file.metadata().at("format"), "pt");
  EXPECT_EQ(file.at("x").bytes, wide);
  EXPECT_EQ(file.at("y").bytes, narrow);
  EXPECT_EQ(file.at("z").bytes, bytes);
  // Save, load, save gives the same bytes.
  write_safetensors(folder.path() + "/again.safetensors", file.tensors(), file.metadata());
  EXPECT_EQ(read_file(folder.path() + "/again.safetensors"), file_bytes);
}

TEST(Safetensors, Shards) {
  TemporaryFolder folder;
  std::vector<std::string> storage;
  std::vector<TensorView> tensors;
  for (int i = 0; i < 7; ++i) {
    storage.emplace_back(40, static_cast<char>('a' + i));
  }
  for (int i = 0; i < 7; ++i) {
    tensors.push_back({"t" + std::to_string(i), DType::kF32, {10}, storage[static_cast<size_t>(i)]});
  }
  write_sharded_safetensors(folder.path(), tensors, 100);
  EXPECT_TRUE(path_exists(folder.path() + "/model-00004-of-00004.safetensors"));
  const SafetensorsDirectory read = SafetensorsDirectory::open(folder.path());
  ASSERT_EQ(read.tensors().size(), 7U);
  for (const TensorView& tensor : tensors) {
    ASSERT_NE(read.find(tensor.name), nullptr);
    EXPECT_EQ(read.find(tensor.name)->bytes, tensor.bytes);
  }
  const Json index = Json::load(folder.path() + "/model.safetensors.index.json");
  EXPECT_EQ(index.at("metadata").at("total_size").as_int(), 280);
  std::filesystem::remove(folder.path() + "/model-00002-of-00004.safetensors");
  try {
    SafetensorsDirectory::open(folder.path());
    FAIL();
  } catch (const UserError& error) {
    EXPECT_THAT(error.what(), HasSubstr("model-00002-of-00004.safetensors' that it names is missing"));
  }
}

TEST(DType, HalfAgreesWithTheCompilersConversion) {
  for (uint32_t bits = 0; bits < 65536; ++bits) {
    _Float16 half = 0;
    const auto raw = static_cast<uint16_t>(bits);
    std::memcpy(&half, &raw, 2);
    const float expected = static_cast<float>(half);
    const float value = half_to_float(raw);
    if (std::isnan(expected)) {
      EXPECT_TRUE(std::isnan(value));
      continue;
    }
    ASSERT_EQ(value, expected) << bits;
    ASSERT_EQ(float_to_half(value), raw) << bits;
  }
  Rng rng(3, "half");
  for (int i = 0; i < 200'000; ++i) {
    const float value = static_cast<float>(rng.normal() * std::pow(10.0, rng.uniform() * 14 - 9));
    const auto half = static_cast<_Float16>(value);
    uint16_t raw = 0;
    std::memcpy(&raw, &half, 2);
    ASSERT_EQ(float_to_half(value), raw) << value;
  }
}

TEST(DType, Bf16RoundsToTheNearest) {
  Rng rng(4, "bf16");
  for (int i = 0; i < 100'000; ++i) {
    const auto value = static_cast<float>(rng.normal());
    const float back = bf16_to_float(float_to_bf16(value));
    const float ulp = std::ldexp(1.0F, std::ilogb(value) - 7);
    ASSERT_LE(std::abs(back - value), ulp / 2) << value;
  }
  EXPECT_EQ(float_to_bf16(1.00390625F), 0x3F80);  // a tie goes to the even neighbour, down
  EXPECT_EQ(float_to_bf16(1.01171875F), 0x3F82);  // and up
  EXPECT_TRUE(std::isnan(bf16_to_float(float_to_bf16(std::nanf("")))));
  EXPECT_TRUE(std::isinf(bf16_to_float(float_to_bf16(3.4e38F))));
}

}  // namespace
}  // namespace smelt
