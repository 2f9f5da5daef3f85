// Deduplication on one thread. Rates are megabytes (1e6) of text a second; "Ghash/s" are values of signatures times
// shingles, what a MinHash by definition computes. Text: Wikipedia and books of the test data in pieces of 5,000 bytes,
// the same that bench/corpus/dedup_peers.py gives to rensa and datatrove.
//
// The limit of a MinHash by definition is the multiply-add rate of 32-bit integers (`k_permutations`, one
// multiplication, addition and minimum a value); the sketch that is used passes it by not computing most values.
#include <array>
#include <cstdlib>
#include <filesystem>
#include <span>

#include <benchmark/benchmark.h>

#include "base/log.h"
#include "base/rng.h"
#include "corpus/dedup/duplicates.h"
#include "corpus/dedup/paragraphs.h"
#include "corpus/dedup/repeats.h"
#include "corpus/dedup/signer.h"
#include "corpus/document_io.h"

namespace smelt {
namespace {

std::vector<std::string> cut_pages(const std::string& folder) {
  std::vector<std::string> pages;
  for (const std::string& name : list_files(folder)) {
    const bool prose = name.ends_with(".txt") && (name.starts_with("gutenberg/") || name.starts_with("wikitext"));
    const std::string text = prose ? read_file(folder + "/" + name) : "";
    for (size_t begin = 0; begin < text.size(); begin += 5000) {
      pages.push_back(text.substr(begin, 5000));
    }
  }
  return pages;
}

const std::vector<std::string>& pages() {
  static const std::vector<std::string> kPages = [] {
    const char* root = std::getenv("SMELT_TEST_DATA");
    return cut_pages(std::string(root != nullptr ? root : "../shared/data") + "/text");
  }();
  return kPages;
}

DedupOptions with_preset(const benchmark::State& state) {
  DedupOptions options;
  options.preset = state.range(0) == 0 ? "nemotron-cc" : "fineweb";
  return options;
}

void report(benchmark::State& state, double bytes, double hashes = 0) {
  state.counters["MB/s"] = benchmark::Counter(bytes / 1e6, benchmark::Counter::kIsRate);
  if (hashes > 0) {
    state.counters["Ghash/s"] = benchmark::Counter(hashes / 1e9, benchmark::Counter::kIsRate);
  }
}

template <class Work>
void run(benchmark::State& state, Work work) {
  double bytes = 0;
  double hashes = 0;
  for (auto _ : state) {
    for (const std::string& page : pages()) {
      hashes += work(page);
      bytes += static_cast<double>(page.size());
    }
  }
  report(state, bytes, hashes);
}

// From the text to the band keys: normalising, shingling, the signature.
void signatures(benchmark::State& state) {
  const DedupOptions options = with_preset(state);
  const MinHasher hasher(options.shape());
  DocumentSigner signer(options, hasher);
  Document document;
  run(state, [&](const std::string& page) {
    document.text = page;
    benchmark::DoNotOptimize(signer.sign(document).keys.bands.data());
    return static_cast<double>(signer.shingles().size()) * static_cast<double>(hasher.size());
  });
}
BENCHMARK(signatures)->ArgName("words")->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);

void normalizing(benchmark::State& state) {
  run(state, [&](const std::string& page) {
    benchmark::DoNotOptimize(normalize_for_duplicates(page).data());
    return 0.0;
  });
}
BENCHMARK(normalizing)->Unit(benchmark::kMillisecond);

void shingling(benchmark::State& state) {
  const MinHashShape shape = with_preset(state).shape();
  std::vector<uint32_t> shingles;
  run(state, [&](const std::string& page) {
    shingle_hashes(page, shape.unit, shape.shingle, shingles);
    benchmark::DoNotOptimize(shingles.data());
    return 0.0;
  });
}
BENCHMARK(shingling)->ArgName("words")->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);

// The two ways to a signature, on the shingles of a page of 5,000 characters.
std::vector<uint32_t> random_shingles() {
  Rng rng(1, "dedup_bench");
  std::vector<uint32_t> shingles(5000);
  for (uint32_t& shingle : shingles) {
    shingle = rng.u32();
  }
  return shingles;
}

void sketch(benchmark::State& state) {
  const auto isa = static_cast<Isa>(state.range(0));
  const std::vector<Isa> available = available_isas();
  if (std::find(available.begin(), available.end(), isa) == available.end()) {
    state.SkipWithError("not on this machine");
    return;
  }
  state.SetLabel(isa_name(isa));
  const MinHasher hasher({}, isa);
  const std::vector<uint32_t> shingles = random_shingles();
  std::vector<uint32_t> signature(260);
  double hashes = 0;
  for (auto _ : state) {
    hasher.sign(shingles, signature);
    benchmark::DoNotOptimize(signature.data());
    hashes += 260.0 * static_cast<double>(shingles.size());
  }
  report(state, 0, hashes);
}
BENCHMARK(sketch)->ArgName("isa")->Arg(0)->Arg(1)->Arg(2)->Unit(benchmark::kMicrosecond);

