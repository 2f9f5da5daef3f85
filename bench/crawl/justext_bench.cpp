// jusText on the pages of SMELT_TEST_DATA/readability, from UTF-8 to classes, one thread; and the decoders of
// encodings on text of their own. Rates are megabytes (1e6) of input a second. Peer on the same pages: justext_peer.py.
#include <benchmark/benchmark.h>

#include "base/text.h"
#include "crawl/charset.h"
#include "crawl/justext.h"
#include "crawl/readability_pages.h"

namespace smelt {
namespace {

void BM_justext(benchmark::State& state) {
  if (readability_pages().empty()) {
    state.SkipWithError("SMELT_TEST_DATA has no readability pages");
    return;
  }
  int64_t bytes = 0;
  for (auto _ : state) {
    for (const std::string& page : readability_pages()) {
      std::vector<JustextParagraph> paragraphs = justext_paragraphs(page);
      classify_paragraphs(paragraphs, stop_words("en"), {});
      benchmark::DoNotOptimize(paragraphs.data());
      bytes += static_cast<int64_t>(page.size());
    }
  }
  state.counters["MB/s"] = benchmark::Counter(static_cast<double>(bytes) / 1e6, benchmark::Counter::kIsRate);
}
BENCHMARK(BM_justext)->Unit(benchmark::kMillisecond);

void BM_decode(benchmark::State& state, const char* charset, const char* phrase) {
  std::string text;
  while (text.size() < (1 << 20)) {
    text += phrase;
    text += "<p class=\"a\">";
  }
  for (auto _ : state) {
    benchmark::DoNotOptimize(decode_charset(text, charset).data());
  }
  state.counters["MB/s"] =
      benchmark::Counter(static_cast<double>(text.size() * state.iterations()) / 1e6, benchmark::Counter::kIsRate);
}
BENCHMARK_CAPTURE(BM_decode, utf8_ascii, "utf-8", "plain text of a page, as most bytes of most pages are");
BENCHMARK_CAPTURE(BM_decode, utf8_cyrillic, "utf-8", "Съешь ещё этих мягких французских булок, да выпей чаю");
BENCHMARK_CAPTURE(BM_decode, windows_1252_ascii, "windows-1252", "plain text of a page with one letter \xE9 more");
BENCHMARK_CAPTURE(BM_decode, windows_1251, "windows-1251",
                  "\xD1\xFA\xE5\xF8\xFC \xE5\xF9\xB8 \xFD\xF2\xE8\xF5 \xEC\xFF\xE3\xEA\xE8\xF5");
BENCHMARK_CAPTURE(BM_decode, gbk, "gbk", "\xD6\xD0\xCE\xC4\xD6\xD0\xB9\xFA\xC8\xCB\xC3\xF1");
BENCHMARK_CAPTURE(BM_decode, shift_jis, "shift_jis", "\x93\xFA\x96\x7B\x8C\xEA\x82\xCC\x95\xB6");

}  // namespace
}  // namespace smelt

BENCHMARK_MAIN();
