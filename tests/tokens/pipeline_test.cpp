// Small tokenizers of each kind. The expected values are what Hugging Face's tokenizers 0.23.3 gives for these files;
// hf_peer_slow_test.cpp compares far more where that library is installed.
#include "tokens/pipeline.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/text.h"
#include "tokens/formats/model_files.h"
#include "tokens/normalize/normal_forms.h"
#include "tokens/normalize/precompiled.h"
#include "tokens/text/text_regex.h"
#include "tokens/tokenizer.h"

namespace smelt {
namespace {

using Ids = std::vector<uint32_t>;
using Spans = std::vector<Span>;
using Mask = std::vector<uint8_t>;

constexpr const char* kWordPiece = R"({"version":"1.0","added_tokens":[
  {"id":0,"content":"[UNK]","special":true,"normalized":false},
  {"id":2,"content":"[SEP]","special":true,"normalized":false}],
 "normalizer":{"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":true,"strip_accents":null,
  "lowercase":true},
 "pre_tokenizer":{"type":"BertPreTokenizer"},
 "post_processor":{"type":"BertProcessing","sep":["[SEP]",2],"cls":["[CLS]",1]},
 "decoder":{"type":"WordPiece","prefix":"##","cleanup":true},
 "model":{"type":"WordPiece","unk_token":"[UNK]","continuing_subword_prefix":"##","max_input_chars_per_word":10,
  "vocab":{"[UNK]":0,"[CLS]":1,"[SEP]":2,"ca":3,"##fe":4,"##f":5,"!":6,"中":7,"a":8}}})";

constexpr const char* kUnigram = R"({"version":"1.0","added_tokens":[],
 "normalizer":{"type":"Sequence","normalizers":[{"type":"NFKC"},
  {"type":"Replace","pattern":{"Regex":" {2,}"},"content":" "}]},
 "pre_tokenizer":{"type":"Metaspace","replacement":"▁","prepend_scheme":"always","split":true},
 "decoder":{"type":"Metaspace","replacement":"▁","prepend_scheme":"always","split":true},
 "model":{"type":"Unigram","unk_id":0,"byte_fallback":false,
  "vocab":[["<unk>",0.0],["▁",-2.0],["a",-3.0],["b",-3.0],["ab",-4.0],["▁a",-3.5],["fi",-3.0]]}})";

constexpr const char* kFallback = R"({"version":"1.0","added_tokens":[],
 "normalizer":{"type":"Prepend","prepend":"▁"},"pre_tokenizer":null,
 "decoder":{"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":"▁"},"content":" "},
  {"type":"ByteFallback"},{"type":"Fuse"},{"type":"Strip","content":" ","start":1,"stop":0}]},
 "model":{"type":"BPE","unk_token":"<unk>","fuse_unk":true,"byte_fallback":true,
  "vocab":{"<unk>":0,"<0xC3>":1,"<0xA9>":2,"▁":3,"a":4,"b":5,"ab":6,"▁ab":7},"merges":[["a","b"],["▁","ab"]]}})";

void check(const char* json, const std::string& text, const Ids& ids, const Spans& characters, const Mask& mask,
           const std::string& decoded) {
  const Tokenizer tokenizer = Tokenizer::parse(json, "t.json");
  const Encoding encoding = tokenizer.encode(text, EncodeOptions());
  EXPECT_EQ(encoding.ids, ids) << text;
  EXPECT_TRUE(to_character_offsets(text, encoding.offsets) == characters) << text;
  EXPECT_EQ(encoding.special_tokens_mask, mask) << text;
  EXPECT_EQ(tokenizer.decode(ids, true), decoded);
  const Tokenizer again = Tokenizer::parse(tokenizer.to_json(), "again.json");
  EXPECT_EQ(again.encode(text, EncodeOptions()).ids, ids) << "written and read again";
}

TEST(Pipeline, WordPieceWithBertsParts) {
  check(kWordPiece, "Café CAFE!", {1, 3, 4, 3, 4, 6, 2}, {{0, 0}, {0, 2}, {2, 4}, {5, 7}, {7, 9}, {9, 10}, {0, 0}},
        {1, 0, 0, 0, 0, 0, 1}, "[CLS] cafe cafe!");
  check(kWordPiece, "中a cafcafcafcaf", {1, 7, 8, 0, 2}, {{0, 0}, {0, 1}, {1, 2}, {3, 15}, {0, 0}}, {1, 0, 0, 0, 1},
        "[CLS] 中 a");
  check(kWordPiece, "[SEP]x", {1, 2, 0, 2}, {{0, 0}, {0, 5}, {5, 6}, {0, 0}}, {1, 0, 0, 1}, "[CLS]");
}

TEST(Pipeline, UnigramWithMetaspace) {
  check(kUnigram, "a  ab", {5, 1, 4}, {{0, 1}, {2, 3}, {3, 5}}, {0, 0, 0}, "a ab");
  check(kUnigram, "ﬁ zz a", {1, 6, 1, 0, 5}, {{0, 1}, {0, 1}, {1, 2}, {2, 4}, {4, 6}}, {0, 0, 0, 0, 0}, "fi <unk> a");
}

TEST(Pipeline, BpeThatFallsBackToBytes) {
  check(kFallback, "ab é", {7, 1, 2, 0}, {{0, 2}, {2, 3}, {3, 4}, {3, 4}}, {0, 0, 0, 0}, "abé<unk>");
  check(kFallback, "é日本b", {3, 1, 2, 0, 5}, {{0, 1}, {0, 1}, {0, 1}, {1, 3}, {3, 4}}, {0, 0, 0, 0, 0}, "é<unk>b");
}

