// Redaction of personal data on one thread, megabytes (1e6) of text a second. The peer beside it, on the same text:
// `.peers/bin/python bench/corpus/privacy_peers.py` (datatrove's PIIFormatter: e-mail and public IP addresses).
// Limit: a memory read; the scan alone (no kind wanted) shows what the machine gives for it.
#include <benchmark/benchmark.h>

#include "corpus/privacy/redact.h"
#include "corpus/prose.h"

namespace smelt {
namespace {

RedactOptions only(bool addresses, bool others) {
  RedactOptions options;
  options.emails = options.ip_addresses = addresses ? "replace" : "keep";
  options.phones = options.cards = options.ibans = options.national_ids = options.secrets = others ? "replace" : "keep";
  return options;
}

void run(benchmark::State& state, const RedactOptions& options) {
  if (prose_pages().empty()) {
    state.SkipWithError("the test data is absent: set SMELT_TEST_DATA");
    return;
  }
  const Redactor redactor(options);
  int64_t bytes = 0;
  int64_t places = 0;
  for (auto _ : state) {
    for (const std::string& page : prose_pages()) {
      std::string text = page;
      places += redactor.redact(text).total();
      benchmark::DoNotOptimize(text.data());
      bytes += static_cast<int64_t>(page.size());
    }
  }
  state.counters["MB/s"] = benchmark::Counter(static_cast<double>(bytes) / 1e6, benchmark::Counter::kIsRate);
  state.counters["places"] = static_cast<double>(places) / static_cast<double>(state.iterations());
}

void redact_nothing(benchmark::State& state) {
  run(state, only(false, false));
}
BENCHMARK(redact_nothing)->Unit(benchmark::kMillisecond);

void redact_emails_and_ips(benchmark::State& state) {
  run(state, only(true, false));
}
BENCHMARK(redact_emails_and_ips)->Unit(benchmark::kMillisecond);

void redact_every_kind(benchmark::State& state) {
  run(state, only(true, true));
}
BENCHMARK(redact_every_kind)->Unit(benchmark::kMillisecond);

void redact_names_too(benchmark::State& state) {
  RedactOptions options = only(true, true);
  options.names = "replace";
  run(state, options);
}
BENCHMARK(redact_names_too)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace smelt

BENCHMARK_MAIN();
