// Training and scoring of the n-gram yardstick on a corpus with a Zipf law and repetitions: tokens a second, n-grams,
// bytes.
#include <cmath>

#include <benchmark/benchmark.h>

#include "base/rng.h"
#include "corpus/quality/ngram_model.h"

namespace smelt {
namespace {

constexpr int64_t kVocab = 8192;
constexpr int64_t kDocument = 500;

void read_document(int64_t i, std::vector<int32_t>& out) {
  Rng rng(1, "ngram_bench", static_cast<uint64_t>(i));
  int32_t last = 0;
  for (int64_t t = 0; t < kDocument; ++t) {
    const bool follow = rng.uniform() < 0.3;
    const double zipf = std::exp(rng.uniform() * std::log(static_cast<double>(kVocab)));
    last = follow ? static_cast<int32_t>((int64_t{last} * 31 + 7) % kVocab) : static_cast<int32_t>(zipf) - 1;
    last = std::min<int32_t>(std::max(last, 0), kVocab - 1);
    out.push_back(last);
  }
}

NgramOptions options() {
  NgramOptions out;
  out.vocab_size = kVocab;
  return out;
}

void train_order_5(benchmark::State& state) {
  ThreadPool pool(available_threads());
  const int64_t documents = state.range(0) * 1'000'000 / kDocument;
  for (auto _ : state) {
    const NgramModel model = NgramModel::train(
        pool, documents, [](int64_t i, std::vector<int32_t>& out) { read_document(i, out); }, options());
    state.counters["model_bytes_per_token"] =
        static_cast<double>(model.memory_bytes()) / static_cast<double>(model.num_tokens());
    state.counters["tokens/s"] =
        benchmark::Counter(static_cast<double>(model.num_tokens()), benchmark::Counter::kIsIterationInvariantRate);
  }
}
BENCHMARK(train_order_5)->Arg(1)->Arg(10)->Arg(30)->Unit(benchmark::kSecond)->Iterations(1)->UseRealTime();

void score(benchmark::State& state) {
  SerialExecutor executor;
  const NgramModel model =
      NgramModel::train(executor, 4000, [](int64_t i, std::vector<int32_t>& out) { read_document(i, out); }, options());
  std::vector<int32_t> document;
  read_document(1'000'000, document);
  for (auto _ : state) {
    benchmark::DoNotOptimize(model.score(document));
  }
  state.SetItemsProcessed(state.iterations() * kDocument);
}
BENCHMARK(score);

}  // namespace
}  // namespace smelt

BENCHMARK_MAIN();
