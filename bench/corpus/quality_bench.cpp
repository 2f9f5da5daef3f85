// Scoring of text on one thread, in megabytes (1e6) of text a second, and training of small models.
//
// Limits: fastText with subwords adds one row of `dim` floats a word that it has seen lately, else one a subword, from
// anywhere in the matrix: cache misses. Linear heads and DSIR read one float a feature. Perplexity takes a look-up a
// word and some steps of binary search in tables larger than the cache.
// Peers beside these on one thread of a Xeon with AVX-512 (quality_peers.py): lid.176.ftz on Wikipedia's sentences
// 2.8 to 3.1 in fastText, 26.6 here; perplexity of order 5 there, of words split beforehand 17.0 in KenLM, of text 16
// to 18 here.
#include <cstdlib>
#include <filesystem>
#include <string>

#include <benchmark/benchmark.h>

#include "base/files.h"
#include "base/rng.h"
#include "corpus/document_io.h"
#include "corpus/quality/dsir.h"
#include "corpus/quality/fasttext_train.h"
#include "corpus/quality/linear_head.h"
#include "corpus/quality/ngram_text.h"
#include "crawl/fasttext/fasttext_model.h"

namespace smelt {
namespace {

// Words of Zipf-like frequency in lines; `topic` shifts which are frequent.
std::string make_page(uint64_t item, size_t topic) {
  static const std::vector<std::string> kVocabulary = [] {
    Rng rng(1, "quality_bench");
    std::vector<std::string> words;
    for (int i = 0; i < 20000; ++i) {
      std::string word;
      for (uint64_t letters = 1 + rng.below(4) + rng.below(7); letters > 0; --letters) {
        word += static_cast<char>('a' + rng.below(26));
      }
      words.push_back(word);
    }
    return words;
  }();
  Rng rng(2, "quality_bench/page", item);
  std::string page;
  while (page.size() < 5000) {
    const double u = rng.uniform();
    const auto word = static_cast<size_t>(static_cast<double>(kVocabulary.size()) * u * u * u * u);
    page += kVocabulary[(word + topic * 7) % kVocabulary.size()];
    page += rng.below(12) == 0 ? ".\n" : " ";
  }
  return page;
}

const LabelledTexts& texts() {
  static const LabelledTexts kTexts = [] {
    LabelledTexts out;
    out.labels = {"a", "b"};
    for (uint64_t i = 0; i < 800; ++i) {
      out.texts.push_back(make_page(i, i % 2));
      out.label.push_back(static_cast<int32_t>(i % 2));
      out.bytes += static_cast<int64_t>(out.texts.back().size());
    }
    return out;
  }();
  return kTexts;
}

// A context of one thread that logs nowhere, and a folder that goes with the program.
struct Workshop {
  Workshop() {
    std::string pattern = (std::filesystem::temp_directory_path() / "smelt-bench-XXXXXX").string();
    folder = mkdtemp(pattern.data());
  }
  ~Workshop() { std::filesystem::remove_all(folder); }
  std::string file(const char* name) const { return folder + "/" + name; }

