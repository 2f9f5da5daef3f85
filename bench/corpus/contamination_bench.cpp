// Decontamination on one thread, megabytes (1e6) of text a second, against the 1,319 questions of GSM8K's test set and
// the 5,000 problems of MATH's. The peer beside it, on the same text and questions: `.peers/bin/python
// bench/corpus/privacy_peers.py` (datatrove's NGramsDecontFilter).
#include <benchmark/benchmark.h>

#include "corpus/contamination/decontaminate.h"
#include "corpus/prose.h"

namespace smelt {
namespace {

ContaminationIndex make_index(bool all_texts) {
  ContaminationRules rules;
  rules.all_texts = all_texts;
  ContaminationIndex index(rules);
  DecontaminateOptions options;
  options.inputs = {bench_data("gsm8k/test.jsonl"), bench_data("math/test.jsonl")};
  read_benchmarks(benchmark_files(options), {"question", "problem"},
                  [&](const BenchmarkText& text) { index.add(text); });
  index.finish();
  return index;
}

void run(benchmark::State& state, bool all_texts) {
  if (prose_pages().empty()) {
    state.SkipWithError("the test data is absent: set SMELT_TEST_DATA");
    return;
  }
  const ContaminationIndex index = make_index(all_texts);
  ContaminationIndex::Scratch scratch;
  int64_t bytes = 0;
  for (auto _ : state) {
    for (const std::string& page : prose_pages()) {
      benchmark::DoNotOptimize(index.find(page, scratch).size());
      bytes += static_cast<int64_t>(page.size());
    }
  }
  state.counters["MB/s"] = benchmark::Counter(static_cast<double>(bytes) / 1e6, benchmark::Counter::kIsRate);
  state.counters["ngrams"] = static_cast<double>(index.num_ngrams());
  state.counters["whole"] = static_cast<double>(index.num_substrings());
}

void decontaminate_13grams(benchmark::State& state) {
  run(state, false);
}
BENCHMARK(decontaminate_13grams)->Unit(benchmark::kMillisecond);

void decontaminate_whole_texts_too(benchmark::State& state) {
  run(state, true);
}
BENCHMARK(decontaminate_whole_texts_too)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace smelt

BENCHMARK_MAIN();
