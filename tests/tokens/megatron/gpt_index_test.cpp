#include "tokens/megatron/gpt_index.h"

#include <numeric>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "support/temporary_directory.h"
#include "support/test_context.h"
#include "tokens/megatron/file_shuffle.h"
#include "tokens/megatron/numpy_random.h"

namespace smelt {
namespace {

std::vector<int64_t> permutation(uint32_t seed, int64_t n) {
  std::vector<int64_t> out(static_cast<size_t>(n));
  std::iota(out.begin(), out.end(), 0);
  NumpyRandomState(seed).shuffle(std::span(out));
  return out;
}

// Printed by numpy.random.RandomState(seed).permutation(n).
TEST(NumpyRandomState, GivesNumpysPermutations) {
  EXPECT_EQ(permutation(0, 10), (std::vector<int64_t>{2, 8, 4, 9, 1, 6, 7, 3, 0, 5}));
  EXPECT_EQ(permutation(42, 10), (std::vector<int64_t>{8, 1, 5, 0, 7, 2, 9, 4, 3, 6}));
}

TEST(NumpyRandomState, WideIntervalsTakeTwoDraws) {
  NumpyRandomState wide(7);
  NumpyRandomState narrow(7);
  const uint64_t high = narrow.u32();
  const uint64_t low = narrow.u32();
  EXPECT_EQ(wide.interval(UINT64_MAX), high << 32 | low);
}

template <class T>
void expect_same_shuffle(int64_t n, int64_t memory_bytes) {
  const TestContext context(1);
  const TemporaryDirectory dir;
  const auto initial = [](int64_t i) { return static_cast<T>(i % 1000 + 5); };
  std::vector<T> expected;
  for (int64_t i = 0; i < n; ++i) {
    expected.push_back(initial(i));
  }
  NumpyRandomState straight(9);
  straight.shuffle(std::span<T>(expected));
  NumpyRandomState random(9);
  std::vector<T> got;
  shuffled<T>(context.get(), random, n, initial,
              [&](std::span<const T> part) { got.insert(got.end(), part.begin(), part.end()); },
              {memory_bytes, dir.path()});
  EXPECT_EQ(got, expected) << n << " in " << memory_bytes;
  EXPECT_EQ(random.u32(), straight.u32()) << "the generator is left elsewhere";
  EXPECT_TRUE(list_files(dir.path()).empty());
}

TEST(Shuffled, InBucketsEqualsInOnePiece) {
  for (const int64_t n : {0, 1, 2, 1023, 1024, 1025, 2048, 2049, 30011}) {
    for (const int64_t memory : {int64_t{1}, int64_t{9000}, int64_t{40000}, int64_t{1} << 20}) {
      expect_same_shuffle<int32_t>(n, memory);
    }
    expect_same_shuffle<uint32_t>(n, 12000);
    expect_same_shuffle<int64_t>(n, 12000);
  }
}

class GptIndex : public testing::Test {
 protected:
  std::shared_ptr<const TokenDataset> dataset(const std::vector<int>& lengths) {
    TokenDatasetWriter writer(dir_.file("d"), TokenType::kInt32);
    uint32_t token = 0;
    for (const int length : lengths) {
      std::vector<uint32_t> tokens(static_cast<size_t>(length));
      std::iota(tokens.begin(), tokens.end(), token);
      token += static_cast<uint32_t>(length);
      writer.add_document(tokens);
    }
    writer.commit();
    return std::make_shared<const TokenDataset>(dir_.file("d"));
  }
  MegatronOrder order(const std::shared_ptr<const TokenDataset>& data, const MegatronOptions& options,
                      int64_t memory = 1 << 20) {
    const GptIndexFiles files = gpt_index_files(dir_.path(), "index");
    write_gpt_index(context_.get(), *data, options, files, memory);
    return {data, options.seq_length, files};
  }
  static std::vector<int64_t> values(const NpyArray& array) {
    std::vector<int64_t> out;
    for (int64_t i = 0; i < array.size(); ++i) {
      out.push_back(array.at(i));
    }
    return out;
  }
  // The stream of the shuffled sequences cut by hand.
  static void expect_windows(const MegatronOrder& order, const TokenDataset& data, int64_t seq_length) {
    std::vector<int32_t> stream;
    for (const int64_t sequence : values(order.document_index())) {
      const std::vector<int32_t> tokens = data.sequence(sequence);
      stream.insert(stream.end(), tokens.begin(), tokens.end());
    }
    ASSERT_EQ(order.size(), (static_cast<int64_t>(stream.size()) - 1) / seq_length);
    std::vector<int32_t> out(static_cast<size_t>(seq_length) + 1);
    for (int64_t i = 0; i < order.size(); ++i) {
      order.read(i, out);
      const auto from = stream.begin() + order.shuffle_index().at(i) * seq_length;
      ASSERT_TRUE(std::equal(out.begin(), out.end(), from)) << i;
    }
  }
  static std::vector<int> uses(const NpyArray& documents, int64_t from, int64_t count) {
    std::vector<int> out(static_cast<size_t>(count));
    for (int64_t i = from; i < from + count; ++i) {
      ++out[static_cast<size_t>(documents.at(i))];
    }
    return out;
  }

