#include "corpus/dedup/key_file.h"

#include <gtest/gtest.h>

#include "base/rng.h"
#include "corpus/testing.h"

namespace smelt {
namespace {

DocumentKeys random_keys(uint64_t i, size_t bands) {
  Rng rng(1, "key_file_test", i);
  DocumentKeys keys{std::string(rng.below(20), 'x') + std::to_string(i), {rng.u64(), rng.u64()}, rng.u64() | 1, {}};
  for (size_t band = 0; i % 7 != 3 && band < bands; ++band) {
    keys.bands.push_back(rng.u64() | 1);
  }
  return keys;
}

TEST(KeyFile, ReadsBackWhatWasWritten) {
  const TemporaryFolder folder;
  const MinHashShape shape{.bands = 3, .rows = 2};
  for (const uint64_t count : {0u, 1u, 4096u, 4097u, 9000u}) {
    KeyWriter writer(folder.file("k"), shape);
    for (uint64_t i = 0; i < count; ++i) {
      writer.add(random_keys(i, 3));
    }
    writer.commit();
    const KeyFile file(folder.file("k"));
    EXPECT_EQ(file.shape(), shape_digest(shape));
    EXPECT_EQ(file.bands(), 3u);
    ASSERT_EQ(file.documents(), count);
    for (uint64_t i = 0; i < count; ++i) {
      const DocumentKeys keys = random_keys(i, 3);
      EXPECT_EQ(file.id(i), keys.id);
      EXPECT_EQ(file.exact(i), keys.exact);
      EXPECT_EQ(file.preference(i), keys.preference);
      for (size_t band = 0; band < 3; ++band) {
        EXPECT_EQ(file.band_key(i, band), keys.bands.empty() ? 0 : keys.bands[band]);
      }
    }
  }
}

TEST(KeyFile, DamageIsAnErrorAtEveryLength) {
  const TemporaryFolder folder;
  KeyWriter writer(folder.file("k"), {.bands = 2, .rows = 2});
  for (uint64_t i = 0; i < 5; ++i) {
    writer.add(random_keys(i, 2));
  }
  writer.commit();
  const std::string bytes = read_file(folder.file("k"));
  EXPECT_TRUE(KeyFile::parse(bytes).ok());
  for (size_t size = 0; size < bytes.size(); ++size) {
    const Result<KeyFile> cut = KeyFile::parse(std::string_view(bytes).substr(0, size));
    EXPECT_EQ(cut.ok(), size == 32) << size;  // a header alone is a file of no documents
  }
  EXPECT_THROW(KeyFile(folder.write("bad", "no keys")), UserError);
}

TEST(KeyFile, ShapesOfAnyOtherValueHaveAnotherDigest) {
  const MinHashShape shape;
  EXPECT_EQ(shape_digest(shape), shape_digest(MinHashShape{}));
  EXPECT_NE(shape_digest(shape), shape_digest({.unit = ShingleUnit::kWords}));
  EXPECT_NE(shape_digest(shape), shape_digest({.shingle = 23}));
  EXPECT_NE(shape_digest(shape), shape_digest({.bands = 13, .rows = 20}));
  EXPECT_NE(shape_digest(shape), shape_digest({.seed = 43}));
}

}  // namespace
}  // namespace smelt
