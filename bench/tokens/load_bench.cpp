// How long a tokenizer of 128,000 entries takes to load. The limit is the file's size over the rate at which JSON can
// be scanned; the aim is 60 ms of processor time. The file is made here: byte-level BPE whose entries are learnt
// nowhere.
#include <unordered_map>

#include <benchmark/benchmark.h>

#include "base/json.h"
#include "base/rng.h"
#include "tokens/bpe/byte_alphabet.h"
#include "tokens/tokenizer.h"

namespace smelt {
namespace {

constexpr int64_t kEntries = 128'000;

// Entries are the bytes and, in order, pairs of earlier entries of at most 12 bytes together.
std::string tokenizer_json() {
  std::vector<std::string> tokens;
  Json::Object vocab;
  const auto add = [&](const std::string& bytes) {
    vocab.emplace_back(ByteAlphabet::get().to_chars(bytes), static_cast<int64_t>(tokens.size()));
    tokens.push_back(bytes);
  };
  for (int byte = 0; byte < 256; ++byte) {
    add(std::string(1, static_cast<char>(byte)));
  }
  std::unordered_map<std::string, bool> seen;
  Json merges = Json::array();
  Rng rng(1, "bench/load");
  while (static_cast<int64_t>(tokens.size()) < kEntries) {
    const std::string left = tokens[rng.below(tokens.size())];
    const std::string right = tokens['a' + rng.below(26)];
    if (left.size() < 12 && seen.emplace(left + right, true).second) {
      Json pair = Json::array();
      pair.push_back(ByteAlphabet::get().to_chars(left));
      pair.push_back(ByteAlphabet::get().to_chars(right));
      merges.push_back(std::move(pair));
      add(left + right);
    }
  }
  Json top = Json::object();
  top["version"] = "1.0";
  top["added_tokens"] = Json::array();
  top["pre_tokenizer"] = *Json::parse(R"({"type":"ByteLevel","add_prefix_space":false,"use_regex":true})");
  top["decoder"] = *Json::parse(R"({"type":"ByteLevel"})");
  top["model"] = *Json::parse(R"({"type":"BPE"})");
  top["model"]["vocab"] = Json(std::move(vocab));
  top["model"]["merges"] = std::move(merges);
  return top.dump(2);
}

void load(benchmark::State& state) {
  const std::string json = tokenizer_json();
  for (auto _ : state) {
    benchmark::DoNotOptimize(Tokenizer::parse(json, "tokenizer.json"));
  }
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * json.size()));
}

BENCHMARK(load)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace smelt

BENCHMARK_MAIN();
