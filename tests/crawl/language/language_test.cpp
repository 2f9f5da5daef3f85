#include "crawl/language/language.h"

#include <array>
#include <cmath>
#include <map>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.h"
#include "crawl/extract.h"
#include "crawl/fasttext/fasttext_model.h"
#include "crawl/language/paragraphs.h"
#include "crawl/testing.h"
#include "support/temporary_directory.h"

namespace smelt {
namespace {

using ::testing::HasSubstr;

constexpr float kWeight = 8;

// A word a label: of a text of n known words of which k are a label's, that label has the logit kWeight k / n. The end
// of the line is a word of its own, with no weight.
std::string write_model(const TemporaryDirectory& folder,
                        const std::vector<std::pair<std::string, std::string>>& words) {
  FasttextArgs args;
  args.dim = static_cast<int32_t>(words.size());
  args.bucket = 0;
  std::vector<FasttextEntry> entries;
  for (const auto& [word, label] : words) {
    entries.push_back({word, 10, false});
  }
  entries.push_back({"</s>", 10, false});
  for (const auto& [word, label] : words) {
    entries.push_back({label, 10, true});
  }
  const size_t n = words.size();
  std::vector<float> input((n + 1) * n);
  std::vector<float> output(n * n);
  for (size_t i = 0; i < n; ++i) {
    input[i * n + i] = kWeight;
    output[i * n + i] = 1;
  }
  write_fasttext(folder.file("model.bin"), args, entries, 100, input.data(), output.data());
  return folder.file("model.bin");
}

LanguageOptions by_model(const std::string& path) {
  LanguageOptions options;
  options.detector = "fasttext";
  options.model = path;
  options.min_letters = 10;
  return options;
}

// Of `labels` labels, one with the given logit and the others with 0; and what fastText adds.
double softmax(double logit, int labels) {
  return std::exp(logit) / (std::exp(logit) + labels - 1) + 1e-5;
}

std::string repeated(const std::string& word, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) {
    out += (i == 0 ? "" : " ") + word;
  }
  return out;
}

TEST(Language, OfAFasttextModelIsItsLikeliestLabel) {
  const TemporaryDirectory folder;
  const LanguageIdentifier languages(
      by_model(write_model(folder, {{"the", "__label__en"}, {"der", "__label__deu_Latn"}, {"het", "__label__nl"}})));
  for (const int words : {1, 3, 40}) {
    const LanguageGuess guess = languages.guess(repeated("der", words));
    EXPECT_EQ(guess.code, "de");
    EXPECT_NEAR(guess.score, softmax(double{kWeight} * words / (words + 1), 3), 1e-6);
    EXPECT_TRUE(guess.reliable);
    EXPECT_EQ(languages.guess("het\r\nhet\tder\v" + repeated("het", words)).code, "nl");
  }
  const LanguageGuess none = languages.guess("quelque chose");
  EXPECT_NEAR(none.score, 1.0 / 3 + 1e-5, 1e-6);
  EXPECT_FALSE(none.reliable);
  EXPECT_EQ(languages.guess("12, 34").code, "und");
  EXPECT_EQ(languages.guess("").code, "und");
}

TEST(Language, LabelsOfOneLanguageAddUp) {
  const TemporaryDirectory folder;
  const LanguageIdentifier languages(by_model(write_model(
      folder, {{"the", "__label__eng_Latn"}, {"jian", "__label__zho_Hans"}, {"fan", "__label__zho_Hant"}})));
  const LanguageGuess guess = languages.guess("jian fan");
  const double logit = double{kWeight} / 3;
  EXPECT_EQ(guess.code, "zh");
  EXPECT_NEAR(guess.score, 2 * (std::exp(logit) / (2 * std::exp(logit) + 1) + 1e-5), 1e-6);
}

TEST(Language, TheExpectedLanguageHasTenfoldOdds) {
  const TemporaryDirectory folder;
  const LanguageIdentifier languages(
      by_model(write_model(folder, {{"the", "__label__en"}, {"der", "__label__de"}, {"het", "__label__nl"}})));
  const std::string text = "the der der the der";
  EXPECT_EQ(languages.guess(text).code, "de");
  const LanguageGuess guess = languages.guess(text, "en");
  const double en = std::exp(double{kWeight} * 2 / 6);
  const double de = std::exp(double{kWeight} * 3 / 6);
  EXPECT_EQ(guess.code, "en");
  EXPECT_NEAR(guess.score, 10 * en / (10 * en + de + 1), 1e-4);
  EXPECT_EQ(languages.guess(text, "xx").code, "de");
  EXPECT_EQ(languages.guess(text, "und").code, "de");
}

TEST(Language, LongTextsAreJudgedByPartsOfThem) {
  const TemporaryDirectory folder;
  const std::string path = write_model(folder, {{"é", "__label__fr"}, {"der", "__label__de"}});
  // A third of it is French, so is the first of four parts; every other byte is no place to cut.
  const std::string text = "x" + repeated("é", 30'000) + repeated(" der", 60'000 * 3 / 4);
  LanguageOptions options = by_model(path);
  EXPECT_EQ(LanguageIdentifier(options).guess(text).code, "de");
  options.sample_bytes = 64;  // the parts are shorter than what either word fills
  EXPECT_EQ(LanguageIdentifier(options).guess(text).code, "de");
  // Around the middle, which the sample does not reach, stands another language than at the ends and the thirds.
  const std::string ends = repeated(" der", 2000);
  const std::string between = repeated(" é", 6000);
  const std::string hidden = ends + between + ends + ends + between + ends + between + ends;
  options.sample_bytes = 4096;
  EXPECT_EQ(LanguageIdentifier(options).guess(hidden).code, "de");
  options.sample_bytes = 0;
  EXPECT_EQ(LanguageIdentifier(options).guess(hidden).code, "fr");
}

TEST(Language, MistakesAreNamed) {
  const TemporaryDirectory folder;
  const auto error = [](const LanguageOptions& options) -> std::string {
    try {
      const LanguageIdentifier languages(options);
    } catch (const UserError& e) {
      return e.what();
    }
    return "";
  };
  LanguageOptions options = by_model("");
  EXPECT_THAT(error(options), HasSubstr("has no model"));
  EXPECT_THAT(error(by_model(folder.file("absent.bin"))), HasSubstr("absent.bin"));
  write_file(folder.file("text.bin"), "no model");
  EXPECT_THAT(error(by_model(folder.file("text.bin"))), HasSubstr("is no fastText model; name a .bin or .ftz file"));
  const std::string model = write_model(folder, {{"good", "__label__hq"}, {"bad", "__label__spam"}});
  EXPECT_THAT(error(by_model(model)), HasSubstr("\"__label__spam\" names no language; name a model of languages"));
  EXPECT_THAT(error(by_model(model)), HasSubstr(model));
  options.detector = "cld2";
  options.model = model;
  EXPECT_THAT(error(options), HasSubstr("choose detector = \"fasttext\""));
  options.model.clear();
  options.keep = {"main", "de", "eng"};
  EXPECT_THAT(error(options), HasSubstr("\"eng\" is the code of no language; write \"en\""));
  options.keep = {"English"};
  EXPECT_THAT(error(options), HasSubstr("write \"en\", another code of ISO 639-1, or \"main\""));
  options.keep = {"main", "de", "ceb"};
  EXPECT_EQ(error(options), "");
}

class ParagraphLanguages : public testing::Test {
 protected:
  TextLanguages identify(const std::string& text) {
    left_ = text;
    return LanguageIdentifier(options_).identify(left_);
  }
  Json describe(const std::string& text) {
    Json metadata = Json::object();
    identify(text).describe(metadata);
    metadata.erase("language_score");
    return metadata;
  }

