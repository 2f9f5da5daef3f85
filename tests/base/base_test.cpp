// Hashes, random numbers, text and JSON against published vectors and independent implementations.
#include <cmath>
#include <filesystem>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/cpu.h"
#include "base/files.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/rng.h"
#include "base/text.h"

namespace smelt {
namespace {

TEST(Philox, equals_the_published_vectors) {
  // Known-answer tests of the Random123 paper's distribution for philox4x32-10.
  using Block = std::array<uint32_t, 4>;
  EXPECT_EQ(philox4x32({0, 0, 0, 0}, {0, 0}), (Block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(philox4x32({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}),
            (Block{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (Block{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(Rng, streams_are_functions_of_seed_stage_and_item) {
  EXPECT_EQ(Rng(1, "a", 2).u64(), Rng(1, "a", 2).u64());
  EXPECT_NE(Rng(1, "a", 2).u64(), Rng(1, "a", 3).u64());
  EXPECT_NE(Rng(1, "a", 2).u64(), Rng(1, "b", 2).u64());
  EXPECT_NE(Rng(1, "a", 2).u64(), Rng(2, "a", 2).u64());
}

TEST(Rng, below_is_uniform_and_normal_has_unit_moments) {
  Rng rng(7, "test");
  constexpr int kDraws = 60000;
  std::array<int, 6> counts{};
  double sum = 0;
  double squares = 0;
  for (int i = 0; i < kDraws; ++i) {
    ++counts[rng.below(6)];
    const double x = rng.normal();
    sum += x;
    squares += x * x;
  }
  double chi_square = 0;
  for (const int count : counts) {
    chi_square += std::pow(count - kDraws / 6.0, 2) / (kDraws / 6.0);
  }
  EXPECT_LT(chi_square, 20.5);                               // 0.1 % point at 5 degrees of freedom
  EXPECT_LT(std::abs(sum / kDraws), 4 / std::sqrt(kDraws));  // 4 standard errors
  EXPECT_LT(std::abs(squares / kDraws - 1), 4 * std::sqrt(2.0 / kDraws));
}

TEST(Hash, streaming_equals_one_shot) {
  const std::string text(100000, 'x');
  Hasher hasher;
  hasher.update(text.substr(0, 12345));
  hasher.update(text.substr(12345));
  EXPECT_EQ(hasher.digest(), hash128(text));
  EXPECT_EQ(hash128("").hex(), "99aa06d3014798d86001c324468d497f");  // XXH3-128 of nothing, as xxhsum prints it
}

TEST(Text, utf8_is_checked_and_repaired_by_maximal_parts) {
  EXPECT_TRUE(is_valid_utf8("a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"));
  for (const char* bad : {"\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82", "\x80", "\xf8\x88\x80\x80\x80"}) {
    EXPECT_FALSE(is_valid_utf8(bad));
  }
  // Unicode Standard 15, table 3-8: each maximal subpart becomes one U+FFFD.
  const std::string bad =
      "a\xf1\x80\x80\xe1\x80\xc2"
      "b\x80"
      "c\x80\xbf"
      "d";
  const std::string r = "\xef\xbf\xbd";
  EXPECT_EQ(replace_invalid_utf8(bad), "a" + r + r + r + "b" + r + "c" + r + r + "d");
}

TEST(Text, nearest_name_finds_slips_and_nothing_far_away) {
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3);
  EXPECT_EQ(nearest_name("vocab_sise", {"vocab_size", "min_count"}), "vocab_size");
  EXPECT_EQ(nearest_name("banana", {"vocab_size", "min_count"}), "");
}

TEST(Text, amounts_for_people) {
  EXPECT_EQ(human_bytes(999), "999 B");
  EXPECT_EQ(human_bytes(1234567), "1.23 MB");
  EXPECT_EQ(human_count(1500), "1.5 k");
  EXPECT_EQ(human_duration(125), "2 min 05 s");
  EXPECT_EQ(human_duration(7260), "2 h 01 min");
}

TEST(JsonValue, keeps_order_and_number_kinds_through_a_round_trip) {
  const std::string text = R"({"b":1,"a":1.0,"c":[true,null,-0.5,1e-07],"d":{"x":"\u00e9\n\"\\"}})";
  const Json json = Json::parse(text).value();
  EXPECT_EQ(json.dump(), "{\"b\":1,\"a\":1.0,\"c\":[true,null,-0.5,1e-07],\"d\":{\"x\":\"\xc3\xa9\\n\\\"\\\\\"}}");
  EXPECT_EQ(Json::parse(json.dump()).value(), json);
  EXPECT_EQ(Json::parse(json.dump(2)).value(), json);
}

TEST(JsonValue, reads_pythons_bare_literals) {
  const Json json = Json::parse(R"({"limit":[0.0, Infinity],"s":"Infinity in text","n":NaN,"m":-Infinity})").value();
  EXPECT_EQ(json.at("limit").as_array()[1].as_double(), std::numeric_limits<double>::infinity());
  EXPECT_EQ(json.at("m").as_double(), -std::numeric_limits<double>::infinity());
  EXPECT_TRUE(std::isnan(json.at("n").as_double()));
  EXPECT_EQ(json.at("s").as_string(), "Infinity in text");
}

TEST(JsonValue, conformance_suite_of_parsing) {
  const char* root = std::getenv("SMELT_TEST_DATA");
  const std::string dir =
      (root != nullptr ? std::string(root) : std::string(SMELT_SOURCE_DIR "/../shared/data")) + "/json/test_parsing";
  if (!path_exists(dir)) {
    GTEST_SKIP() << "no test data at " << dir;
  }
  for (const auto& name : list_files(dir)) {
    const std::string text = read_file(dir + "/" + name);
    const bool parsed = Json::parse(text).ok();
    if (name.starts_with("y_")) {
      EXPECT_TRUE(parsed) << name;
    }
    // Bare NaN and Infinity are accepted on purpose: configs in the field hold them.
    if (name.starts_with("n_") && name.find("NaN") == std::string::npos && name.find("nfinity") == std::string::npos) {
      EXPECT_FALSE(parsed) << name;
    }
  }
}

TEST(Cpu, active_level_is_one_of_the_available) {
  const auto available = available_isas();
  EXPECT_THAT(available, testing::Contains(active_isa()));
  EXPECT_EQ(available.front(), Isa::kGeneric);
}

}  // namespace
}  // namespace smelt
