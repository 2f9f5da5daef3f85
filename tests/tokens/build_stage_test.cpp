#include "tokens/build_stage.h"

#include <chrono>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/files.h"
#include "base/stream.h"
#include "corpus/document_io.h"
#include "support/temporary_directory.h"
#include "support/test_context.h"
#include "tokens/bpe_trainer.h"
#include "tokens/data.h"
#include "tokens/token_dataset.h"
#include "tokens/tokenizer.h"

namespace smelt {
namespace {

class Build : public testing::Test {
 protected:
  Build() {
    make_directories(dir_.file("tokenizer"));
    TokenizerOptions options;
    options.vocab_size = 300;
    options.special_tokens = {"<|endoftext|>", "<file_sep>", "<fim_prefix>", "<fim_middle>", "<fim_suffix>"};
    TrainedTokenizer trained = train_tokenizer(context_.get(), options, [n = 0]() mutable {
      return n++ == 0 ? std::optional<std::string>("some words to learn some words from, some more words")
                      : std::nullopt;
    });
    write_tokenizer(trained, options, dir_.file("tokenizer"));
    shard("corpus/train/web/part-00000.jsonl.zst", {"some words", "", "more<|endoftext|> words"});
    shard("corpus/train/web/part-00001.jsonl.zst", {"to learn from"});
    std::vector<std::string> many;
    for (int i = 0; i < 3000; ++i) {
      many.push_back(std::string(static_cast<size_t>(i % 500), 'w') + " some words " + std::to_string(i));
    }
    shard("corpus/train/code/part-00000.jsonl.zst", many);
    shard("corpus/heldout/part-00000.jsonl.zst", {"kept apart"});
  }

  void shard(const std::string& name, const std::vector<std::string>& texts) {
    make_directories(std::filesystem::path(dir_.file(name)).parent_path().string());
    DocumentWriter writer(dir_.file(name));
    for (size_t i = 0; i < texts.size(); ++i) {
      Document document;
      document.id = std::to_string(i);
      document.text = texts[i];
      writer.write(document);
    }
    writer.commit();
  }
  StageResult build(const Context& context, const std::string& to) {
    return build_tokens(context, TokensOptions(), dir_.file("tokenizer"), dir_.file("corpus"), dir_.file(to));
  }
  std::string text_of(const TokenDataset& dataset, int64_t sequence) const {
    const std::vector<int32_t> ids = dataset.sequence(sequence);
    return Tokenizer::load(dir_.file("tokenizer")).decode(std::vector<uint32_t>(ids.begin(), ids.end()));
  }

  TestContext context_;
  TemporaryDirectory dir_;
};

TEST_F(Build, OneDatasetASourceInTheOrderOfTheDocuments) {
  const StageResult result = build(context_.get(), "tokens");
  const TokenDataset web(dir_.file("tokens/web"));
  EXPECT_EQ(web.num_documents(), 4);
  EXPECT_EQ(web.num_sequences(), 3) << "an empty text has no sequence";
  EXPECT_EQ(text_of(web, 0), "some words<|endoftext|>");
  EXPECT_EQ(text_of(web, 1), "more<|endoftext|> words<|endoftext|>");
  EXPECT_EQ(std::ranges::count(web.sequence(1), 0), 1) << "a page cannot write control tokens";
  EXPECT_EQ(text_of(web, 2), "to learn from<|endoftext|>");
  EXPECT_EQ(text_of(TokenDataset(dir_.file("tokens/heldout")), 0), "kept apart<|endoftext|>");
  const TokenDataset code(dir_.file("tokens/code"));
  EXPECT_EQ(code.num_sequences(), 3000);
  EXPECT_EQ(text_of(code, 2999), std::string(499, 'w') + " some words 2999<|endoftext|>");
  const Json& counts = result.manifest.counts;
  EXPECT_EQ(counts.at("documents").as_int(), 3004);
  EXPECT_EQ(counts.at("tokens").as_int(), web.num_tokens() + code.num_tokens());
  EXPECT_EQ(counts.at("sources").at("web").at("empty_documents").as_int(), 1);
  EXPECT_EQ(counts.at("sources").at("web").at("bytes").as_int(), 10 + 23 + 13);
  EXPECT_FALSE(path_exists(dir_.file("tokens/shards")));
  EXPECT_TRUE(build(context_.get(), "tokens").skipped);
}

TEST_F(Build, AnyNumberOfThreadsGivesTheSameBytes) {
  build(TestContext(1).get(), "one");
  build(TestContext(4).get(), "four");
  for (const std::string& file : list_files(dir_.file("one"))) {
    if (file != kManifestName) {
      EXPECT_EQ(read_file(dir_.file("one/" + file)), read_file(dir_.file("four/" + file))) << file;
    }
  }
}

TEST_F(Build, StoppedAndResumedEqualsUndisturbed) {
  build(context_.get(), "undisturbed");
  TestContext stopped;
  stopped.stop() = true;
  EXPECT_THROW(build(stopped.get(), "resumed"), UserError);
  EXPECT_FALSE(path_exists(dir_.file("resumed")));
  EXPECT_FALSE(path_exists(dir_.file("resumed.partial")));  // nothing was done yet that one could go on with
  // Stopped again at some moment on the way, maybe never: the bytes must not depend on it.
  stopped.stop() = false;
  {
    const std::jthread later([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(15));
      stopped.stop() = true;
    });
    try {
      build(stopped.get(), "resumed");
    } catch (const UserError& error) {
      EXPECT_EQ(error.code(), ExitCode::kPreempted);
    }
  }
  build(context_.get(), "resumed");
  for (const std::string& file : list_files(dir_.file("undisturbed"))) {
    if (file != kManifestName) {
      EXPECT_EQ(read_file(dir_.file("undisturbed/" + file)), read_file(dir_.file("resumed/" + file))) << file;
    }
  }
}

TEST_F(Build, BrokenLinesAreCountedByReason) {
  write_file(dir_.file("odd.jsonl"), "{\"text\": \"some\"}\n{broken\n{\"id\": \"3\"}\n");
  TokensOptions options;
  options.append_eod = false;
  const TokenCounts counts = build_dataset(context_.get(), options, dir_.file("tokenizer"),
                                           list_document_files({dir_.file("odd.jsonl")}), dir_.file("odd"));
  EXPECT_EQ(counts.documents, 1);
  EXPECT_EQ(counts.rejected.at("bad_json"), 1);
  EXPECT_EQ(counts.rejected.at("missing_text"), 1);
  EXPECT_EQ(text_of(TokenDataset(dir_.file("odd")), 0), "some");
}

TEST_F(Build, OnlyMarkersBecomeTokens) {
  write_file(dir_.file("code.jsonl"), R"({"text":"<file_sep>some<|endoftext|> words<file_sep>"})");
  TokensOptions options;
  options.markers = {"<file_sep>"};
  build_dataset(context_.get(), options, dir_.file("tokenizer"), list_document_files({dir_.file("code.jsonl")}),
                dir_.file("code"));
  const Tokenizer tokenizer = Tokenizer::load(dir_.file("tokenizer"));
  const std::vector<int32_t> ids = TokenDataset(dir_.file("code")).sequence(0);
  const auto count = [&](const char* token) {
    return std::ranges::count(ids, static_cast<int32_t>(tokenizer.token_id(token).value()));
  };
  EXPECT_EQ(count("<file_sep>"), 2);
  EXPECT_EQ(count("<|endoftext|>"), 1) << "the one that ends the document";
  options.markers = {"<file_step>"};
  try {
    build_dataset(context_.get(), options, dir_.file("tokenizer"), list_document_files({dir_.file("code.jsonl")}),
                  dir_.file("none"));
    FAIL();
  } catch (const UserError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("tokens.markers"));
    EXPECT_EQ(error.code(), ExitCode::kUsage);
  }
}

