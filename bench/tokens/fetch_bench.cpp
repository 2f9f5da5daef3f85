// Fetching samples from the page cache, in GB/s of tokens as they are stored (two bytes each with uint16), one thread.
//
// sequences: TokenDataset::read of sequence after sequence, the limit of what follows; windows: our own order, every
// sample from another place; megatron: the same through mapped index files; memcpy: the machine's limit, of the same
// bytes. A set of 256 MiB: no cache of the processor holds it.
#include <cstring>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>
#include <unistd.h>

#include "base/rng.h"
#include "base/threads.h"
#include "tokens/megatron/gpt_index.h"
#include "tokens/samples.h"

namespace {

using smelt::TokenDataset;

constexpr int64_t kTokens = int64_t{128} << 20;

// Documents of 50 to 1,950 tokens, written once a call and removed at its end.
class Corpus {
 public:
  Corpus()
      : folder_((std::filesystem::temp_directory_path() / ("fetch_bench-" + std::to_string(::getpid()))).string()) {
    std::filesystem::create_directories(folder_);
    smelt::TokenDatasetWriter writer(prefix(), smelt::TokenType::kUint16);
    smelt::Rng rng(1, "bench/fetch");
    std::vector<uint32_t> document;
    while (writer.num_tokens() < kTokens) {
      document.resize(50 + rng.below(1901));
      for (uint32_t& token : document) {
        token = rng.u32() & 0x7FFF;
      }
      writer.add_document(document);
    }
    writer.commit();
  }
  ~Corpus() {
    std::error_code error;
    std::filesystem::remove_all(folder_, error);
  }
  Corpus(const Corpus&) = delete;
  Corpus& operator=(const Corpus&) = delete;
  std::string prefix() const { return folder_ + "/tokens"; }
  const std::string& folder() const { return folder_; }

 private:
  std::string folder_;
};

const Corpus& corpus() {
  static const Corpus kCorpus;
  return kCorpus;
}

void copy(benchmark::State& state) {
  const TokenDataset dataset(corpus().prefix());
  std::vector<char> out(1 << 20);
  int64_t bytes = 0;
  for (auto _ : state) {
    for (int64_t s = 0; s < dataset.num_sequences(); ++s) {
      const std::string_view raw = dataset.raw_tokens(s);
      std::memcpy(out.data(), raw.data(), raw.size());
      benchmark::DoNotOptimize(out.data());
      bytes += static_cast<int64_t>(raw.size());
    }
  }
  state.SetBytesProcessed(bytes);
}

void sequences(benchmark::State& state) {
  const TokenDataset dataset(corpus().prefix());
  std::vector<int32_t> out(2000);
  int64_t tokens = 0;
  for (auto _ : state) {
    for (int64_t s = 0; s < dataset.num_sequences(); ++s) {
      const auto length = static_cast<size_t>(dataset.sequence_length(s));
      dataset.read(s, 0, std::span(out).first(length));
      benchmark::DoNotOptimize(out.data());
      tokens += static_cast<int64_t>(length);
    }
  }
  state.SetBytesProcessed(tokens * 2);
}

void windows(benchmark::State& state) {
  const int64_t length = state.range(0);
  const int64_t samples = kTokens / length - 2;
  const smelt::SampleStream stream({smelt::open_dataset(corpus().prefix())}, smelt::Blend{}, length, 1, samples);
  std::vector<int32_t> out(static_cast<size_t>(length) + 1);
  stream.read(0, out);  // the epoch's table is made at the first call
  int64_t index = 0;
  for (auto _ : state) {
    stream.read(index, out);
    benchmark::DoNotOptimize(out.data());
    index = index + 1 == samples ? 0 : index + 1;
  }
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations()) * (length + 1) * 2);
}

void megatron(benchmark::State& state) {
  const int64_t length = state.range(0);
  const auto dataset = std::make_shared<const TokenDataset>(corpus().prefix());
  const auto files = smelt::gpt_index_files(corpus().folder(), std::to_string(length));
  smelt::ThreadPool threads(1);
  smelt::Logger log;
  smelt::ProgressSink progress(smelt::ProgressMode::kNone, nullptr);
  const std::atomic<bool> stop{false};
  const smelt::Context context{threads, log, progress, 1, stop};
  smelt::write_gpt_index(context, *dataset, {.seq_length = length}, files);
  const smelt::MegatronOrder order(dataset, length, files);
  std::vector<int32_t> out(static_cast<size_t>(length) + 1);
  int64_t index = 0;
  for (auto _ : state) {
    order.read(index, out);
    benchmark::DoNotOptimize(out.data());
    index = index + 1 == order.size() ? 0 : index + 1;
  }
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations()) * (length + 1) * 2);
}

BENCHMARK(copy)->Name("memcpy")->Unit(benchmark::kMillisecond);
BENCHMARK(sequences)->Unit(benchmark::kMillisecond);
BENCHMARK(windows)->Arg(512)->Arg(4096)->Arg(8192);
BENCHMARK(megatron)->Arg(512)->Arg(4096)->Arg(8192);

}  // namespace

BENCHMARK_MAIN();
