// `tokens build` from compressed JSONL to disk beside the encoder alone, in MB/s of text (1e6 bytes) and processor time
// of the whole process, one thread. Needs SMELT_TEST_DATA.
//
// encode: Tokenizer::encode_plain over the texts in memory; build: zstd, JSON, the same encoding, .bin and .idx written
// and synced. "share" is the rate of build over that of encode, both with a tokenizer that has seen the texts before,
// so that nothing but the work around encoding differs.
#include <atomic>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>
#include <unistd.h>

#include "base/files.h"
#include "base/threads.h"
#include "corpus/document_io.h"
#include "tokens/dataset/part_builder.h"
#include "tokens/tokenizer.h"

namespace {

using smelt::list_files;
using smelt::read_file;
using smelt::Tokenizer;

const char* const kData = std::getenv("SMELT_TEST_DATA");

// Of the process, so that no thread is left out.
double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

std::vector<std::string> documents(const std::string& folder) {
  const std::string dir = std::string(kData) + "/" + folder;
  std::vector<std::string> out;
  for (const std::string& file : list_files(dir)) {
    if (!file.ends_with(".txt")) {
      continue;
    }
    const std::string text = read_file(dir + "/" + file);
    for (size_t at = 0; at < text.size();) {
      size_t end = std::min(text.size(), at + 4096);
      while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) {
        ++end;
      }
      out.push_back(text.substr(at, end - at));
      at = end;
    }
  }
  return out;
}

class Fixture {
 public:
  explicit Fixture(const std::string& folder)
      : texts(documents(folder)),
        dir((std::filesystem::temp_directory_path() / ("build_bench-" + std::to_string(::getpid()))).string()),
        tokenizer(Tokenizer::load(std::string(kData) + "/gpt2")) {
    smelt::make_directories(dir);
    smelt::DocumentWriter writer(dir + "/in.jsonl.zst");
    for (const std::string& text : texts) {
      smelt::Document document;
      document.id = std::to_string(bytes);
      document.text = text;
      writer.write(document);
      bytes += static_cast<int64_t>(text.size());
    }
    writer.commit();
  }
  ~Fixture() {
    std::error_code error;
    std::filesystem::remove_all(dir, error);
  }
  Fixture(const Fixture&) = delete;
  Fixture& operator=(const Fixture&) = delete;

  double encode() const {
    const double begin = cpu_seconds();
    std::vector<uint32_t> ids;
    for (const std::string& text : texts) {
      ids.clear();
      tokenizer.encode_plain(text, ids);
      benchmark::DoNotOptimize(ids.data());
    }
    return cpu_seconds() - begin;
  }
  double build() const {
    const double begin = cpu_seconds();
    smelt::ThreadPool threads(1);
    smelt::Logger log;
    smelt::ProgressSink sink(smelt::ProgressMode::kNone, nullptr);
    const std::atomic<bool> stop{false};
    const smelt::Context context{threads, log, sink, 1, stop};
    smelt::TokensOptions options;
    options.append_eod = false;
    const smelt::DocumentEncoder encoder(tokenizer, options, 1);
    const std::vector<smelt::InputFile> files = smelt::list_document_files({dir + "/in.jsonl.zst"});
    smelt::DocumentBlocks blocks(files);
    smelt::Progress progress(sink, "build", 0, "bytes");
    const auto result =
        smelt::build_part(context, {encoder, smelt::TokenType::kUint16, dir + "/out", {}, INT64_MAX}, blocks, progress);
    SMELT_CHECK(result.counts.bytes == bytes);
    return cpu_seconds() - begin;
  }

  std::vector<std::string> texts;
  std::string dir;
  Tokenizer tokenizer;
  int64_t bytes = 0;
};

void build(benchmark::State& state, const std::string& folder) {
  const Fixture fixture(folder);
  fixture.encode();
  fixture.build();
  double encode_seconds = 0;
  double build_seconds = 0;
  for (auto _ : state) {
    encode_seconds += fixture.encode();
    const double seconds = fixture.build();
    build_seconds += seconds;
    state.SetIterationTime(seconds);
  }
  const double megabytes = static_cast<double>(fixture.bytes) * static_cast<double>(state.iterations()) * 1e-6;
  state.counters["encode_MB/s"] = megabytes / encode_seconds;
  state.counters["build_MB/s"] = megabytes / build_seconds;
  state.counters["share"] = encode_seconds / build_seconds;
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (kData != nullptr) {
    for (const char* folder : {"text", "langid"}) {
      benchmark::RegisterBenchmark((std::string("build/") + folder).c_str(), build, folder)
          ->UseManualTime()
          ->Unit(benchmark::kMillisecond);
    }
  }
  benchmark::RunSpecifiedBenchmarks();
}
