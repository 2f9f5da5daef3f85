// Reading WARC files: bytes after decompression a second, and how near that comes to the decompression alone. The peer
// is FastWARC (tools/peers.txt): bench/crawl/warc_peer.py FILE... reads the files that SMELT_BENCH_WARC names.
#include <cstdlib>
#include <string>

#include <benchmark/benchmark.h>
#include <libdeflate.h>
#include <zlib.h>

#include "base/files.h"
#include "base/rng.h"
#include "base/view_source.h"
#include "crawl/warc/http_message.h"
#include "crawl/warc/warc_reader.h"

namespace smelt {
namespace {

// A member per record, of text that compresses about as pages do.
std::string made_archive() {
  Rng rng(1, "archive");
  std::vector<std::string> words;
  for (int i = 0; i < 4000; ++i) {
    std::string word;
    for (uint64_t letters = 2 + rng.below(9); letters > 0; --letters) {
      word += static_cast<char>('a' + rng.below(26));
    }
    words.push_back(word);
  }
  libdeflate_compressor* compressor = libdeflate_alloc_compressor(6);
  std::string archive;
  for (int record = 0; record < 300; ++record) {
    std::string body = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n";
    const uint64_t size = 20000 + rng.below(160000);
    while (body.size() < size) {
      const uint64_t low = rng.below(words.size());
      body +=
          rng.below(9) == 0 ? "</p>\n<p class=\"text\">" : words[low * rng.below(words.size()) / words.size()] + " ";
    }
    const std::string text = "WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:" + std::to_string(record) +
                             ">\r\nWARC-Target-URI: http://example.org/\r\nContent-Type: application/http; "
                             "msgtype=response\r\nContent-Length: " +
                             std::to_string(body.size()) + "\r\n\r\n" + body + "\r\n\r\n";
    std::string member(libdeflate_gzip_compress_bound(compressor, text.size()), '\0');
    member.resize(libdeflate_gzip_compress(compressor, text.data(), text.size(), member.data(), member.size()));
    archive += member;
  }
  libdeflate_free_compressor(compressor);
  return archive;
}

const std::string& archive() {
  static const std::string kArchive = [] {
    const char* path = std::getenv("SMELT_BENCH_WARC");
    return path == nullptr ? made_archive() : read_file(path);
  }();
  return kArchive;
}

// The limit: every member at once, into the same memory.
void inflate_alone(benchmark::State& state) {
  libdeflate_decompressor* decompressor = libdeflate_alloc_decompressor();
  std::string out(size_t{8} << 20, '\0');
  int64_t bytes = 0;
  for (auto _ : state) {
    std::string_view rest = archive();
    while (!rest.empty()) {
      size_t used = 0;
      size_t written = 0;
      if (libdeflate_gzip_decompress_ex(decompressor, rest.data(), rest.size(), out.data(), out.size(), &used,
                                        &written) != LIBDEFLATE_SUCCESS) {
        state.SkipWithError("a member is above 8 MiB");
        break;
      }
      rest.remove_prefix(used);
      bytes += static_cast<int64_t>(written);
    }
  }
  libdeflate_free_decompressor(decompressor);
  state.SetBytesProcessed(bytes);
}
BENCHMARK(inflate_alone)->Unit(benchmark::kMillisecond);

void read_records(benchmark::State& state) {
  int64_t bytes = 0;
  for (auto _ : state) {
    const auto reader = make_warc_reader(std::make_unique<ViewSource>(archive()), 32 << 20,
                                         [](const std::string&, uint64_t, const std::string&, const std::string&) {});
    WarcRecord record;
    while (reader->next(record)) {
      bytes += static_cast<int64_t>(record.header.size() + record.block.size() + 4);
    }
  }
  state.SetBytesProcessed(bytes);
}
BENCHMARK(read_records)->Unit(benchmark::kMillisecond);

void read_pages_of_records(benchmark::State& state) {
  int64_t bytes = 0;
  for (auto _ : state) {
    const auto reader = make_warc_reader(std::make_unique<ViewSource>(archive()), 32 << 20,
                                         [](const std::string&, uint64_t, const std::string&, const std::string&) {});
    WarcRecord record;
    while (reader->next(record)) {
      const Result<HttpResponse> response = parse_http_response(record.block, 32 << 20);
      benchmark::DoNotOptimize(response.ok());
      bytes += static_cast<int64_t>(record.header.size() + record.block.size() + 4);
    }
  }
  state.SetBytesProcessed(bytes);
}
BENCHMARK(read_pages_of_records)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace smelt

int main(int argc, char** argv) {
  if (const char* path = std::getenv("SMELT_BENCH_WARC_OUT")) {
    smelt::write_file(path, smelt::archive());
  }
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
