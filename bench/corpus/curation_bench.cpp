// Curation of text on one thread: filters, signatures, redaction, writing. Rates are megabytes (1e6) of text a second.
// Peers, one thread each on a Xeon with AVX-512: 28 English filters 1.3 (NeMo Curator), MinHash signatures 19.3 (rensa,
// 112 hashes of words) and 0.56 (datatrove), e-mail and IP redaction 12.4 (datatrove).
#include <benchmark/benchmark.h>

#include "base/rng.h"
#include "corpus/dedup/minhash.h"
#include "corpus/document.h"
#include "corpus/filters.h"
#include "corpus/privacy/redact.h"

namespace smelt {
namespace {

// Words of Zipf-like frequency in lines, paragraphs and pages of about 5 kB.
std::vector<std::string> make_pages(size_t bytes) {
  Rng rng(1, "curation_bench");
  std::vector<std::string> vocabulary;
  for (int i = 0; i < 20000; ++i) {
    std::string word;
    for (uint64_t letters = 1 + rng.below(4) + rng.below(7); letters > 0; --letters) {
      word += static_cast<char>('a' + rng.below(26));
    }
    vocabulary.push_back(word);
  }
  std::vector<std::string> pages;
  for (size_t made = 0; made < bytes; made += pages.back().size()) {
    std::string page;
    while (page.size() < 5000) {
      const double u = rng.uniform();
      page += vocabulary[static_cast<size_t>(static_cast<double>(vocabulary.size()) * u * u * u * u)];
      const uint64_t mark = rng.below(90);
      page += mark == 0 ? ".\n\n" : mark < 3 ? ".\n" : mark < 10 ? ", " : " ";
    }
    pages.push_back(std::move(page));
  }
  return pages;
}

const std::vector<std::string>& pages() {
  static const std::vector<std::string> kPages = make_pages(4 << 20);
  return kPages;
}

template <class Work>
void run(benchmark::State& state, Work work) {
  int64_t bytes = 0;
  for (auto _ : state) {
    for (const std::string& page : pages()) {
      work(page);
      bytes += static_cast<int64_t>(page.size());
    }
  }
  state.counters["MB/s"] = benchmark::Counter(static_cast<double>(bytes) / 1e6, benchmark::Counter::kIsRate);
}

void filters(benchmark::State& state) {
  FilterPipeline pipeline{FilterOptions{}};
  run(state, [&](const std::string& page) { benchmark::DoNotOptimize(pipeline.measure(page, "en")); });
}
BENCHMARK(filters)->Unit(benchmark::kMillisecond);

void minhash_260(benchmark::State& state) {
  const MinHasher hasher({});
  std::vector<uint32_t> shingles;
  std::vector<uint32_t> signature(260);
  run(state, [&](const std::string& page) {
    shingle_hashes(normalize_for_duplicates(page), ShingleUnit::kCharacters, 24, shingles);
    hasher.sign(shingles, signature);
    benchmark::DoNotOptimize(signature.data());
  });
}
BENCHMARK(minhash_260)->Unit(benchmark::kMillisecond);

void shingles_only(benchmark::State& state) {
  std::vector<uint32_t> shingles;
  run(state, [&](const std::string& page) {
    shingle_hashes(normalize_for_duplicates(page), ShingleUnit::kCharacters, 24, shingles);
    benchmark::DoNotOptimize(shingles.data());
  });
}
BENCHMARK(shingles_only)->Unit(benchmark::kMillisecond);

void redaction(benchmark::State& state) {
  const Redactor redactor{RedactOptions{}};
  run(state, [&](const std::string& page) { benchmark::DoNotOptimize(redactor.find(page)); });
}
BENCHMARK(redaction)->Unit(benchmark::kMillisecond);

void json_lines(benchmark::State& state) {
  Document document;
  std::string line;
  run(state, [&](const std::string& page) {
    document.text = page;
    line.clear();
    append_json_line(document, line);
    benchmark::DoNotOptimize(line.data());
  });
}
BENCHMARK(json_lines)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace smelt

BENCHMARK_MAIN();
