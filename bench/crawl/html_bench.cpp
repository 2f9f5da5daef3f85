// Pages of SMELT_TEST_DATA/readability on one thread: the whole tree, the tree that extraction needs, and the main
// text. Rates are megabytes (1e6) of HTML a second. Peers on the same pages: html_peers.py.
#include <benchmark/benchmark.h>

#include "crawl/blocks.h"
#include "crawl/charset.h"
#include "crawl/extract.h"
#include "crawl/html/tree.h"
#include "crawl/main/main_text.h"
#include "crawl/page_head.h"
#include "crawl/readability_pages.h"
#include "crawl/text_writer.h"

namespace smelt {
namespace {

template <class Work>
void run(benchmark::State& state, Work work) {
  if (readability_pages().empty()) {
    state.SkipWithError("SMELT_TEST_DATA has no readability pages");
    return;
  }
  int64_t bytes = 0;
  for (auto _ : state) {
    for (const std::string& page : readability_pages()) {
      work(page);
      bytes += static_cast<int64_t>(page.size());
    }
  }
  state.counters["MB/s"] = benchmark::Counter(static_cast<double>(bytes) / 1e6, benchmark::Counter::kIsRate);
}

void BM_parse(benchmark::State& state) {
  run(state, [](const std::string& page) { benchmark::DoNotOptimize(parse_html(page).nodes().size()); });
}
void BM_parse_text_only(benchmark::State& state) {
  HtmlOptions options;
  options.text_only = true;
  run(state, [&](const std::string& page) { benchmark::DoNotOptimize(parse_html(page, options).nodes().size()); });
}
// Bytes to text, without what a document needs beside it (language, metadata), which the peers do not give either.
void BM_main_text(benchmark::State& state) {
  run(state, [](const std::string& html) {
    const HtmlTree tree = parse_html(decode_html(html, "text/html").utf8, {.text_only = true});
    const PageHead head = read_head(tree);
    const std::vector<TextBlock> blocks = split_blocks(tree, find_unread(tree));
    const std::vector<float> scores = score_blocks(tree, blocks, {head.canonical, head.title});
    benchmark::DoNotOptimize(write_text(tree, blocks, choose_blocks(blocks, scores)).size());
  });
}
void BM_extract(benchmark::State& state, const char* content) {
  ExtractOptions options;
  options.content = content;
  run(state, [&](const std::string& html) {
    RawPage page;
    page.content_type = "text/html";
    page.body = html;
    benchmark::DoNotOptimize(extract_page(page, options).ok());
  });
}

BENCHMARK(BM_parse)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_parse_text_only)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_main_text)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(BM_extract, main, "main")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(BM_extract, justext, "justext")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(BM_extract, all, "all")->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace smelt

BENCHMARK_MAIN();
