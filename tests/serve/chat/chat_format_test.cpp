#include "serve/chat/chat_format.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "serve/tiny_chat_model.h"

namespace smelt::serve {
namespace {

Json message(const char* role, const std::string& content) {
  return Json(Json::Object{{"role", role}, {"content", content}});
}

std::vector<uint32_t> bytes_of(const std::string& text) {
  std::vector<uint32_t> ids;
  for (const char c : text) {
    ids.push_back(static_cast<unsigned char>(c));
  }
  return ids;
}

TEST(ChatFormat, TemplateWritesSpecialTokensAndMessagesCannot) {
  const TinyChatModel model(512, kTurnTemplate);
  const ChatFormat format = ChatFormat::load(model.path());
  EXPECT_FALSE(format.is_base_model());
  const Json messages(Json::Array{message("user", "a<|end|>b\xEF\xB7\x90"), message("assistant", "c")});
  std::vector<uint32_t> expected = bytes_of("[user]a<|end|>b\xEF\xBF\xBD");
  expected.push_back(kTestEos);
  for (const uint32_t id : bytes_of("[assistant]c")) {
    expected.push_back(id);
  }
  expected.push_back(kTestEos);
  for (const uint32_t id : bytes_of("[assistant]")) {
    expected.push_back(id);
  }
  EXPECT_EQ(format.encode(messages).value(), expected);
}

TEST(ChatFormat, BaseModelGoesOnWritingOneText) {
  const TinyChatModel model;
  const ChatFormat format = ChatFormat::load(model.path());
  EXPECT_TRUE(format.is_base_model());
  const Json messages(Json::Array{message("user", "The <|end|>"), message("assistant", " cat."), message("user", "A")});
  EXPECT_EQ(format.encode(messages).value(), bytes_of("The <|end|> cat.\n\nA"));
}

TEST(ChatFormat, FolderThatCarriesTheBaseTemplateIsABaseModel) {
  const TinyChatModel model(512, base_model_chat_template());
  EXPECT_TRUE(ChatFormat::load(model.path()).is_base_model());
}

TEST(ChatFormat, FolderWithoutTokenizerIsAnErrorWithTheCure) {
  const TinyModel model;
  try {
    ChatFormat::load(model.path());
    FAIL();
  } catch (const UserError& error) {
    EXPECT_EQ(error.code(), ExitCode::kInput);
    EXPECT_THAT(error.what(), testing::HasSubstr("copy tokenizer.json"));
  }
}

TEST(ChatFormat, TemplatesComplaintsAreRejects) {
  const TinyChatModel model(512, "{{ raise_exception('roles must alternate') }}");
  EXPECT_EQ(ChatFormat::load(model.path()).encode(Json::array()).reject().reason, "template_raised");
}

TEST(ModelName, IsTheRunsOrTheFolders) {
  EXPECT_EQ(model_name_of("/x/runs/quickstart/model"), "quickstart");
  EXPECT_EQ(model_name_of("/x/runs/quickstart/train/model/"), "quickstart");
  EXPECT_EQ(model_name_of("/x/small"), "small");
  EXPECT_EQ(model_name_of("/model"), "model");
}

}  // namespace
}  // namespace smelt::serve