  // So many languages that a text of none of them is told to be in none, even if one is expected.
  static std::vector<std::pair<std::string, std::string>> words() {
    std::vector<std::pair<std::string, std::string>> out = {
        {"the", "__label__en"}, {"der", "__label__de"}, {"het", "__label__nl"}};
    for (const std::string code : {"ar", "cs", "da", "es", "fi", "fr", "hi", "it", "ja", "ko", "pl", "pt", "ru"}) {
      out.emplace_back("word-" + code, "__label__" + code);
    }
    return out;
  }

  TemporaryDirectory folder_;
  LanguageOptions options_ = by_model(write_model(folder_, words()));
  std::string left_;
  const std::string en_ = repeated("the", 10);
  const std::string de_ = repeated("der", 10);
  const std::string nl_ = repeated("het", 5);
};

TEST_F(ParagraphLanguages, AreNotToldUnlessAskedFor) {
  EXPECT_EQ(describe(en_ + "\n\n" + de_).dump(), "{}");
  EXPECT_EQ(left_, en_ + "\n\n" + de_);
}

TEST_F(ParagraphLanguages, AreSharesOfTheText) {
  options_.paragraphs = true;
  const std::string text = de_ + "\n\n" + en_ + "\n\n" + nl_ + "\n\n```\nder der der\n```\n\n" + en_;
  const TextLanguages out = identify(text);
  EXPECT_EQ(out.whole.code, "en");
  EXPECT_EQ(left_, text);
  // 39, 2 x 39 and 19 bytes.
  EXPECT_EQ(describe(text).dump(), R"({"languages":{"en":0.5735,"de":0.2868,"nl":0.1397}})");
  ASSERT_EQ(out.found.size(), 3u);
  EXPECT_EQ(out.found[0].bytes, 78);
  EXPECT_EQ(out.found[0].paragraphs, 2);
}

TEST_F(ParagraphLanguages, OnlyThoseToKeepStay) {
  options_.keep = {"main"};
  const std::string text = de_ + "\n\n" + en_ + "\n\n```\nder\n\nder\n```\n\n" + nl_ + "\n\n$$der$$\n\n" + en_;
  EXPECT_EQ(describe(text).at("dropped_languages").dump(), R"({"de":1,"nl":1})");
  EXPECT_EQ(left_, en_ + "\n\n```\nder\n\nder\n```\n\n$$der$$\n\n" + en_);
  options_.keep = {"main", "nl"};
  identify(text);
  EXPECT_THAT(left_, HasSubstr(nl_));
  options_.keep = {"de"};
  const TextLanguages german = identify(text);
  EXPECT_EQ(german.whole.code, "de");
  EXPECT_EQ(left_, de_ + "\n\n```\nder\n\nder\n```\n\n$$der$$");
  options_.keep = {"fr"};
  identify(text);
  EXPECT_EQ(left_, "");
}

TEST_F(ParagraphLanguages, ShortOnesGoWithThoseAroundThem) {
  options_.keep = {"main"};
  const auto left = [&](const std::string& text) {
    identify(text);
    return left_;
  };
  const std::string d = "\n\n";
  const std::string en = en_ + d + en_ + d + en_;
  // Between two of another language; between two languages; at an end; alone.
  EXPECT_EQ(left(en + d + de_ + d + "12" + d + de_), en);
  EXPECT_EQ(left(en + d + "short" + d + de_), en + d + "short");
  EXPECT_EQ(left(en + d + de_ + d + "short"), en);
  EXPECT_EQ(left("short" + d + "one"), "short" + d + "one");
  // A heading goes with what follows it.
  EXPECT_EQ(left(en + d + "# Der" + d + de_ + d + "# The" + d + en_), en + d + "# The" + d + en_);
  // What the detector cannot tell is like what is short.
  const std::string unknown = "quelque chose de tout autre";
  EXPECT_EQ(left(en + d + de_ + d + unknown + d + de_), en);
  EXPECT_EQ(left(unknown + d + unknown), unknown + d + unknown);
}

TEST_F(ParagraphLanguages, FormulasDoNotCount) {
  options_.paragraphs = true;
  options_.min_letters = 4;
  EXPECT_EQ(describe(en_ + "\n\nder der $the the the the the the the$").at("languages").as_object().size(), 2u);
}

// One identifier in many threads gives what one thread gets.
TEST_F(ParagraphLanguages, AreTheSameFromAllThreads) {
  options_.keep = {"main"};
  const LanguageIdentifier languages(options_);
  const auto run = [&] {
    std::string all;
    for (int i = 0; i < 200; ++i) {
      std::string text = repeated("the", 5 + i % 7) + "\n\n" + repeated("der", 3 + i % 11) + "\n\n" + nl_;
      Json metadata = Json::object();
      languages.identify(text).describe(metadata);
      all += text + metadata.dump();
    }
    return all;
  };
  const std::string expected = run();
  std::array<std::string, 4> found;
  std::vector<std::thread> threads;
  for (std::string& out : found) {
    threads.emplace_back([&] { out = run(); });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_THAT(found, ::testing::Each(expected));
}

// Paragraphs of two sentences and more, of which a few are in another language.
TEST(LanguageData, ParagraphsOfOtherLanguagesAreFoundByCld2) {
  SMELT_NEEDS_DATA(test_data("langid"));
  std::map<std::string, std::vector<std::string>> paragraphs;
  const std::vector<std::string> codes = {"ar", "cs", "da", "de", "en", "es", "fi", "fr", "hi", "it",
                                          "ja", "ko", "nl", "pl", "pt", "ru", "sv", "tr", "uk", "zh"};
  for (const std::string& code : codes) {
    std::string open;
    const std::string text = read_file(test_data("langid/" + code + ".txt"));
    for (const std::string_view line : split(text, '\n')) {
      open += (open.empty() ? "" : " ") + std::string(trim(line));
      if (open.size() >= 200) {
        paragraphs[code].push_back(std::move(open));
        open.clear();
      }
    }
  }
  LanguageOptions options;
  options.keep = {"main"};
  const LanguageIdentifier languages(options);
  double own = 0;
  double own_kept = 0;
  double other = 0;
  double other_dropped = 0;
  for (size_t c = 0; c < codes.size(); ++c) {
    const std::vector<std::string>& main = paragraphs[codes[c]];
    for (size_t i = 0; i + 6 <= main.size(); i += 6) {
      const std::vector<std::string>& foreign = paragraphs[codes[(c + 1 + i) % codes.size()]];
      std::string text;
      for (size_t k = 0; k < 6; ++k) {
        text += main[i + k] + "\n\n";
        text += k == 2 || k == 4 ? foreign[(i + k) % foreign.size()] + "\n\n" : "";
      }
      if (&foreign == &main) {
        continue;
      }
      const TextLanguages out = languages.identify(text);
      const size_t kept = split_paragraphs(text).size();
      int64_t dropped = 0;
      for (const LanguageShare& share : out.dropped) {
        dropped += share.paragraphs;
      }
      ASSERT_EQ(kept + static_cast<size_t>(dropped), 8u);
      own += 6;
      other += 2;
      for (size_t k = 0; k < 6; ++k) {
        own_kept += text.find(main[i + k]) != std::string::npos ? 1 : 0;
        other_dropped +=
            (k == 2 || k == 4) && text.find(foreign[(i + k) % foreign.size()]) == std::string::npos ? 1 : 0;
      }
    }
  }
  EXPECT_GT(own, 2000);
  EXPECT_GE(own_kept / own, 0.995) << own_kept << " of " << own;
  EXPECT_GE(other_dropped / other, 0.97) << other_dropped << " of " << other;
}

TEST(LanguageOfPages, KeepsOneLanguage) {
  const std::string english =
      "<p>The river rises in the hills to the north of the town and flows through a broad valley before it reaches the "
      "sea. For most of its length it is too shallow for boats, but in the spring it carries a great deal of "
      "water.</p>";
  const std::string german =
      "<p>Der Fluss entspringt in den Hügeln nördlich der Stadt und fließt durch ein weites Tal, bevor er das Meer "
      "erreicht. Auf dem größten Teil seiner Länge ist er zu flach für Boote, im Frühling führt er viel Wasser.</p>";
  RawPage page;
  page.content_type = "text/html; charset=utf-8";
  page.body =
      "<html><body><main>" + english + german + "<pre>der = 1</pre>" + english + english + "</main></body></html>";
  ExtractOptions options;
  Result<ExtractedPage> whole = extract_page(page, options);
  ASSERT_TRUE(whole.ok());
  EXPECT_FALSE(whole->metadata.contains("languages"));
  options.language.keep = {"en"};
  Result<ExtractedPage> out = extract_page(page, options);
  ASSERT_TRUE(out.ok());
  EXPECT_EQ(out->language, "en");
  EXPECT_THAT(out->text, HasSubstr("der = 1"));
  EXPECT_THAT(out->text, ::testing::Not(HasSubstr("Fluss")));
  EXPECT_GT(out->metadata.get("language_score", 0.0), whole->metadata.get("language_score", 1.0));
  EXPECT_EQ(out->metadata.at("dropped_languages").dump(), R"({"de":1})");
  ASSERT_EQ(out->dropped.size(), 1u);
  EXPECT_EQ(out->dropped[0].paragraphs, 1);
  options.language.keep = {"fr"};
  EXPECT_EQ(extract_page(page, options).reject().reason, "other_language");
}

}  // namespace
}  // namespace smelt
