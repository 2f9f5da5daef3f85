// fastText's own Python module is the judge: models that it made give its probabilities here, models made here give
// ours there.
#include <algorithm>
#include <cmath>
#include <map>

#include <gtest/gtest.h>

#include "base/text.h"
#include "corpus/quality/fasttext_train.h"
#include "corpus/quality/python.h"
#include "corpus/testing.h"
#include "crawl/fasttext/fasttext_model.h"
#include "crawl/language/language.h"

namespace smelt {
namespace {

constexpr int kLabels = 3;

class FasttextPeer : public testing::Test {
 protected:
  // Sentences of eight languages, four fifths to train on.
  void SetUp() override {
    if (test_data("langid").empty()) {
      GTEST_SKIP() << "no sentences";
    }
    std::string train;
    for (const std::string language : {"de", "en", "fr", "ja", "nl", "ru", "sv", "zh"}) {
      const std::string file = read_file(test_data("langid/" + language + ".txt"));
      int i = 0;
      for (const std::string_view line : split(file, '\n')) {
        if (trim(line).empty()) {
          continue;
        }
        if (i++ % 5 == 0) {
          held_.push_back({language, std::string(line)});
          lines_ += std::string(line) + "\n";
          continue;
        }
        train += "__label__" + language + " " + std::string(line) + "\n";
        texts_.texts.emplace_back(line);
        names_.push_back(language);
      }
    }
    folder_.write("train.txt", train);
    lines_ += "\n\xFF\xFE broken\n</s> after the end\n__label__de fox\n";
    folder_.write("lines.txt", lines_);
    texts_.labels = {"de", "en", "fr", "ja", "nl", "ru", "sv", "zh"};
    for (const std::string& name : names_) {
      texts_.label.push_back(
          static_cast<int32_t>(std::find(texts_.labels.begin(), texts_.labels.end(), name) - texts_.labels.begin()));
    }
  }

  // Runs `body` in Python with load(), predict(model, name) at hand; skips the test where there is no fasttext.
  bool peer(const std::string& body) {
    const int status = run_peer_script(folder_, R"(
import sys
try:
    import fasttext
except ImportError:
    sys.exit(77)
fasttext.FastText.eprint = lambda x: None
lines = open('lines.txt', 'rb').read().split(b'\n')[:-1]
def predict(model, name):
    with open(name, 'w') as out:
        for line in lines:
            text = line.decode('utf-8', 'replace')
            for p, label in model.f.predict(text + '\n', 3, 0.0, 'strict'):
                out.write('%s %.9g ' % (label, p))
            out.write('\n')
)" + body);
    if (status == 0) {
      return true;
    }
    EXPECT_TRUE(status == 77 || status == -1) << read_file(folder_.file("script.log"));
    return false;
  }

  void compare(const std::string& model_path, const std::string& predictions) const {
    const FasttextModel model = FasttextModel::load(model_path);
    FasttextScorer scorer(model);
    const std::string expected = read_file(folder_.file(predictions));
    const std::vector<std::string_view> rows = split(expected, '\n');
    const std::vector<std::string_view> lines = split(lines_, '\n');
    ASSERT_EQ(rows.size(), lines.size());
    int compared = 0;
    for (size_t i = 0; i + 1 < lines.size(); ++i) {
      const std::string text = replace_invalid_utf8(lines[i]);
      const std::vector<float>& all = scorer.probabilities(text);
      const std::vector<std::string_view> words = split(rows[i], ' ');
      for (size_t w = 0; w + 1 < words.size(); w += 2) {
        const int32_t label = model.find_label(words[w]);
        ASSERT_GE(label, 0);
        ASSERT_FALSE(all.empty()) << text;
        EXPECT_NEAR(static_cast<double>(all[static_cast<size_t>(label)]), std::stod(std::string(words[w + 1])), 1e-5)
            << text;
        ++compared;
      }
      const std::vector<FasttextGuess> guesses = scorer.predict(text, kLabels);
      if (words.size() > 2 && std::stod(std::string(words[1])) > 0.5001) {
        EXPECT_EQ(model.label(guesses.at(0).label), words[0]) << text;
      }
      EXPECT_EQ(words.size() < 2, guesses.empty()) << text;
    }
    EXPECT_GT(compared, 2000);
  }

  // ours.bin, with the settings that the calls of the peer name.
  void train_ours() {
    TestContext test(2);
    FasttextTrainOptions options;
    options.dim = 16;
    options.epochs = 10;
    options.buckets = 50000;
    options.min_count = 1;
    options.learning_rate = 0.5;
    options.word_ngrams = 1;
    options.min_characters = 2;
    options.max_characters = 4;
    train_fasttext(test.context(), texts_, options, folder_.file("ours.bin"));
  }

  double accuracy(const std::string& model_path) const {
    const FasttextModel model = FasttextModel::load(model_path);
    FasttextScorer scorer(model);
    double right = 0;
    for (const auto& [language, text] : held_) {
      const std::vector<FasttextGuess> guesses = scorer.predict(text);
      right += !guesses.empty() && model.label(guesses[0].label) == "__label__" + language ? 1 : 0;
    }
    return right / static_cast<double>(held_.size());
  }