  ThreadPool threads{1};
  Logger log;
  ProgressSink progress{ProgressMode::kNone, nullptr};
  std::atomic<bool> stop{false};
  Context context{threads, log, progress, 1, stop};
  std::string folder;
};

Workshop& workshop() {
  static Workshop shop;
  return shop;
}

template <class Work>
void run(benchmark::State& state, Work work) {
  int64_t bytes = 0;
  for (auto _ : state) {
    for (size_t i = 0; i < 400; ++i) {
      work(texts().texts[i]);
      bytes += static_cast<int64_t>(texts().texts[i].size());
    }
  }
  state.counters["MB/s"] = benchmark::Counter(static_cast<double>(bytes) / 1e6, benchmark::Counter::kIsRate);
}

void score_fasttext(benchmark::State& state, FasttextTrainOptions options) {
  const std::string path = workshop().file("fasttext.bin");
  options.epochs = 1;
  train_fasttext(workshop().context, texts(), options, path);
  const FasttextModel model = FasttextModel::load(path);
  FasttextScorer scorer(model);
  run(state, [&](const std::string& page) { benchmark::DoNotOptimize(scorer.predict(page)); });
}

void fasttext_word_pairs(benchmark::State& state) {
  score_fasttext(state, {});
}
BENCHMARK(fasttext_word_pairs)->Unit(benchmark::kMillisecond);

void fasttext_subwords(benchmark::State& state) {
  FasttextTrainOptions options;
  options.dim = 16;
  options.word_ngrams = 1;
  options.min_characters = 2;
  options.max_characters = 4;
  options.buckets = 2'000'000;
  score_fasttext(state, options);
}
BENCHMARK(fasttext_subwords)->Unit(benchmark::kMillisecond);

// SMELT_FASTTEXT_MODEL names a model from elsewhere, such as lid.176.ftz, SMELT_BENCH_TEXT a text to score by lines.
void fasttext_model_and_text_given(benchmark::State& state) {
  const char* path = std::getenv("SMELT_FASTTEXT_MODEL");
  const char* text_path = std::getenv("SMELT_BENCH_TEXT");
  if (path == nullptr || text_path == nullptr) {
    state.SkipWithError("SMELT_FASTTEXT_MODEL or SMELT_BENCH_TEXT is not set");
    return;
  }
  const FasttextModel model = FasttextModel::load(path);
  FasttextScorer scorer(model);
  const std::string text = read_file(text_path);
  for (auto _ : state) {
    for (size_t begin = 0; begin < text.size();) {
      const size_t end = std::min(text.find('\n', begin), text.size());
      benchmark::DoNotOptimize(scorer.predict(std::string_view(text).substr(begin, end - begin)));
      begin = end + 1;
    }
  }
  state.counters["MB/s"] =
      benchmark::Counter(static_cast<double>(text.size()) / 1e6, benchmark::Counter::kIsIterationInvariantRate);
}
BENCHMARK(fasttext_model_and_text_given)->Unit(benchmark::kMillisecond);

void fasttext_training(benchmark::State& state) {
  FasttextTrainOptions options;
  options.epochs = 1;
  for (auto _ : state) {
    train_fasttext(workshop().context, texts(), options, workshop().file("trained.bin"));
  }
  state.counters["MB/s"] =
      benchmark::Counter(static_cast<double>(texts().bytes) / 1e6, benchmark::Counter::kIsIterationInvariantRate);
}
BENCHMARK(fasttext_training)->Unit(benchmark::kMillisecond)->Iterations(1);

void linear_head(benchmark::State& state) {
  LinearOptions options;
  options.max_iterations = 3;
  const LinearHead head = train_linear(workshop().context, texts(), options).head;
  std::vector<uint32_t> buckets;
  std::vector<double> p(2);
  run(state, [&](const std::string& page) {
    head.probabilities(page, buckets, p.data());
    benchmark::DoNotOptimize(p.data());
  });
}
BENCHMARK(linear_head)->Unit(benchmark::kMillisecond);

void dsir_weight(benchmark::State& state) {
  const DsirOptions options;
  BucketCounts target(options.features);
  BucketCounts raw(options.features);
  target.add(texts().texts[0]);
  raw.add(texts().texts[1]);
  const DsirModel model(options, target, raw);
  std::vector<uint32_t> buckets;
  run(state, [&](const std::string& page) { benchmark::DoNotOptimize(model.log_weight(page, buckets)); });
}
BENCHMARK(dsir_weight)->Unit(benchmark::kMillisecond);

// Order 5 over the other half of the pages; floats, and codes of 8 bits.
void perplexity(benchmark::State& state) {
  const std::string path = workshop().file("docs.jsonl");
  if (!path_exists(path)) {
    DocumentWriter writer(path);
    for (size_t i = 400; i < texts().texts.size(); ++i) {
      Document document;
      document.text = texts().texts[i];
      writer.write(document);
    }
    writer.commit();
  }
  NgramTextOptions options;
  options.probability_bits = state.range(0);
  train_ngram_text(workshop().context, {parse_labelled_input(path)}, options, workshop().file("model.ngram"));
  const NgramText model = NgramText::load(workshop().file("model.ngram"));
  run(state, [&](const std::string& page) { benchmark::DoNotOptimize(model.measure(page)); });
  state.counters["model_MB"] = static_cast<double>(model.model().memory_bytes()) / 1e6;
}
BENCHMARK(perplexity)->Arg(32)->Arg(8)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace smelt

BENCHMARK_MAIN();
