// Languages of SMELT_TEST_DATA/langid, one thread: CLD2 on documents of 20 paragraphs in one language of 75, and the
// same with the language of each paragraph. Rates are megabytes (1e6) of text a second. fastText models:
// bench/corpus/quality_bench.cpp.
#include <cstdlib>
#include <filesystem>

#include <benchmark/benchmark.h>

#include "base/files.h"
#include "base/text.h"
#include "crawl/language/language.h"

namespace smelt {
namespace {

const std::vector<std::string>& documents() {
  static const std::vector<std::string> kDocuments = [] {
    const char* root = std::getenv("SMELT_TEST_DATA");
    const std::string folder = std::string(root != nullptr ? root : "../shared/data") + "/langid";
    std::vector<std::string> out;
    for (const std::string& file :
         std::filesystem::is_directory(folder) ? list_files(folder) : std::vector<std::string>()) {
      const std::string text = read_file(folder + "/" + file);
      int lines = 0;
      for (const std::string_view line : split(text, '\n')) {
        if (lines % 60 == 0) {
          out.emplace_back();
        }
        out.back() += std::string(line) + (++lines % 3 == 0 ? "\n\n" : " ");
      }
    }
    return out;
  }();
  return kDocuments;
}

void BM_language(benchmark::State& state, bool paragraphs) {
  if (documents().empty()) {
    state.SkipWithError("SMELT_TEST_DATA has no langid");
    return;
  }
  LanguageOptions options;
  options.paragraphs = paragraphs;
  const LanguageIdentifier languages(options);
  int64_t bytes = 0;
  for (auto _ : state) {
    for (std::string text : documents()) {
      benchmark::DoNotOptimize(languages.identify(text).whole.score);
      bytes += static_cast<int64_t>(text.size());
    }
  }
  state.counters["MB/s"] = benchmark::Counter(static_cast<double>(bytes) / 1e6, benchmark::Counter::kIsRate);
}
BENCHMARK_CAPTURE(BM_language, whole_by_cld2, false)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(BM_language, paragraphs_by_cld2, true)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace smelt

BENCHMARK_MAIN();
