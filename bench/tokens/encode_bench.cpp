// Encoding speed in MB of text (1e6 bytes) a second of user time, one thread.
//
// SMELT_BENCH_TOKENS names a folder made by `encode_peers.py make`: texts as NAME.txt, tokenizers as folders. Without
// it GPT-2's vocabulary and the texts of SMELT_TEST_DATA are taken. cold: a fresh tokenizer for every pass, so that its
// caches are empty; warm: later passes over the same text. The number behind is the size of a document in bytes, 0 for
// the whole text in one call.
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <benchmark/benchmark.h>
#include <sys/resource.h>

#include "base/files.h"
#include "tokens/tokenizer.h"

namespace {

struct Named {
  std::string name;
  std::string value;  // a text, or a tokenizer's folder
};

double user_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_utime.tv_sec) + 1e-6 * static_cast<double>(usage.ru_utime.tv_usec);
}

std::string joined(const std::string& dir) {
  std::string out;
  for (const std::string& file : smelt::list_files(dir)) {
    if (file.ends_with(".txt")) {
      out += smelt::read_file(dir + "/" + file);
    }
  }
  return out;
}

void encode(benchmark::State& state, const std::string& folder, std::string_view text, size_t document, bool cold) {
  const size_t step = document == 0 ? text.size() : document;
  smelt::Tokenizer tokenizer = smelt::Tokenizer::load(folder);
  std::vector<uint32_t> ids;
  ids.reserve(step);
  const auto pass = [&] {
    for (size_t at = 0; at < text.size(); at += step) {
      ids.clear();
      tokenizer.encode(text.substr(at, step), ids);
      benchmark::DoNotOptimize(ids.data());
    }
  };
  if (!cold) {
    pass();
  }
  double seconds = 0;
  int64_t bytes = 0;
  for (auto _ : state) {
    if (cold) {
      state.PauseTiming();
      tokenizer = smelt::Tokenizer::load(folder);
      state.ResumeTiming();
    }
    const double begin = user_seconds();
    pass();
    seconds += user_seconds() - begin;
    bytes += static_cast<int64_t>(text.size());
  }
  state.SetBytesProcessed(bytes);
  state.counters["user_MB/s"] = seconds > 0 ? 1e-6 * static_cast<double>(bytes) / seconds : 0;
}

// One text that has no place to be cut: no input may take more than linear time.
void one_word(benchmark::State& state, const std::string& folder, const std::string& piece) {
  const smelt::Tokenizer tokenizer = smelt::Tokenizer::load(folder);
  std::string text;
  while (text.size() < 1'000'000) {
    text += piece;
  }
  for (auto _ : state) {
    benchmark::DoNotOptimize(tokenizer.encode(text));
  }
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(text.size()));
}

void load(benchmark::State& state, const std::string& folder) {
  for (auto _ : state) {
    benchmark::DoNotOptimize(smelt::Tokenizer::load(folder));
  }
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  std::vector<Named> texts;
  std::vector<Named> tokenizers;
  if (const char* const made = std::getenv("SMELT_BENCH_TOKENS"); made != nullptr) {
    for (const auto& entry : std::filesystem::directory_iterator(made)) {
      const std::string name = entry.path().stem().string();
      if (entry.is_directory()) {
        tokenizers.push_back({name, entry.path().string()});
      } else if (entry.path().extension() == ".txt") {
        texts.push_back({name, smelt::read_file(entry.path().string())});
      }
    }
  } else if (const char* const data = std::getenv("SMELT_TEST_DATA"); data != nullptr) {
    const std::string dir = data;
    tokenizers = {{"gpt2", dir + "/gpt2"}};
    texts = {{"english", joined(dir + "/text/gutenberg")}, {"languages", joined(dir + "/langid")}};
  }
  for (const Named& tokenizer : tokenizers) {
    for (const Named& text : texts) {
      for (const size_t document : {size_t{500}, size_t{4096}, size_t{65536}, size_t{0}}) {
        for (const bool cold : {true, false}) {
          const std::string name = "encode/" + tokenizer.name + "/" + text.name + "/" + std::to_string(document);
          benchmark::RegisterBenchmark((name + (cold ? "/cold" : "/warm")).c_str(), encode, tokenizer.value,
                                       std::string_view(text.value), document, cold)
              ->Unit(benchmark::kMillisecond);
        }
      }
    }
    for (const Named& piece :
         {Named{"spaces", " "}, {"letters", "a"}, {"digits", "7"}, {"emoji", "\xF0\x9F\x98\x80"}}) {
      benchmark::RegisterBenchmark(("one_word/" + tokenizer.name + "/" + piece.name).c_str(), one_word, tokenizer.value,
                                   piece.value)
          ->Unit(benchmark::kMillisecond);
    }
    benchmark::RegisterBenchmark(("load/" + tokenizer.name).c_str(), load, tokenizer.value)
        ->Unit(benchmark::kMillisecond);
  }
  benchmark::RunSpecifiedBenchmarks();
}
