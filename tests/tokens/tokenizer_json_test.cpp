#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/json.h"
#include "tokens/bpe/byte_alphabet.h"
#include "tokens/data.h"
#include "tokens/tokenizer.h"

namespace smelt {
namespace {

using Ids = std::vector<uint32_t>;

// The 256 bytes as ids 0-255 (byte b is id b) and "ab" = 256, "abc" = 257.
Json small_tokenizer() {
  Json vocab = Json::object();
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    vocab[ByteAlphabet::get().to_chars({&c, 1})] = byte;
  }
  vocab["ab"] = 256;
  vocab["abc"] = 257;
  Json top = Json::object();
  top["version"] = "1.0";
  top["normalizer"] = nullptr;
  top["added_tokens"] = Json::array();
  top["pre_tokenizer"] = *Json::parse(R"({"type":"ByteLevel","add_prefix_space":false,"use_regex":true})");
  top["post_processor"] = nullptr;
  top["decoder"] = *Json::parse(R"({"type":"ByteLevel"})");
  top["model"] = *Json::parse(R"({"type":"BPE","merges":["a b",["ab","c"]]})");
  top["model"]["vocab"] = vocab;
  return top;
}

Json added(int id, const char* content, const char* flags) {
  Json token = *Json::parse(flags);
  token["id"] = id;
  token["content"] = content;
  return token;
}

Tokenizer load(const Json& json) {
  return Tokenizer::parse(json.dump(), "t.json");
}

std::string error_of(const Json& json) {
  try {
    load(json);
  } catch (const UserError& error) {
    EXPECT_EQ(error.code(), ExitCode::kInput);
    return error.what();
  }
  return "no error";
}

TEST(TokenizerJson, ReadsBothFormsOfMerges) {
  EXPECT_EQ(load(small_tokenizer()).encode("abcab"), (Ids{257, 256}));
}

TEST(TokenizerJson, IgnoreMergesTakesWholeWords) {
  Json json = small_tokenizer();
  json["model"]["vocab"]["xyz"] = 258;
  EXPECT_EQ(load(json).encode("xyz"), (Ids{'x', 'y', 'z'}));
  json["model"]["ignore_merges"] = true;
  EXPECT_EQ(load(json).encode("xyz"), (Ids{258}));
  EXPECT_EQ(load(json).encode("xyzx"), (Ids{'x', 'y', 'z', 'x'}));
}

TEST(TokenizerJson, AddedTokensStripAndStandAlone) {
  Json json = small_tokenizer();
  json["added_tokens"].push_back(added(300, "<e>", R"({"special":true})"));
  json["added_tokens"].push_back(added(301, "<e>x", R"({"special":true})"));
  json["added_tokens"].push_back(added(302, "[L]", R"({"special":true,"lstrip":true,"rstrip":true})"));
  json["added_tokens"].push_back(added(303, "cat", R"({"special":false,"single_word":true})"));
  const Tokenizer t = load(json);
  EXPECT_EQ(t.encode("a<e>b"), (Ids{'a', 300, 'b'}));
  EXPECT_EQ(t.encode("<e>x<e>y"), (Ids{301, 300, 'y'})) << "the longest wins";
  EXPECT_EQ(t.encode("a \n [L]\t b"), (Ids{'a', 302, 'b'}));
  EXPECT_EQ(t.encode("a cat, cats"), (Ids{'a', ' ', 303, ',', ' ', 'c', 'a', 't', 's'}));
  EXPECT_EQ(t.vocab_size(), 304u);
  EXPECT_TRUE(t.is_special(300));
  EXPECT_FALSE(t.is_special(303));
  EXPECT_EQ(t.token_bytes(299), "") << "a hole in the ids";
}

TEST(TokenizerJson, SequencesOfSteps) {
  Json json = small_tokenizer();
  json["pre_tokenizer"] = *Json::parse(
      R"({"type":"Sequence","pretokenizers":[{"type":"Digits","individual_digits":true},
          {"type":"Split","pattern":{"Regex":"b"},"behavior":"Isolated","invert":false},
          {"type":"ByteLevel","add_prefix_space":false,"use_regex":false}]})");
  EXPECT_EQ(load(json).encode("abc"), (Ids{'a', 'b', 'c'}));
  json["pre_tokenizer"] = *Json::parse(R"({"type":"ByteLevel","add_prefix_space":true})");
  EXPECT_EQ(load(json).encode("abc"), (Ids{' ', 257}));
}

TEST(TokenizerJson, NfcComposes) {
  Json json = small_tokenizer();
  json["normalizer"] = *Json::parse(R"({"type":"NFC"})");
  EXPECT_EQ(load(json).decode(load(json).encode("e\xCC\x81")), "\xC3\xA9");
  EXPECT_EQ(load(json).decode(load(json).encode("\xFF")), "\xFF");
}

TEST(TokenizerJson, UnknownPartsAreNamed) {
  using testing::HasSubstr;
  Json json = small_tokenizer();
  json["model"]["type"] = "Trigram";
  EXPECT_THAT(error_of(json), testing::AllOf(HasSubstr("t.json: model.type"), HasSubstr("Trigram")));
  json = small_tokenizer();
  json["normalizer"] = *Json::parse(R"({"type":"Sequence","normalizers":[{"type":"NFC"},{"type":"Uppercase"}]})");
  EXPECT_THAT(error_of(json), testing::AllOf(HasSubstr("normalizer.normalizers[1]"), HasSubstr("Uppercase")));
  json = small_tokenizer();
  json["pre_tokenizer"]["type"] = "Words";
  EXPECT_THAT(error_of(json), testing::AllOf(HasSubstr("pre_tokenizer"), HasSubstr("Words")));
  json = small_tokenizer();
  json["decoder"]["type"] = "Upside";
  EXPECT_THAT(error_of(json), testing::AllOf(HasSubstr("decoder"), HasSubstr("Upside")));
  json = small_tokenizer();
  json["post_processor"] = *Json::parse(R"({"type":"Sequence","processors":[{"type":"Frame"}]})");
  EXPECT_THAT(error_of(json), testing::AllOf(HasSubstr("post_processor.processors[0]"), HasSubstr("Frame")));
  json = small_tokenizer();
  json["model"]["merges"].push_back("a qq");
  EXPECT_THAT(error_of(json), testing::AllOf(HasSubstr("merge 2"), HasSubstr("qq")));
  json = small_tokenizer();
  json["model"]["vocab"]["zz"] = 5;
  EXPECT_THAT(error_of(json), HasSubstr("two tokens have id 5"));
  json = small_tokenizer();
  json["model"]["vocab"]["zz"] = 4000000000;
  EXPECT_THAT(error_of(json), HasSubstr("4000000000"));
  json = small_tokenizer();
  json["model"]["dropout"] = 0.1;
  EXPECT_THAT(error_of(json), HasSubstr("model.dropout"));
  json = small_tokenizer();
  json["pre_tokenizer"] =
      *Json::parse(R"({"type":"Split","pattern":{"Regex":"("},"behavior":"Isolated","invert":false})");
  EXPECT_THAT(error_of(json), HasSubstr("pre_tokenizer.pattern.Regex"));
}

}  // namespace
}  // namespace smelt
