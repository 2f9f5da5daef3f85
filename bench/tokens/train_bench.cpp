// Training a byte-level BPE: MB of text (1e6 bytes) a second for counting words, and thousands of merges a second for
// learning. One thread and two. Needs SMELT_TEST_DATA. The limit of counting is the splitter's own speed, that of
// learning the cache misses at the places of merged pairs.
#include <cstdlib>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "base/context.h"
#include "base/files.h"
#include "base/text.h"
#include "tokens/bpe_trainer.h"
#include "tokens/train/alphabet.h"
#include "tokens/train/count_words.h"
#include "tokens/train/merge_learner.h"

namespace {

using namespace smelt;

const char* const kData = std::getenv("SMELT_TEST_DATA");

std::vector<std::string> documents(const std::string& folder) {
  const std::string dir = std::string(kData) + "/" + folder;
  std::vector<std::string> out;
  for (const std::string& file : list_files(dir)) {
    if (file.ends_with(".txt")) {
      out.push_back(replace_invalid_utf8(read_file(dir + "/" + file)));
    }
  }
  return out;
}

struct Process {
  explicit Process(int width) : threads(width), progress(ProgressMode::kNone, nullptr) {}
  ThreadPool threads;
  Logger log;
  ProgressSink progress;
  std::atomic<bool> stop{false};
  Context context{threads, log, progress, 1, stop};
};

CountedWords count(const Context& context, const TokenizerOptions& options, const std::vector<std::string>& texts) {
  size_t at = 0;
  return count_words(context, options,
                     [&] { return at < texts.size() ? std::optional<TrainingText>(texts[at++]) : std::nullopt; }, {});
}

void count_texts(benchmark::State& state, const std::string& folder, int threads) {
  const std::vector<std::string> texts = documents(folder);
  Process process(threads);
  int64_t bytes = 0;
  for (auto _ : state) {
    bytes += count(process.context, {}, texts).bytes;
  }
  state.counters["MB/s"] = benchmark::Counter(static_cast<double>(bytes) / 1e6, benchmark::Counter::kIsRate);
}

void learn(benchmark::State& state, const std::string& folder, size_t vocab_size) {
  Process process(1);
  const TokenizerOptions options;
  const CountedWords words = count(process.context, options, documents(folder));
  const Alphabet alphabet(options, [&](FunctionRef<void(std::string_view, int64_t)> visit) { words.for_each(visit); });
  SymbolWords symbols;
  std::vector<uint32_t> ids;
  words.for_each([&](std::string_view word, int64_t times) {
    alphabet.spell(word, ids);
    symbols.add(ids, times);
  });
  MergeRules rules;
  rules.vocab_size = vocab_size;
  rules.min_count = 2 * kCountUnit;
  size_t merges = 0;
  for (auto _ : state) {
    merges += learn_merges(symbols, alphabet.tokens(), rules, [](size_t) {}).merges.size();
  }
  state.counters["kmerges/s"] = benchmark::Counter(static_cast<double>(merges) / 1e3, benchmark::Counter::kIsRate);
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (kData != nullptr) {
    for (const char* folder : {"text", "langid"}) {
      for (const int threads : {1, 2}) {
        const std::string name = std::string("count/") + folder + "/threads:" + std::to_string(threads);
        benchmark::RegisterBenchmark(name.c_str(), count_texts, folder, threads)
            ->Unit(benchmark::kMillisecond)
            ->UseRealTime();
      }
      for (const size_t vocab_size : {32768, 131072}) {
        const std::string name = std::string("learn/") + folder + "/" + std::to_string(vocab_size);
        benchmark::RegisterBenchmark(name.c_str(), learn, folder, vocab_size)->Unit(benchmark::kMillisecond);
      }
    }
  }
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
