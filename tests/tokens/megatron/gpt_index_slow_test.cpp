// Twenty million samples with 4 MiB for shuffling: the same bytes, and the memory stays where it was told to.
#include <cstdio>
#include <fstream>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/temporary_directory.h"
#include "support/test_context.h"
#include "tokens/megatron/gpt_index.h"

namespace smelt {
namespace {

constexpr int64_t kMiB = 1 << 20;
constexpr int64_t kSamples = 20'000'000;

// Most memory that this process has had at a time.
int64_t peak_bytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) {
      return std::stoll(line.substr(6)) * 1024;
    }
  }
  return 0;
}

// In a process of its own, whose peak is its own; gives what the peak rose by.
int64_t write_index(const TemporaryDirectory& dir, const std::string& name, int64_t memory_bytes) {
  const pid_t child = fork();
  if (child == 0) {
    const int64_t before = peak_bytes();
    const TestContext context(1);
    const TokenDataset dataset(dir.file("d"));
    write_gpt_index(context.get(), dataset, {.seq_length = 1, .seed = 3, .num_samples = kSamples},
                    gpt_index_files(dir.path(), name), memory_bytes);
    write_file(dir.file(name), std::to_string(peak_bytes() - before));
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? std::stoll(read_file(dir.file(name))) : -1;
}

TEST(GptIndexMemory, IsBoundedWhateverTheNumberOfSamples) {
  const TemporaryDirectory dir;
  {
    TokenDatasetWriter writer(dir.file("d"), TokenType::kUint16);
    const std::vector<uint32_t> document(1000, 7);
    for (int i = 0; i < 1000; ++i) {
      writer.add_document(document);
    }
    writer.commit();
  }
  const int64_t tight = write_index(dir, "tight", 4 * kMiB);
  const int64_t roomy = write_index(dir, "roomy", 1024 * kMiB);
  ASSERT_GT(tight, 0);
  // The shuffle index alone is 80 MB. Buffers of writers and the mapped data set, 2 MB, come on top of the 4 MiB.
  EXPECT_LT(tight, 24 * kMiB);
  EXPECT_GT(roomy, 70 * kMiB) << "the measurement sees what is used";
  const GptIndexFiles one = gpt_index_files(dir.path(), "tight");
  const GptIndexFiles other = gpt_index_files(dir.path(), "roomy");
  EXPECT_TRUE(read_file(one.shuffle) == read_file(other.shuffle));
  EXPECT_TRUE(read_file(one.sample) == read_file(other.sample));
  EXPECT_EQ(file_size(one.shuffle), 128u + 4u * static_cast<uint64_t>(NpyArray(one.shuffle).size()));
}

}  // namespace
}  // namespace smelt