TEST(Pipeline, StreamsWhatDecodeGives) {
  const Tokenizer tokenizer = Tokenizer::parse(kFallback, "t.json");
  const Ids ids = {3, 7, 1, 2, 7, 5, 1, 2};
  StreamDecoder stream(tokenizer);
  std::string shown;
  for (const uint32_t id : ids) {
    const std::string part = stream.push(id);
    EXPECT_TRUE(is_valid_utf8(part));
    EXPECT_EQ(part.find("\xEF\xBF\xBD"), std::string::npos);
    shown += part;
  }
  EXPECT_EQ(shown + stream.finish(), tokenizer.decode(ids));
}

TEST(Pipeline, InvalidUtf8IsReplacedOrRefused) {
  const Tokenizer tokenizer = Tokenizer::parse(kFallback, "t.json");
  EXPECT_EQ(tokenizer.encode("ab\xFF"), tokenizer.encode("ab\xEF\xBF\xBD"));
  const Encoding encoding = tokenizer.encode(
      "\xC3\xA9\xFF\xFF"
      "b",
      EncodeOptions());
  EXPECT_TRUE(encoding.offsets.back() == (Span{4, 5})) << "places in the text as it was given";
  EncodeOptions strict;
  strict.invalid = InvalidUtf8::kError;
  EXPECT_THROW(tokenizer.encode("ab\xFF", strict), UserError);
}

TEST(Pipeline, NormalFormsOfHangulAndOrderedMarks) {
  const auto form = [](NormalForm kind, std::string_view text) {
    std::vector<ChangedCharacter> characters;
    normal_form(kind, text, characters);
    std::string out;
    for (const ChangedCharacter& c : characters) {
      append_character(out, c.code_point);
    }
    return out;
  };
  EXPECT_EQ(form(NormalForm::kNfd, "한é"),
            "\xE1\x84\x92\xE1\x85\xA1\xE1\x86\xAB"
            "e\xCC\x81");
  EXPECT_EQ(form(NormalForm::kNfc,
                 "\xE1\x84\x92\xE1\x85\xA1\xE1\x86\xAB"
                 "e\xCC\x81"),
            "한é");
  EXPECT_EQ(form(NormalForm::kNfc, "q\xCC\x87\xCC\xA3"), "q\xCC\xA3\xCC\x87");
  EXPECT_EQ(form(NormalForm::kNfkc, "ﬁ①"), "fi1");
  EXPECT_EQ(form(NormalForm::kNfc,
                 "a\xFF"
                 "b"),
            "a\xFF"
            "b");
}

TEST(TextRegex, FindsWhatOnigurumaFinds) {
  const auto cuts = [](const std::string& regex, std::string_view text) {
    std::vector<Stretch> stretches;
    TextRegex::compile(regex).value().find(text, stretches);
    std::string out;
    for (const Stretch& s : stretches) {
      out += (s.matched ? "<" : "(") + std::string(text.substr(s.begin, s.end - s.begin)) + (s.matched ? ">" : ")");
    }
    return out;
  };
  EXPECT_EQ(cuts("^a", "ba\naa"), "(ba\n)<a>(a)");
  EXPECT_EQ(cuts("a$", "ba\naa"), "(b)<a>(\na)<a>");
  EXPECT_EQ(cuts("(?m)b.", "ab\naa"), "(a)<b\n>(aa)");
  EXPECT_EQ(cuts("x*", "baxxa"), "<>(b)<>(a)<xx>(a)<>");
  EXPECT_EQ(cuts("\\w+", "a_ü²-"), "<a_ü²>(-)");
  EXPECT_EQ(cuts("[^\\s\\p{L}]+", "a 1² b"), "(a )<1²>( b)");
  EXPECT_EQ(cuts("\\h+", "xyAF9"), "(xy)<AF9>");
}

TEST(Base64, ReadsWhatItWrites) {
  for (const std::string text : {"", "a", "ab", "abc", "\x00\xFF\x10z"}) {
    EXPECT_EQ(decode_base64(encode_base64(text)), text);
  }
  EXPECT_EQ(encode_base64("Man"), "TWFu");
  EXPECT_EQ(decode_base64("TW="), std::nullopt);
  EXPECT_EQ(decode_base64("T*Fu"), std::nullopt);
}

TEST(Tiktoken, JoinsTheLowestRankFirst) {
  // The 256 bytes are their own ranks; "ab" 256, "bc" 257, "abc" 258, "aa" 259, "aaa" 260.
  std::string ranks;
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    ranks += encode_base64({&c, 1}) + " " + std::to_string(byte) + "\n";
  }
  int rank = 256;
  for (const char* token : {"ab", "bc", "abc", "aa", "aaa"}) {
    ranks += encode_base64(token) + " " + std::to_string(rank++) + "\n";
  }
  const Tokenizer tokenizer = Tokenizer::from_spec(read_tiktoken(ranks, "gpt2", "ranks"));
  EXPECT_EQ(tokenizer.encode("abc"), (Ids{258}));
  EXPECT_EQ(tokenizer.encode("xbcaaaa"), (Ids{'x', 257, 259, 259}));
  EXPECT_EQ(tokenizer.decode(tokenizer.encode("abc aaaa\xFF")), "abc aaaa\xFF");
  EXPECT_THROW(read_tiktoken(ranks, "", "ranks"), UserError) << "no known vocabulary has 261 ranks";
  EXPECT_THROW(read_tiktoken("YQ== x\n", "gpt2", "ranks"), UserError);
}

}  // namespace
}  // namespace smelt
