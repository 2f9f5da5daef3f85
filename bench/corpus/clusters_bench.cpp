// Documents to vectors, and vectors to the nearest of 1,000 centroids, on one thread. The first is bound by a sign and
// an addition for each dimension of each term, the second by multiply-adds.
#include <benchmark/benchmark.h>

#include "base/rng.h"
#include "corpus/clusters/embedding.h"
#include "corpus/clusters/kmeans.h"

namespace smelt {
namespace {

constexpr size_t kDimensions = 256;

std::vector<std::string> make_texts() {
  Rng rng(1, "clusters_bench");
  std::vector<std::string> texts(200);
  for (std::string& text : texts) {
    while (text.size() < 5000) {
      const double u = rng.uniform();
      text += "word" + std::to_string(static_cast<int>(20000 * u * u * u * u)) + " ";
    }
  }
  return texts;
}

void embed_documents(benchmark::State& state) {
  const std::vector<std::string> texts = make_texts();
  DocumentFrequencies frequencies;
  for (const std::string& text : texts) {
    frequencies.add(count_terms(text));
  }
  const Embedder embedder(frequencies, kDimensions, 1);
  std::vector<float> vector(kDimensions);
  int64_t documents = 0;
  int64_t bytes = 0;
  for (auto _ : state) {
    for (const std::string& text : texts) {
      embedder.embed(count_terms(text), vector);
      benchmark::DoNotOptimize(vector.data());
      ++documents;
      bytes += static_cast<int64_t>(text.size());
    }
  }
  state.counters["documents/s"] = benchmark::Counter(static_cast<double>(documents), benchmark::Counter::kIsRate);
  state.counters["MB/s"] = benchmark::Counter(static_cast<double>(bytes) / 1e6, benchmark::Counter::kIsRate);
}
BENCHMARK(embed_documents)->Unit(benchmark::kMillisecond);

void assign_documents(benchmark::State& state) {
  constexpr size_t kPoints = 4000;
  constexpr size_t kCentroids = 1000;
  Rng rng(2, "clusters_bench");
  std::vector<float> values(kPoints * kDimensions);
  Centroids centroids{std::vector<float>(kCentroids * kDimensions), kDimensions};
  for (auto* each : {&values, &centroids.values}) {
    for (float& value : *each) {
      value = static_cast<float>(rng.normal());
    }
  }
  SerialExecutor threads;
  for (auto _ : state) {
    benchmark::DoNotOptimize(assign_points(threads, {values.data(), kPoints, kDimensions}, centroids));
  }
  state.counters["documents/s"] = benchmark::Counter(kPoints, benchmark::Counter::kIsIterationInvariantRate);
  state.counters["GFLOP/s"] =
      benchmark::Counter(2e-9 * kPoints * kCentroids * kDimensions, benchmark::Counter::kIsIterationInvariantRate);
}
BENCHMARK(assign_documents)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace smelt

BENCHMARK_MAIN();
