#include "eval/compressor.h"

#include <cstdlib>
#include <filesystem>

#include <gtest/gtest.h>
#include <zstd.h>

#include "base/error.h"
#include "base/files.h"
#include "base/rng.h"

namespace smelt {
namespace {

// Sentences from a small list of words: compressible, and alike between seeds.
std::string make_text(uint64_t seed, size_t bytes) {
  Rng words(1, "compressor_test/words");
  std::vector<std::string> list(2000);
  for (std::string& word : list) {
    for (uint64_t n = 2 + words.below(8); n > 0; --n) {
      word += static_cast<char>('a' + words.below(26));
    }
  }
  Rng rng(seed, "compressor_test/text");
  std::string text;
  while (text.size() < bytes) {
    text += list[static_cast<size_t>(2000 * rng.uniform() * rng.uniform())];
    text += rng.below(12) == 0 ? ".\n" : " ";
  }
  text.resize(bytes);
  return text;
}

bool zstd_is_installed() {
  return std::system("zstd --version > /dev/null 2>&1") == 0;
}

class WithTool : public testing::Test {
 protected:
  void SetUp() override {
    if (!zstd_is_installed()) {
      GTEST_SKIP() << "the zstd tool is not installed";
    }
    dir_ = testing::TempDir() + "compressor_test_" + std::to_string(getpid());
    make_directories(dir_);
  }
  void TearDown() override {
    if (!dir_.empty()) {
      remove_all(dir_);
    }
  }
  uint64_t tool_size(const std::string& prefix, const std::string& text) {
    write_file(dir_ + "/prefix", prefix);
    write_file(dir_ + "/text", text);
    const std::string patch = prefix.empty() ? "" : "--patch-from=" + dir_ + "/prefix ";
    const std::string command =
        "zstd -q -f --no-check --ultra -22 --long=31 --single-thread " + patch + dir_ + "/text -o " + dir_ + "/out";
    EXPECT_EQ(std::system(command.c_str()), 0);
    return file_size(dir_ + "/out");
  }
  std::string dir_;
};

TEST_F(WithTool, gives_the_size_of_the_tools_patch) {
  const std::string prefix = make_text(2, 600'000);
  const std::string text = make_text(3, 60'000);
  const auto expected = static_cast<double>(tool_size(prefix, text));
  // The tool writes a frame header of its own choice (up to 18 bytes) and flushes blocks where its buffers end.
  EXPECT_NEAR(static_cast<double>(compressed_size(prefix, text)), expected, 18 + expected * 0.001);
}

TEST_F(WithTool, gives_the_size_of_the_tool_without_training_text) {
  const std::string text = make_text(4, 200'000);
  const auto expected = static_cast<double>(tool_size("", text));
  EXPECT_NEAR(static_cast<double>(compressed_size("", text)), expected, 18 + expected * 0.001);
}

TEST(Compressor, a_copy_of_the_training_text_costs_next_to_nothing) {
  const std::string prefix = make_text(5, 300'000);
  const std::string copy = prefix.substr(100'000, 50'000);
  EXPECT_LT(compressed_size(prefix, copy), 60);
  EXPECT_GT(compressed_size("", copy), 5'000);
}

TEST(Compressor, the_frame_without_prefix_equals_the_one_shot_call) {
  const std::string text = make_text(6, 100'000);
  std::string out(ZSTD_compressBound(text.size()), '\0');
  const size_t expected = ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 22);
  EXPECT_NEAR(static_cast<double>(compressed_size("", text)), static_cast<double>(expected), 16);
}

TEST(Compressor, an_empty_text_is_a_frame_of_a_few_bytes) {
  EXPECT_LE(compressed_size("", ""), 18);
  EXPECT_LE(compressed_size("abc", ""), 18);
}

}  // namespace
}  // namespace smelt
