#include "tokens/megatron_order.h"

#include <numeric>

#include <gtest/gtest.h>

#include "base/error.h"
#include "support/temporary_directory.h"
#include "tokens/npy.h"
#include "tokens/numpy_random.h"

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

std::shared_ptr<const TokenDataset> dataset(const TemporaryDirectory& dir, const std::vector<int>& lengths) {
  TokenDatasetWriter writer(dir.file("d"), TokenType::kInt32);
  uint32_t token = 0;
  for (const int length : lengths) {
    std::vector<uint32_t> tokens(static_cast<size_t>(length));
    std::iota(tokens.begin(), tokens.end(), token);
    token += static_cast<uint32_t>(length);
    writer.add_document(tokens);
  }
  writer.commit();
  return std::make_shared<const TokenDataset>(dir.file("d"));
}

// The stream of the shuffled sequences cut by hand.
void expect_windows(const MegatronOrder& order, const TokenDataset& data, int64_t seq_length) {
  std::vector<int32_t> stream;
  for (const int32_t sequence : order.document_index()) {
    const std::vector<int32_t> tokens = data.sequence(sequence);
    stream.insert(stream.end(), tokens.begin(), tokens.end());
  }
  ASSERT_EQ(order.size(), (static_cast<int64_t>(stream.size()) - 1) / seq_length);
  std::vector<int32_t> out(static_cast<size_t>(seq_length) + 1);
  for (int64_t i = 0; i < order.size(); ++i) {
    order.read(i, out);
    const auto from = stream.begin() + order.shuffle_index()[static_cast<size_t>(i)] * seq_length;
    ASSERT_TRUE(std::equal(out.begin(), out.end(), from)) << i;
  }
}

TEST(MegatronOrder, OneEpochIsShuffledOnceAndCutIntoOverlappingWindows) {
  const TemporaryDirectory dir;
  const auto data = dataset(dir, {5, 1, 9, 3, 7, 2, 2, 11, 1, 4});
  const MegatronOrder order(data, {.seq_length = 4, .seed = 1234});
  const std::vector<int64_t> documents = permutation(1234, 10);
  EXPECT_TRUE(std::equal(documents.begin(), documents.end(), order.document_index().begin()));
  expect_windows(order, *data, 4);
}

TEST(MegatronOrder, TheLastEpochIsShuffledApartWhereLittleOfItIsNeeded) {
  const TemporaryDirectory dir;
  const auto data = dataset(dir, std::vector<int>(20, 10));  // 200 tokens, 49 samples of 4 an epoch
  const MegatronOrder apart(data, {.seq_length = 4, .seed = 5, .num_samples = 110});  // 11 of the third epoch
  ASSERT_EQ(apart.document_index().size(), 60u);
  std::vector<int> last_epoch(20);
  for (size_t i = 40; i < 60; ++i) {
    ++last_epoch[static_cast<size_t>(apart.document_index()[i])];
  }
  EXPECT_EQ(last_epoch, std::vector<int>(20, 1));
  const int64_t sans_final = (2 * 200 - 1) / 4;
  for (int64_t i = 0; i < apart.size(); ++i) {
    EXPECT_EQ(apart.shuffle_index()[static_cast<size_t>(i)] < sans_final, i < sans_final);
  }
  expect_windows(apart, *data, 4);
  const MegatronOrder together(data, {.seq_length = 4, .seed = 5, .num_samples = 145});  // 46 of 49
  std::vector<int> mixed(20);
  for (size_t i = 40; i < 60; ++i) {
    ++mixed[static_cast<size_t>(together.document_index()[i])];
  }
  EXPECT_NE(mixed, std::vector<int>(20, 1));
  expect_windows(together, *data, 4);
}

TEST(MegatronOrder, SplitsUseTheirSequencesOnly) {
  const TemporaryDirectory dir;
  const auto data = dataset(dir, {5, 6, 9, 3, 7});
  const MegatronOrder order(data, {.seq_length = 2, .seed = 1, .first_sequence = 1, .last_sequence = 3});
  for (const int32_t sequence : order.document_index()) {
    EXPECT_TRUE(sequence == 1 || sequence == 2);
  }
  EXPECT_THROW(MegatronOrder(data, {.seq_length = 100}), UserError);
}

TEST(MegatronBlend, TakesWhoeverIsFurthestBehind) {
  const std::vector<double> weights{2, 1, 1};
  const MegatronBlend blend = megatron_blend(weights, 8);
  EXPECT_EQ(blend.dataset, (std::vector<int16_t>{0, 1, 2, 0, 0, 1, 2, 0}));
  EXPECT_EQ(blend.sample, (std::vector<int64_t>{0, 0, 0, 1, 2, 1, 1, 3}));
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

}  // namespace
}  // namespace smelt
