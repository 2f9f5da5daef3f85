#include "crawl/warc/member_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zdict.h>
#include <zstd.h>

#include "base/rng.h"
#include "crawl/testing.h"
#include "crawl/warc/archives.h"

namespace smelt {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::string skippable(char kind, const std::string& bytes) {
  std::string head = {kind, '\x2A', '\x4D', '\x18', 0, 0, 0, 0};
  for (size_t i = 0; i < 4; ++i) {
    head[4 + i] = static_cast<char>(bytes.size() >> (8 * i));
  }
  return head + bytes;
}

std::string noise(size_t size) {
  Rng rng(7, "noise");
  std::string out(size, '\0');
  for (char& c : out) {
    c = static_cast<char>(rng.below(256));
  }
  return out;
}

struct DictionaryFile {
  std::string dictionary;
  std::string frames;
};

// Ten records that need the dictionary, and among them a frame with nothing but a comment.
DictionaryFile with_dictionary() {
  constexpr int kSamples = 400;
  DictionaryFile out;
  std::string samples;
  std::vector<size_t> sizes;
  std::vector<std::string> records;
  for (int i = 0; i < kSamples; ++i) {
    records.push_back(warc_record(std::to_string(i), http_message("<p>page " + std::to_string(i * 7919) + "</p>")));
    samples += records.back();
    sizes.push_back(records.back().size());
  }
  out.dictionary.resize(4096);
  out.dictionary.resize(
      ZDICT_trainFromBuffer(out.dictionary.data(), out.dictionary.size(), samples.data(), sizes.data(), kSamples));
  ZSTD_CCtx* context = ZSTD_createCCtx();
  for (size_t i = 0; i < 10; ++i) {
    std::string frame(ZSTD_compressBound(records[i].size()), '\0');
    frame.resize(ZSTD_compress_usingDict(context, frame.data(), frame.size(), records[i].data(), records[i].size(),
                                         out.dictionary.data(), out.dictionary.size(), 3));
    out.frames += frame + (i == 4 ? skippable('\x50', "a comment") : "");
  }
  ZSTD_freeCCtx(context);
  return out;
}

TEST(MemberSource, UsesTheDictionaryInAZstdFilesFirstFrame) {
  const DictionaryFile file = with_dictionary();
  ASSERT_GT(file.dictionary.size(), 100U);
  for (const size_t step : {1U, 1U << 20}) {
    for (const std::string& dictionary : {file.dictionary, zstd_compress(file.dictionary, 3)}) {
      const Records read = read_bytes(skippable('\x5D', dictionary) + file.frames, step);
      EXPECT_EQ(read.blocks.size(), 10U) << step;
      EXPECT_THAT(read.reasons, IsEmpty()) << step;
    }
  }
  const Records without = read_bytes(file.frames);
  EXPECT_THAT(without.blocks, IsEmpty());
  EXPECT_THAT(without.reasons, Contains("corrupt_zstd"));
}

// By whole members or by steps: the same records.
TEST(MemberSource, TheSizeOfReadsChangesNothing) {
  const std::string bulk = noise(1 << 20);
  for (const auto& compress : {gzip, lz4}) {
    std::string members;
    for (size_t i = 0; i < 8; ++i) {
      members += compress(warc_record(std::to_string(i), bulk.substr(0, i * i * 19973)));
    }
    const Records whole = read_bytes(members);
    EXPECT_EQ(whole.blocks.size(), 8U);
    EXPECT_EQ(whole.blocks.back(), "response " + std::to_string(49 * 19973));
    for (const size_t step : {997U, 4096U}) {
      const Records steps = read_bytes(members, step);
      EXPECT_EQ(steps.blocks, whole.blocks);
      EXPECT_THAT(steps.reasons, IsEmpty());
    }
  }
}

TEST(MemberSource, TellsWhereEachMemberLies) {
  const std::vector<std::string> parts = {gzip("one"), gzip(""), gzip(noise(300000)), gzip("four")};
  std::unique_ptr<ByteSource> input = std::make_unique<MemorySource>(parts[0] + parts[1] + parts[2] + parts[3]);
  const auto source = make_member_source(input);
  ASSERT_NE(source, nullptr);
  std::vector<uint64_t> ends;
  std::string buffer(100000, '\0');
  while (source->read(buffer.data(), buffer.size()) > 0) {
    if (source->member_end() != 0) {
      ends.push_back(source->member_end());
    }
  }
  const uint64_t third = parts[0].size() + parts[1].size() + parts[2].size();
  EXPECT_THAT(ends, ElementsAre(parts[0].size(), third, third + parts[3].size()));
}

TEST(MemberSource, SkipsTheRestOfAMember) {
  std::unique_ptr<ByteSource> input =
      std::make_unique<MemorySource>(gzip(std::string(100000, 'a')) + gzip(std::string(10, 'b')), 64);
  const auto source = make_member_source(input);
  std::string buffer(1000, '\0');
  ASSERT_EQ(source->read(buffer.data(), buffer.size()), 1000U);
  source->skip_member();
  ASSERT_EQ(source->read(buffer.data(), buffer.size()), 10U);
  EXPECT_EQ(buffer.substr(0, 10), "bbbbbbbbbb");
  EXPECT_EQ(source->read(buffer.data(), buffer.size()), 0U);
}

TEST(MemberSource, LeavesPlainFilesAlone) {
  std::unique_ptr<ByteSource> input = std::make_unique<MemorySource>("WARC/1.0 plain");
  EXPECT_EQ(make_member_source(input), nullptr);
  EXPECT_EQ(peek(input, 8), "WARC/1.0");
}

}  // namespace
}  // namespace smelt
