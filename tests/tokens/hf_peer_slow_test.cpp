// Ids, offsets, special tokens mask and decoded text against Hugging Face's tokenizers library, on tokenizers that it
// trains on the spot (peers/hf_tokenizers.py): texts of 75 languages and books, every code point, 100,000 strings made
// to be hard. Skipped where its Python environment or the test data is absent.
#include <cstdlib>
#include <cstring>

#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include "base/files.h"
#include "base/json.h"
#include "base/text.h"
#include "support/run_program.h"
#include "tokens/data.h"
#include "tokens/tokenizer.h"

namespace smelt {
namespace {

// Values one behind the other, as peers/hf_tokenizers.py writes them.
class Packed {
 public:
  explicit Packed(const std::string& path) : bytes_(read_file(path)) {}
  uint32_t number() {
    uint32_t value = 0;
    std::memcpy(&value, bytes_.data() + at_, 4);
    at_ += 4;
    return value;
  }
  template <class T>
  std::vector<T> values(size_t count) {
    std::vector<T> out(count);
    std::memcpy(out.data(), bytes_.data() + at_, count * sizeof(T));
    at_ += count * sizeof(T);
    return out;
  }
  std::string_view text() {
    const uint32_t size = number();
    at_ += size;
    return std::string_view(bytes_).substr(at_ - size, size);
  }
  bool at_end() const { return at_ == bytes_.size(); }

 private:
  std::string bytes_;
  size_t at_ = 0;
};

std::string shown(const std::vector<uint32_t>& ids, const std::vector<Span>& offsets) {
  std::string out;
  for (size_t i = 0; i < ids.size() && i < 60; ++i) {
    out += std::to_string(ids[i]) + "@" + std::to_string(offsets[i].begin) + "-" + std::to_string(offsets[i].end) + " ";
  }
  return out;
}

// Compares what becomes of one text.
void same(const Tokenizer& tokenizer, std::string_view text, Packed& expected) {
  const uint32_t count = expected.number();
  const auto ids = expected.values<uint32_t>(count);
  const auto offsets = expected.values<Span>(count);
  const auto mask = expected.values<uint8_t>(count);
  const std::string_view decoded = expected.text();
  const std::string_view skipped = expected.text();
  const Encoding encoding = tokenizer.encode(text, EncodeOptions());
  const std::vector<Span> characters = to_character_offsets(text, encoding.offsets);
  std::vector<uint32_t> plain;
  for (size_t i = 0; i < count; ++i) {
    if (mask[i] == 0) {
      plain.push_back(ids[i]);
    }
  }
  EXPECT_EQ(encoding.ids, ids) << shown(ids, offsets);
  EXPECT_EQ(encoding.special_tokens_mask, mask);
  EXPECT_TRUE(encoding.ids != ids || characters == offsets) << shown(ids, offsets) << "\n"
                                                            << shown(encoding.ids, characters);
  EXPECT_EQ(tokenizer.encode(text), plain);
  EXPECT_EQ(replace_invalid_utf8(tokenizer.decode(ids)), decoded);
  EXPECT_TRUE(skipped.empty() || replace_invalid_utf8(tokenizer.decode(ids, true)) == skipped) << skipped;
}

class HuggingFace : public testing::Test {
 protected:
  void SetUp() override {
    if (!path_exists(python_)) {
      GTEST_SKIP() << "no Python environment of the peers in " SMELT_PEERS "; `make peers` builds it";
    }
    if (!path_exists(test::data_dir() + "/langid")) {
      GTEST_SKIP() << "no test data";
    }
  }
  const std::string python_ = SMELT_PEERS "/bin/python";
  const std::string script_ = SMELT_SOURCE_DIR "/tests/tokens/peers/hf_tokenizers.py";
};

TEST_F(HuggingFace, GivesTheSameOnEveryText) {
  TemporaryDirectory folder;
  const char* scale = std::getenv("SMELT_PEER_SCALE");  // below 1: that share of the texts
  const char* made = std::getenv("SMELT_PEER_FOLDER");  // where an earlier run left them
  std::string dir = folder.file("");
  if (made != nullptr) {
    dir = std::string(made) + "/";
  } else {
    const ProgramResult result =
        run_words({python_, script_, "make", dir, test::data_dir(), scale != nullptr ? scale : "1"});
    ASSERT_EQ(result.exit_code, 0) << result.err;
  }
  int tokenizers = 0;
  for (const std::string& file : list_files(dir)) {
    if (!file.ends_with(".json") || file.ends_with(".saved.json")) {
      continue;
    }
    ++tokenizers;
    const std::string name = file.substr(0, file.size() - 5);
    const Tokenizer tokenizer = Tokenizer::load(dir + file);
    Packed texts(dir + "texts.bin");
    Packed expected(dir + name + ".bin");
    int differing = 0;
    const uint32_t count = texts.number();
    for (uint32_t i = 0; i < count && differing < 3; ++i) {
      const std::string_view text = texts.text();
      testing::TestPartResultArray failures;
      {
        const testing::ScopedFakeTestPartResultReporter reporter(
            testing::ScopedFakeTestPartResultReporter::INTERCEPT_ONLY_CURRENT_THREAD, &failures);
        same(tokenizer, text, expected);
      }
      if (failures.size() > 0) {
        ++differing;
        ADD_FAILURE() << name << ", text " << i << ": " << json_quote(text.substr(0, 300)) << "\n"
                      << failures.GetTestPartResult(0).message();
      }
    }
    EXPECT_TRUE(differing > 0 || expected.at_end());
    // What is written is the same tokenizer to the library.
    const std::string saved = folder.file(name + ".saved.json");
    write_file(saved, tokenizer.to_json());
    const ProgramResult result = run_words({python_, script_, "same", dir + file, saved, dir + "texts.bin"});
    EXPECT_EQ(result.exit_code, 0) << name << " " << result.out << result.err;
  }
  EXPECT_GT(tokenizers, 15);
}

}  // namespace
}  // namespace smelt