  TestContext context_;
  TemporaryDirectory dir_;
};

TEST_F(GptIndex, OneEpochIsShuffledOnceAndCutIntoOverlappingWindows) {
  const auto data = dataset({5, 1, 9, 3, 7, 2, 2, 11, 1, 4});
  const MegatronOrder one = order(data, {.seq_length = 4, .seed = 1234});
  EXPECT_EQ(values(one.document_index()), permutation(1234, 10));
  expect_windows(one, *data, 4);
}

TEST_F(GptIndex, TheLastEpochIsShuffledApartWhereLittleOfItIsNeeded) {
  const auto data = dataset(std::vector<int>(20, 10));  // 200 tokens, 49 samples of 4 an epoch
  const MegatronOptions options{.seq_length = 4, .seed = 5, .num_samples = 110};  // 11 of the third epoch
  const MegatronOrder apart = order(data, options);
  ASSERT_EQ(apart.document_index().size(), 60);
  EXPECT_EQ(uses(apart.document_index(), 40, 20), std::vector<int>(20, 1));
  const int64_t sans_final = (2 * 200 - 1) / 4;
  for (int64_t i = 0; i < apart.size(); ++i) {
    EXPECT_EQ(apart.shuffle_index().at(i) < sans_final, i < sans_final);
  }
  expect_windows(apart, *data, 4);
  // Of the last epoch's 49 samples int(39.2) = 39 are the threshold: 39 are enough for one shuffle, 38 are not.
  EXPECT_FALSE(plan_gpt_index(*data, {.seq_length = 4, .num_samples = sans_final + 39}).separate_final_epoch);
  EXPECT_TRUE(plan_gpt_index(*data, {.seq_length = 4, .num_samples = sans_final + 38}).separate_final_epoch);
  const MegatronOrder together = order(data, {.seq_length = 4, .seed = 5, .num_samples = 145});  // 46 of 49
  EXPECT_NE(uses(together.document_index(), 40, 20), std::vector<int>(20, 1));
  expect_windows(together, *data, 4);
}

TEST_F(GptIndex, LittleMemoryGivesTheSameBytes) {
  const auto data = dataset(std::vector<int>(3000, 7));
  const MegatronOptions options{.seq_length = 2, .seed = 5, .num_samples = 25000};
  const GptIndexFiles roomy = gpt_index_files(dir_.path(), "roomy");
  const GptIndexFiles tight = gpt_index_files(dir_.path(), "tight");
  write_gpt_index(context_.get(), *data, options, roomy);
  write_gpt_index(context_.get(), *data, options, tight, 16 << 10);
  EXPECT_EQ(read_file(roomy.document), read_file(tight.document));
  EXPECT_EQ(read_file(roomy.sample), read_file(tight.sample));
  EXPECT_EQ(read_file(roomy.shuffle), read_file(tight.shuffle));
}

TEST_F(GptIndex, SplitsUseTheirSequencesOnly) {
  const auto data = dataset({5, 6, 9, 3, 7});
  const MegatronOrder middle = order(data, {.seq_length = 2, .seed = 1, .first_sequence = 1, .last_sequence = 3});
  EXPECT_THAT(values(middle.document_index()), testing::UnorderedElementsAre(1, 2));
  EXPECT_THROW(plan_gpt_index(*data, {.seq_length = 100}), UserError);
}

TEST_F(GptIndex, TypesGrowWhereMegatronsDo) {
  EXPECT_EQ(sample_index_type(INT32_MAX), NpyType::kInt32);
  EXPECT_EQ(sample_index_type(int64_t{INT32_MAX} + 1), NpyType::kInt64);
  EXPECT_EQ(shuffle_index_type(int64_t{UINT32_MAX} - 2), NpyType::kUint32);
  EXPECT_EQ(shuffle_index_type(int64_t{UINT32_MAX} - 1), NpyType::kInt64);
}

TEST_F(GptIndex, IndicesOfAnotherDatasetAreRefused) {
  const auto data = dataset(std::vector<int>(20, 10));
  const MegatronOptions options{.seq_length = 4, .seed = 5};
  const GptIndexFiles files = gpt_index_files(dir_.path(), "index");
  write_gpt_index(context_.get(), *data, options, files);
  const auto smaller = dataset({3, 3});
  const MegatronOrder foreign(smaller, 4, files);
  std::vector<int32_t> out(5);
  EXPECT_THROW(
      {
        for (int64_t i = 0; i < foreign.size(); ++i) {
          foreign.read(i, out);
        }
      },
      UserError);
  EXPECT_THROW(MegatronOrder(data, 4, {files.document, files.shuffle, files.shuffle}), UserError);
}

}  // namespace
}  // namespace smelt