TEST_F(Build, FillInTheMiddleKeepsTheText) {
  TokensOptions options;
  options.append_eod = false;
  options.fim.rate = 1;
  const std::vector<InputFile> files = list_document_files({dir_.file("corpus/train/code")});
  build_dataset(context_.get(), options, dir_.file("tokenizer"), files, dir_.file("fim"));
  const TokenDataset dataset(dir_.file("fim"));
  ASSERT_EQ(dataset.num_documents(), 3000);
  for (int64_t i = 0; i < 3000; i += 7) {
    std::string text = text_of(dataset, i);
    ASSERT_TRUE(text.starts_with("<fim_prefix>"));
    const size_t suffix = text.find("<fim_suffix>");
    const size_t middle = text.find("<fim_middle>");
    ASSERT_LT(suffix, middle);
    EXPECT_EQ(text.substr(12, suffix - 12) + text.substr(middle + 12) + text.substr(suffix + 12, middle - suffix - 12),
              std::string(static_cast<size_t>(i % 500), 'w') + " some words " + std::to_string(i));
  }
}

TEST_F(Build, DocumentsAreKeptBeside) {
  TokensOptions options;
  options.documents = true;
  build_dataset(context_.get(), options, dir_.file("tokenizer"),
                list_document_files({dir_.file("corpus/train/web"), dir_.file("corpus/train/code")}), dir_.file("all"),
                1);
  const TokenDataset dataset(dir_.file("all"));
  LineReader lines(open_input(dir_.file("all.documents.jsonl.zst")));
  std::string_view line;
  int64_t document = 0;
  for (; lines.next(line); ++document) {
    const Json json = Json::parse(line).value();
    int64_t tokens = 0;
    for (int64_t s = dataset.document_begin(document); s < dataset.document_begin(document + 1); ++s) {
      tokens += dataset.sequence_length(s);
    }
    EXPECT_EQ(json.at("tokens").as_int(), tokens);
    if (document == 1 || document == 5) {
      EXPECT_EQ(json.at("id").as_string(), "1");
    }
  }
  EXPECT_EQ(document, dataset.num_documents());
  EXPECT_EQ(document, 3004);
}

TEST_F(Build, PartsAndThreadsDoNotShowInTheBytes) {
  const std::vector<InputFile> files =
      list_document_files({dir_.file("corpus/train/web"), dir_.file("corpus/train/code")});
  TokensOptions options;
  build_dataset(TestContext(1).get(), options, dir_.file("tokenizer"), files, dir_.file("whole"));
  build_dataset(TestContext(3).get(), options, dir_.file("tokenizer"), files, dir_.file("parts"), 1);
  for (const char* ending : {".bin", ".idx"}) {
    EXPECT_EQ(read_file(dir_.file(std::string("whole") + ending)), read_file(dir_.file(std::string("parts") + ending)));
  }
  EXPECT_FALSE(path_exists(dir_.file("parts.partial")));
}

}  // namespace
}  // namespace smelt