  TemporaryFolder folder_;
  LabelledTexts texts_;
  std::vector<std::string> names_;
  std::vector<std::pair<std::string, std::string>> held_;
  std::string lines_;
};

TEST_F(FasttextPeer, ModelsOfFasttextGiveItsProbabilities) {
  if (!peer(R"(
base = dict(input='train.txt', thread=1, verbose=0, epoch=4, dim=16, bucket=20000)
def make(name, **more):
    model = fasttext.train_supervised(**{**base, **more})
    model.save_model(name + '.bin')
    predict(model, name + '.txt')
    return model
make('words', minn=0, maxn=0, wordNgrams=1)
make('pairs', minn=0, maxn=0, wordNgrams=3, dim=19)
make('characters', minn=2, maxn=4)
make('both', minn=1, maxn=3, wordNgrams=2, loss='ova')
make('negative', minn=2, maxn=3, loss='ns')
tree = make('tree', minn=2, maxn=4, loss='hs')
make('again', minn=2, maxn=4, wordNgrams=2, dim=21)
# The output of a model is quantised from 256 labels on.
with open('train.txt', encoding='utf-8') as train, open('many.txt', 'w', encoding='utf-8') as many:
    for i, line in enumerate(train):
        many.write('__label__%d %s' % (i % 300, line.split(' ', 1)[1]))
make('many', input='many.txt', minn=2, maxn=3, dim=9, epoch=1)
for name, more in dict(plain={}, norms=dict(qnorm=True), pruned=dict(cutoff=3000), output=dict(qout=True)).items():
    model = fasttext.load_model('many.bin' if name == 'output' else 'again.bin')
    model.quantize(input='train.txt', dsub=2, **more)
    model.save_model(name + '.ftz')
    predict(model, name + '.ftz.txt')
)")) {
    GTEST_SKIP() << "no fasttext module";
  }
  for (const std::string name : {"words", "pairs", "characters", "both", "negative", "tree"}) {
    SCOPED_TRACE(name);
    compare(folder_.file(name + ".bin"), name + ".txt");
  }
  for (const std::string name : {"plain", "norms", "pruned", "output"}) {
    SCOPED_TRACE(name);
    compare(folder_.file(name + ".ftz"), name + ".ftz.txt");
  }
}

TEST_F(FasttextPeer, ModelsMadeHereGiveOurProbabilitiesThere) {
  TestContext test(2);
  FasttextTrainOptions options;
  options.dim = 16;
  options.buckets = 20000;
  options.min_count = 1;
  options.learning_rate = 0.5;
  for (const auto& [name, loss, low, high, words] :
       {std::tuple{"soft", "softmax", 2, 4, 1}, {"each", "one-vs-all", 0, 0, 2}, {"bag", "softmax", 0, 0, 1}}) {
    options.loss = loss;
    options.min_characters = low;
    options.max_characters = high;
    options.word_ngrams = words;
    train_fasttext(test.context(), texts_, options, folder_.file(std::string(name) + ".bin"));
  }
  if (!peer(R"(
for name in ['soft', 'each', 'bag']:
    predict(fasttext.load_model(name + '.bin'), name + '.txt')
)")) {
    GTEST_SKIP() << "no fasttext module";
  }
  for (const std::string name : {"soft", "each", "bag"}) {
    SCOPED_TRACE(name);
    compare(folder_.file(name + ".bin"), name + ".txt");
  }
}

// Same texts, same settings: what is learned is as good as what fastText learns.
TEST_F(FasttextPeer, TrainingIsAsGoodAsFasttexts) {
  train_ours();
  if (!peer(R"(
fasttext.train_supervised(input='train.txt', thread=1, verbose=0, epoch=10, dim=16, bucket=50000, lr=0.5, minn=2,
                          maxn=4).save_model('theirs.bin')
)")) {
    GTEST_SKIP() << "no fasttext module";
  }
  const double ours = accuracy(folder_.file("ours.bin"));
  const double theirs = accuracy(folder_.file("theirs.bin"));
  // 800 sentences at 97 %: two deviations of the difference.
  EXPECT_GE(ours, theirs - 2 * std::sqrt(2 * 0.97 * 0.03 / 800)) << theirs;
  EXPECT_GT(ours, 0.93);
}

// As a detector of languages: of models of both makers, quantised too, every line's language is the label that fastText
// gives it, with its probability.
TEST_F(FasttextPeer, LanguagesAreItsLabels) {
  train_ours();
  const bool has_peer = peer(R"(
tree = fasttext.train_supervised(input='train.txt', thread=1, verbose=0, epoch=10, dim=16, bucket=50000, lr=0.5, minn=2,
                                 maxn=4, loss='hs')
tree.save_model('tree.bin')
tree.quantize(input='train.txt', qnorm=True, cutoff=20000, retrain=False)
tree.save_model('tree.ftz')
for name in ['ours.bin', 'tree.bin', 'tree.ftz']:
    predict(fasttext.load_model(name), name + '.txt')
)");
  for (const std::string name : {"ours.bin", "tree.bin", "tree.ftz"}) {
    SCOPED_TRACE(name);
    if (!has_peer && name != "ours.bin") {
      continue;
    }
    LanguageOptions options;
    options.detector = "fasttext";
    options.model = folder_.file(name);
    const LanguageIdentifier languages(options);
    double right = 0;
    for (const auto& [language, text] : held_) {
      right += languages.guess(text).code == language ? 1 : 0;
    }
    EXPECT_GT(right / static_cast<double>(held_.size()), 0.93);
    const std::string expected = has_peer ? read_file(folder_.file(name + ".txt")) : "";
    const std::vector<std::string_view> rows = split(expected, '\n');
    for (size_t i = 0; i < held_.size() && has_peer; ++i) {
      const std::vector<std::string_view> words = split(rows.at(i), ' ');
      const LanguageGuess guess = languages.guess(held_[i].second);
      const double probability = std::stod(std::string(words.at(1)));
      EXPECT_NEAR(guess.score, std::min(1.0, probability), 1e-5);
      if (words.size() < 4 || probability - std::stod(std::string(words[3])) > 1e-4) {
        EXPECT_EQ("__label__" + guess.code, words[0]) << held_[i].second;
      }
    }
  }
  if (!has_peer) {
    GTEST_SKIP() << "no fasttext module";
  }
}

}  // namespace
}  // namespace smelt
