// Ids against SentencePiece and tiktoken, on models and rank files made on the spot (peers/other_tokenizers.py).
// Skipped where their Python environment or the test data is absent.
#include <cstring>

#include <gtest/gtest.h>

#include "base/files.h"
#include "base/json.h"
#include "support/run_program.h"
#include "tokens/data.h"
#include "tokens/formats/model_files.h"
#include "tokens/tokenizer.h"

namespace smelt {
namespace {

class Numbers {
 public:
  explicit Numbers(const std::string& path) : bytes_(read_file(path)) {}
  uint32_t next() {
    uint32_t value = 0;
    std::memcpy(&value, bytes_.data() + at_, 4);
    at_ += 4;
    return value;
  }
  std::string text() {
    const uint32_t size = next();
    at_ += size;
    return bytes_.substr(at_ - size, size);
  }

 private:
  std::string bytes_;
  size_t at_ = 0;
};

void compare(const Tokenizer& tokenizer, const std::string& name, const std::string& dir) {
  Numbers texts(dir + "/texts.bin");
  Numbers ids(dir + "/" + name + ".ids");
  int differing = 0;
  const uint32_t count = texts.next();
  EXPECT_GT(count, 6000u);
  for (uint32_t i = 0; i < count && differing < 3; ++i) {
    const std::string text = texts.text();
    std::vector<uint32_t> expected(ids.next());
    for (uint32_t& id : expected) {
      id = ids.next();
    }
    std::vector<uint32_t> got;
    tokenizer.encode_plain(text, got);
    EXPECT_EQ(got, expected) << name << " " << json_quote(text);
    differing += got == expected ? 0 : 1;
  }
}

TEST(OtherPeers, GiveTheSameIds) {
  const std::string python = SMELT_PEERS "/bin/python";
  if (!path_exists(python) || !path_exists(test::data_dir() + "/langid")) {
    GTEST_SKIP() << "no Python environment of the peers in " SMELT_PEERS ", or no test data";
  }
  const TemporaryDirectory folder;
  const std::string& dir = folder.path();
  const ProgramResult made =
      run_words({python, SMELT_SOURCE_DIR "/tests/tokens/peers/other_tokenizers.py", dir, test::data_dir()});
  if (made.exit_code == 77) {
    GTEST_SKIP() << "no sentencepiece and tiktoken in " SMELT_PEERS;
  }
  ASSERT_EQ(made.exit_code, 0) << made.err;
  for (const char* name : {"unigram", "unigram_bytes", "bpe", "bpe_llama", "character"}) {
    compare(Tokenizer::load(dir + "/" + name + ".model"), name, dir);
  }
  for (const char* name : {"gpt2", "cl100k"}) {
    const std::string path = dir + "/" + name + ".tiktoken";
    compare(Tokenizer::from_spec(read_tiktoken(read_file(path), name, path)), name, dir);
  }
}

}  // namespace
}  // namespace smelt
