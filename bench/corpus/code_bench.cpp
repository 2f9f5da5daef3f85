// Files of code judged on one thread: language, encoding, rules, licence, notice. Rates are megabytes (1e6) of files a
// second; the limit is the memory's, as every byte is looked at by a handful of loops.
#include <filesystem>

#include <benchmark/benchmark.h>

#include "base/files.h"
#include "base/rng.h"
#include "corpus/code/code_document.h"
#include "corpus/code/encoded_data.h"

namespace smelt {
namespace {

// Lines as people write them, with a notice in front.
std::vector<CodeFile> make_files() {
  Rng rng(1, "code_bench");
  std::vector<CodeFile> files;
  for (int f = 0; f < 400; ++f) {
    CodeFile file;
    file.repository = "repository";
    file.path = "src/file" + std::to_string(f) + (f % 2 == 0 ? ".py" : ".h");
    file.content = "# Copyright 2020 The Authors\n# Licensed under the Apache License, Version 2.0\n\n";
    while (file.content.size() < 10000) {
      file.content += std::string(4 * rng.below(4), ' ');
      for (uint64_t words = 1 + rng.below(8); words > 0; --words) {
        for (uint64_t letters = 1 + rng.below(9); letters > 0; --letters) {
          file.content += static_cast<char>('a' + rng.below(26));
        }
        file.content += " =(),."[rng.below(6)];
      }
      file.content += '\n';
    }
    file.bytes = static_cast<int64_t>(file.content.size());
    files.push_back(std::move(file));
  }
  return files;
}

void set_rate(benchmark::State& state, int64_t bytes) {
  state.counters["MB/s"] = benchmark::Counter(static_cast<double>(bytes) / 1e6, benchmark::Counter::kIsRate);
}

void judge_code(benchmark::State& state) {
  const std::vector<CodeFile> files = make_files();
  const CodeInput input;
  const CodeJudge judge(input);
  const LicenseMap licenses;
  int64_t bytes = 0;
  for (auto _ : state) {
    for (const CodeFile& file : files) {
      benchmark::DoNotOptimize(judge.judge(file, licenses));
      bytes += file.bytes;
    }
  }
  set_rate(state, bytes);
}
BENCHMARK(judge_code)->Unit(benchmark::kMillisecond);

void encoded_runs(benchmark::State& state) {
  const std::vector<CodeFile> files = make_files();
  int64_t bytes = 0;
  for (auto _ : state) {
    for (const CodeFile& file : files) {
      benchmark::DoNotOptimize(published_encoded_runs(file.content));
      bytes += file.bytes;
    }
  }
  set_rate(state, bytes);
}
BENCHMARK(encoded_runs)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace smelt

BENCHMARK_MAIN();