#if defined(__x86_64__)
// 256 minima of affine maps, 32 at a time in registers.
__attribute__((target("avx2"))) void affine_minima(std::span<const uint32_t> shingles, const uint32_t* multipliers,
                                                   const uint32_t* offsets, uint32_t* minima) {
  using Lanes __attribute__((vector_size(32))) = uint32_t;
  for (size_t first = 0; first < 256; first += 32) {
    std::array<Lanes, 4> a;
    std::array<Lanes, 4> b;
    std::array<Lanes, 4> least;
    std::memcpy(a.data(), multipliers + first, sizeof(a));
    std::memcpy(b.data(), offsets + first, sizeof(b));
    std::memset(least.data(), 0xFF, sizeof(least));
    for (const uint32_t shingle : shingles) {
      for (size_t v = 0; v < 4; ++v) {
        const Lanes value = a[v] * shingle + b[v];
        least[v] = value < least[v] ? value : least[v];
      }
    }
    std::memcpy(minima + first, least.data(), sizeof(least));
  }
}

void k_permutations(benchmark::State& state) {
  const std::vector<uint32_t> shingles = random_shingles();
  const std::vector<uint32_t> maps = random_shingles();
  std::vector<uint32_t> minima(256);
  double hashes = 0;
  for (auto _ : state) {
    affine_minima(shingles, maps.data(), maps.data() + 256, minima.data());
    benchmark::DoNotOptimize(minima.data());
    hashes += 256.0 * static_cast<double>(shingles.size());
  }
  report(state, 0, hashes);
}
BENCHMARK(k_permutations)->Unit(benchmark::kMicrosecond);
#endif

// A folder of the benchmark, and what a stage would be given.
class Bench {
 public:
  Bench() : threads_(1), progress_(ProgressMode::kNone, nullptr) {
    std::string pattern = (std::filesystem::temp_directory_path() / "smelt-bench-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
  }
  ~Bench() { std::filesystem::remove_all(folder_); }
  Bench(const Bench&) = delete;
  Bench& operator=(const Bench&) = delete;
  std::string file(const std::string& name) const { return folder_ + "/" + name; }
  ScratchSpace space() const { return {folder_}; }
  Context context() { return Context{threads_, log_, progress_, 1, stop_}; }

 private:
  ThreadPool threads_;
  Logger log_;
  ProgressSink progress_;
  std::atomic<bool> stop_{false};
  std::string folder_;
};

// JSONL in, JSONL without duplicates out, everything between.
void whole_dedup(benchmark::State& state) {
  const DedupOptions options = with_preset(state);
  Bench bench;
  {
    DocumentWriter writer(bench.file("in.jsonl"));
    Document document;
    for (const std::string& page : pages()) {
      document.id = std::to_string(writer.documents());
      document.text = page;
      writer.write(document);
    }
    writer.commit();
  }
  double bytes = 0;
  for (auto _ : state) {
    const MinHasher hasher(options.shape());
    DocumentSigner signer(options, hasher);
    KeyWriter keys(bench.file("keys"), options.shape());
    DocumentReader reader(bench.file("in.jsonl"));
    while (auto item = reader.next()) {
      keys.add(signer.sign(item->value()).keys);
      bytes += static_cast<double>(item->value().text.size());
    }
    keys.commit();
    std::vector<KeyFile> files;
    files.emplace_back(bench.file("keys"));
    const KeySet set({}, std::move(files));
    const DuplicateClusters clusters = find_duplicates(bench.context(), set, options, bench.space());
    write_clusters(set, clusters, bench.space(), bench.file("clusters.jsonl"));
    DocumentReader again(bench.file("in.jsonl"));
    DocumentWriter writer(bench.file("out.jsonl"));
    for (uint64_t i = 0; auto item = again.next(); ++i) {
      if (clusters.fate(i) == Fate::kKept) {
        writer.write(item->value());
      }
    }
    writer.commit();
  }
  report(state, bytes);
}
BENCHMARK(whole_dedup)->ArgName("words")->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);

void substrings(benchmark::State& state) {
  Bench bench;
  double bytes = 0;
  for (auto _ : state) {
    RepeatFinder<uint8_t> finder(100, 1, bench.space());
    const auto each = [&](auto&& work) {
      uint64_t start = 0;
      for (const std::string& page : pages()) {
        work(start, std::span(reinterpret_cast<const uint8_t*>(page.data()), page.size()));
        start += page.size() + 1;
      }
    };
    each([&](uint64_t start, std::span<const uint8_t> text) { finder.scan(start, text); });
    finder.select();
    each([&](uint64_t start, std::span<const uint8_t> text) {
      finder.collect(start, text);
      bytes += static_cast<double>(text.size());
    });
    benchmark::DoNotOptimize(finder.ranges().all().size());
  }
  report(state, bytes);
}
BENCHMARK(substrings)->Unit(benchmark::kMillisecond);

void paragraphs(benchmark::State& state) {
  Bench bench;
  double bytes = 0;
  for (auto _ : state) {
    ParagraphFinder finder({}, bench.space());
    uint64_t start = 0;
    for (const std::string& page : pages()) {
      finder.scan(start, page);
      start += page.size() + 1;
    }
    bytes += static_cast<double>(start);
    benchmark::DoNotOptimize(finder.ranges().all().size());
  }
  report(state, bytes);
}
BENCHMARK(paragraphs)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace smelt

BENCHMARK_MAIN();
