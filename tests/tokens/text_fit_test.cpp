#include "tokens/text_fit.h"

#include <numeric>

#include <gtest/gtest.h>

#include "base/files.h"
#include "corpus/document_io.h"
#include "support/temporary_directory.h"
#include "support/test_context.h"
#include "tokens/bpe_trainer.h"

namespace smelt {
namespace {

class Fit : public testing::Test {
 protected:
  Fit() {
    TokenizerOptions options;
    options.vocab_size = 280;
    options.min_frequency = 1;
    bool done = false;
    const TrainedTokenizer trained = train_tokenizer(context_.get(), options, [&]() -> std::optional<TrainingText> {
      return std::exchange(done, true) ? std::nullopt : std::optional<TrainingText>("one two one two one two 12 12");
    });
    write_tokenizer(trained, options, dir_.path());
  }

  const TestContext context_{2};
  const TemporaryDirectory dir_;
};

TEST_F(Fit, CountsByFileAndLanguage) {
  const Tokenizer tokenizer = Tokenizer::load(dir_.path());
  write_file(dir_.file("a.txt"), "one  two\n\xC3\xA9");
  {
    DocumentWriter writer(dir_.file("b.jsonl"));
    for (const char* language : {"en", "de", "en", ""}) {
      Document document;
      document.id = "x";
      document.text = std::string("one two ") + language;
      document.language = language;
      writer.write(document);
    }
    writer.commit();
  }
  const FitReport report =
      measure_fit(context_.get(), tokenizer, {{dir_.file("a.txt"), "a"}, {dir_.file("b.jsonl"), "b"}}, 0);
  ASSERT_EQ(report.files.size(), 2u);
  const TextFit& a = report.files[0].second;
  EXPECT_EQ(a.documents, 1);
  EXPECT_EQ(a.bytes, 11);
  EXPECT_EQ(a.characters, 10);
  EXPECT_EQ(a.words, 3);
  EXPECT_EQ(a.tokens, static_cast<int64_t>(tokenizer.encode("one  two\n\xC3\xA9").size()));
  EXPECT_EQ(a.part_tokens, 2);
  const TextFit& b = report.files[1].second;
  EXPECT_EQ(b.documents, 4);
  EXPECT_EQ(b.words, 11);
  ASSERT_EQ(report.languages.size(), 2u);
  EXPECT_EQ(report.languages.at("en").documents, 2);
  EXPECT_EQ(report.languages.at("de").bytes, 10);
  EXPECT_EQ(report.all.tokens, a.tokens + b.tokens);
  EXPECT_EQ(std::accumulate(report.uses.begin(), report.uses.end(), int64_t{0}), report.all.tokens);
  EXPECT_EQ(report.sample, "one  two\n\xC3\xA9");
  const FitReport cut = measure_fit(context_.get(), tokenizer, {{dir_.file("a.txt"), "a"}}, 10);
  EXPECT_EQ(cut.all.bytes, 9) << "half a character is left out";
}

TEST_F(Fit, DescribesVocabularies) {
  const Tokenizer tokenizer = Tokenizer::load(dir_.path());
  const VocabularyFigures figures = vocabulary_figures(tokenizer, 3);
  EXPECT_EQ(figures.entries, tokenizer.vocab_size());
  EXPECT_EQ(figures.special, 3);
  EXPECT_EQ(figures.bytes, 256);
  EXPECT_EQ(figures.parts, 0);
  EXPECT_GE(figures.after_space, 2);  // " one", " two"
  EXPECT_EQ(figures.longest.size(), 3u);
  EXPECT_EQ(tokenizer.token_bytes(figures.longest[0]), "</think>");
  int64_t counted = figures.special;
  for (const auto& [least, count] : figures.by_bytes) {
    counted += count;
  }
  EXPECT_EQ(counted, figures.entries);
  EXPECT_EQ(shared_tokens(tokenizer, tokenizer), figures.entries - figures.special);
}

TEST_F(Fit, NoTextIsAnError) {
  write_file(dir_.file("empty.txt"), "");
  EXPECT_THROW(measure_fit(context_.get(), Tokenizer::load(dir_.path()), {{dir_.file("empty.txt"), "e"}}, 0),
               UserError);
}

}  // namespace
}  // namespace smelt
