#include "eval/heldout.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/text.h"
#include "eval/byte_tokenizer.h"
#include "eval/milestones.h"
#include "support/temporary_directory.h"
#include "support/test_context.h"

namespace smelt {
namespace {

class HeldoutTest : public testing::Test {
 protected:
  void SetUp() override { make_directories(folder_.file("docs")); }
  void write(const std::vector<std::string>& texts) {
    std::string lines;
    for (size_t i = 0; i < texts.size(); ++i) {
      Json line = Json::object();
      line["id"] = "d" + std::to_string(i);
      line["text"] = texts[i];
      lines += line.dump() + "\n";
    }
    write_file(folder_.file("docs/part-00000.jsonl"), lines);
  }
  HeldoutSet load(int64_t max_bytes, uint64_t seed = 1) {
    TestContext context(2, seed);
    return load_heldout(context.get(), folder_.file("docs"), tokenizer_, max_bytes);
  }
  TemporaryDirectory folder_;
  Tokenizer tokenizer_ = write_byte_tokenizer(folder_.file("tokenizer"));
};

TEST_F(HeldoutTest, every_document_ends_in_the_end_token) {
  write({"ab", "", "x"});
  const HeldoutSet set = load(1000);
  ASSERT_EQ(set.documents.size(), 2);  // the empty one has nothing to predict
  EXPECT_EQ(set.documents[0].ids, (std::vector<uint32_t>{'a', 'b', kTestEos}));
  EXPECT_EQ(set.documents[1].id, "d2");
  EXPECT_EQ(set.bytes, 3);
  EXPECT_EQ(set.tokens, 5);
  EXPECT_EQ(set.eos_id, kTestEos);
  EXPECT_EQ(set.joined_text(), std::string("ab\0x\0", 5));
}

TEST_F(HeldoutTest, text_cannot_write_the_end_token) {
  write({"<|end|>"});
  EXPECT_EQ(load(1000).tokens, 8);
}

TEST_F(HeldoutTest, a_part_is_drawn_to_the_byte_and_by_seed) {
  std::vector<std::string> texts;
  for (int i = 0; i < 100; ++i) {
    texts.push_back(std::string(50, static_cast<char>('a' + i % 26)));
  }
  write(texts);
  const HeldoutSet set = load(1234);
  EXPECT_EQ(set.bytes, 1234);
  EXPECT_EQ(set.available_bytes, 5000);
  EXPECT_EQ(set.available_documents, 100);
  EXPECT_EQ(set.documents.size(), 25);
  EXPECT_EQ(load(1234).joined_text(), set.joined_text());
  EXPECT_NE(load(1234, 2).joined_text(), set.joined_text());
  EXPECT_EQ(load(5000).documents.size(), 100);
}

TEST_F(HeldoutTest, characters_are_not_cut) {
  write({"ää", "öö", "üü"});
  for (int64_t bytes = 1; bytes < 12; ++bytes) {
    for (const HeldoutDocument& document : load(bytes).documents) {
      EXPECT_TRUE(is_valid_utf8(document.text)) << bytes;
    }
  }
}

TEST_F(HeldoutTest, without_documents_or_end_token_is_an_error) {
  write({""});
  EXPECT_THROW(load(100), UserError);
  write({"a"});
  const Tokenizer bare = Tokenizer::parse(byte_tokenizer_json(), "bare");
  TestContext context;
  EXPECT_THROW(load_heldout(context.get(), folder_.file("docs"), bare, 100), UserError);
}

TEST_F(HeldoutTest, training_text_is_bounded_and_whole_where_it_fits) {
  write({"one", "two", "three"});
  TestContext context;
  const TrainingText all = load_training_text(context.get(), folder_.file("docs"), 100);
  EXPECT_EQ(all.text, std::string("one\0two\0three\0", 14));
  const TrainingText part = load_training_text(context.get(), folder_.file("docs"), 6);
  EXPECT_EQ(part.available_bytes, 11);
  EXPECT_LE(part.text.size(), 6 + 3);
}

TEST_F(HeldoutTest, prompts_are_first_words_and_differ) {
  write({"one two three four", "one two three five", "six  seven\neight nine", "ten"});
  const std::vector<std::string> prompts = choose_prompts(load(1000), 10, 3, 1);
  ASSERT_EQ(prompts.size(), 4);
  EXPECT_EQ(prompts[0], "");
  EXPECT_EQ(std::count(prompts.begin(), prompts.end(), "one two three"), 1);
  EXPECT_EQ(std::count(prompts.begin(), prompts.end(), "six  seven\neight"), 1);
  EXPECT_EQ(choose_prompts(load(1000), 2, 3, 1).size(), 2);
}

TEST(Milestones, are_listed_by_step_and_spread_evenly) {
  const TemporaryDirectory folder;
  for (const char* name : {"step-00000100", "step-00000020", "step-9", "step-x", "other", "step-7"}) {
    make_directories(folder.file(name));
    if (std::string(name) != "step-7") {
      write_file(folder.file(name) + "/config.json", "{}");
    }
  }
  const std::vector<Milestone> all = list_milestones(folder.path());
  ASSERT_EQ(all.size(), 3);
  EXPECT_EQ(all[0].step, 9);
  EXPECT_EQ(all[2].step, 100);
  EXPECT_TRUE(list_milestones(folder.file("nowhere")).empty());
  std::vector<Milestone> many;
  for (int64_t step = 0; step <= 100; ++step) {
    many.push_back({step, ""});
  }
  const std::vector<Milestone> spread = spread_milestones(many, 5);
  ASSERT_EQ(spread.size(), 5);
  for (size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(spread[i].step, static_cast<int64_t>(25 * i));
  }
}

}  // namespace
}  // namespace smelt
