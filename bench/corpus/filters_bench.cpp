// Filter sets on one thread, megabytes (1e6) of text a second; every rule of a set is measured on every text. The peers
// beside it, on the same text: `.peers/bin/python bench/corpus/filters_peers.py` (NeMo Curator's 28 filters;
// datatrove's Gopher, C4 and FineWeb filters). Limit: a pass over the bytes that looks at each one; byte_pass shows
// what the machine gives for it.
#include <benchmark/benchmark.h>

#include "corpus/filters.h"
#include "corpus/filters/english_tokenizer.h"
#include "corpus/prose.h"

namespace smelt {
namespace {

template <class Work>
void run(benchmark::State& state, Work work) {
  if (prose_pages().empty()) {
    state.SkipWithError("the test data is absent: set SMELT_TEST_DATA");
    return;
  }
  int64_t bytes = 0;
  for (auto _ : state) {
    for (const std::string& page : prose_pages()) {
      work(page);
      bytes += static_cast<int64_t>(page.size());
    }
  }
  state.counters["MB/s"] = benchmark::Counter(static_cast<double>(bytes) / 1e6, benchmark::Counter::kIsRate);
}

void filter_set(benchmark::State& state, const char* set, const char* mode) {
  FilterOptions options;
  options.sets = {set};
  options.mode = mode;
  FilterPipeline pipeline(options);
  run(state, [&](const std::string& page) { benchmark::DoNotOptimize(pipeline.measure(page, "en").data()); });
}
BENCHMARK_CAPTURE(filter_set, nemotron_cc, "nemotron-cc", "fixed")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(filter_set, nemotron_cc_published, "nemotron-cc", "published")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(filter_set, gopher, "gopher", "fixed")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(filter_set, gopher_published, "gopher", "published")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(filter_set, c4, "c4", "fixed")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(filter_set, c4_published, "c4", "published")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(filter_set, fineweb, "fineweb", "fixed")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(filter_set, fineweb_published, "fineweb", "published")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(filter_set, redpajama, "redpajama", "fixed")->Unit(benchmark::kMillisecond);

void all_sets(benchmark::State& state) {
  FilterOptions options;
  options.sets = {"nemotron-cc", "fineweb", "redpajama"};
  FilterPipeline pipeline(options);
  run(state, [&](const std::string& page) { benchmark::DoNotOptimize(pipeline.measure(page, "en").data()); });
}
BENCHMARK(all_sets)->Unit(benchmark::kMillisecond);

void english_words(benchmark::State& state) {
  EnglishTokenizer tokenizer;
  std::vector<EnglishToken> tokens;
  run(state, [&](const std::string& page) {
    tokenizer.tokenize(page, tokens);
    benchmark::DoNotOptimize(tokens.data());
  });
}
BENCHMARK(english_words)->Unit(benchmark::kMillisecond);

void byte_pass(benchmark::State& state) {
  run(state, [](const std::string& page) {
    int64_t counts[256] = {};
    for (const char c : page) {
      ++counts[static_cast<uint8_t>(c)];
    }
    benchmark::DoNotOptimize(counts);
  });
}
BENCHMARK(byte_pass)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace smelt

BENCHMARK_MAIN();
