// Encoding speed in MB/s of text (1e6 bytes), one thread, with GPT-2's vocabulary. Needs SMELT_TEST_DATA.
//
// cold: a fresh tokenizer for every pass, so that no word is cached; warm: the second and later passes over the same
// text.
#include <cstdlib>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "base/files.h"
#include "tokens/tokenizer.h"

namespace {

using smelt::list_files;
using smelt::read_file;

const char* const kData = std::getenv("SMELT_TEST_DATA");

std::vector<std::string> documents(const std::string& folder) {
  const std::string dir = std::string(kData) + "/" + folder;
  std::vector<std::string> out;
  for (const std::string& file : list_files(dir)) {
    if (file.ends_with(".txt")) {
      const std::string text = read_file(dir + "/" + file);
      for (size_t at = 0; at < text.size(); at += 65536) {
        out.push_back(text.substr(at, 65536));
      }
    }
  }
  return out;
}

void encode(benchmark::State& state, const std::string& folder, bool cold) {
  const std::vector<std::string> texts = documents(folder);
  smelt::Tokenizer tokenizer = smelt::Tokenizer::load(std::string(kData) + "/gpt2");
  std::vector<uint32_t> ids;
  int64_t bytes = 0;
  for (auto _ : state) {
    if (cold) {
      state.PauseTiming();
      tokenizer = smelt::Tokenizer::load(std::string(kData) + "/gpt2");
      state.ResumeTiming();
    }
    for (const std::string& text : texts) {
      ids.clear();
      tokenizer.encode(text, ids);
      benchmark::DoNotOptimize(ids.data());
      bytes += static_cast<int64_t>(text.size());
    }
  }
  state.SetBytesProcessed(bytes);
}

void load(benchmark::State& state) {
  for (auto _ : state) {
    benchmark::DoNotOptimize(smelt::Tokenizer::load(std::string(kData) + "/gpt2"));
  }
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (kData != nullptr) {
    for (const bool cold : {true, false}) {
      const std::string how = cold ? "/cold" : "/warm";
      benchmark::RegisterBenchmark(("encode/english" + how).c_str(), encode, "text", cold);
      benchmark::RegisterBenchmark(("encode/75_languages" + how).c_str(), encode, "langid", cold);
    }
    benchmark::RegisterBenchmark("load/gpt2", load)->Unit(benchmark::kMillisecond);
  }
  benchmark::RunSpecifiedBenchmarks();
}
