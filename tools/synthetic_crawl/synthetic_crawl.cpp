// synthetic_crawl OUTPUT MEGABYTES SHARDS FOLDER...: a crawl of MEGABYTES (1e6 bytes of HTML) in SHARDS files
// OUTPUT-000.warc.gz, ... out of the HTML pages below the folders.
//
// First come the pages as they are, then again and again variants of them (page_variant.h): of those 70 % with half
// their words changed, which are new pages to every kind of deduplication, 15 % with one word in a hundred changed and
// 15 % copies under another address. The same arguments give the same bytes.
#include <cstdio>
#include <cstdlib>
#include <exception>

#include <fmt/format.h>

#include "base/error.h"
#include "base/files.h"
#include "base/hash.h"
#include "base/threads.h"
#include "crawl/warc/warc_writer.h"
#include "page_variant.h"

namespace smelt {
namespace {

struct Original {
  std::string path;
  std::string bytes;
};

struct Crawl {
  std::vector<Original> pages;
  WordPool words;
};

Crawl read_pages(int count, char** folders) {
  Crawl crawl;
  for (int i = 0; i < count; ++i) {
    const std::string folder = folders[i];
    for (const std::string& name : list_files(folder)) {
      if (name.ends_with(".html") || name.ends_with(".htm")) {
        crawl.pages.push_back({name, read_file(folder + "/" + name)});
        crawl.words.add(crawl.pages.back().bytes);
      }
    }
  }
  if (crawl.pages.empty()) {
    throw input_error("no HTML pages below the folders", folders[0], "run 'make pages'");
  }
  crawl.words.finish();
  return crawl;
}

// Page `number` of the crawl, without end: the originals in order, then the rounds of variants.
std::string page_of(const Crawl& crawl, uint64_t number) {
  const uint64_t round = number / crawl.pages.size();
  const std::string& page = crawl.pages[number % crawl.pages.size()].bytes;
  const uint64_t kind = hash64(fmt::format("kind {}", number)) % 100;
  if (round == 0 || kind < 15) {
    return page;
  }
  return crawl.words.variant(page, kind < 30 ? 0.01 : 0.5, number);
}

void write_shard(const Crawl& crawl, const std::string& path, uint64_t shard, uint64_t shards, uint64_t bytes) {
  WarcWriter writer(path);
  uint64_t written = 0;
  for (uint64_t number = shard; written < bytes; number += shards) {
    const std::string page = page_of(crawl, number);
    const std::string id = hash128(fmt::format("record {}", number)).hex();
    WarcFields fields;
    fields.type = "response";
    fields.id = fmt::format("urn:uuid:{}-{}-{}-{}-{}", id.substr(0, 8), id.substr(8, 4), id.substr(12, 4),
                            id.substr(16, 4), id.substr(20));
    fields.date = "2026-01-01T00:00:00Z";
    fields.url = fmt::format("http://site{}.example/{}", number / crawl.pages.size(),
                             crawl.pages[number % crawl.pages.size()].path);
    fields.content_type = "application/http; msgtype=response";
    writer.write(fields, fmt::format("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {}\r\n\r\n{}",
                                     page.size(), page));
    written += page.size();
  }
  writer.commit();
}

void make(int argc, char** argv) {
  const std::string output = argv[1];
  const uint64_t bytes = std::strtoull(argv[2], nullptr, 10) * 1'000'000;
  const uint64_t shards = std::strtoull(argv[3], nullptr, 10);
  if (bytes == 0 || shards == 0) {
    throw usage_error("MEGABYTES and SHARDS must be at least 1", argv[2]);
  }
  const Crawl crawl = read_pages(argc - 4, argv + 4);
  ThreadPool(available_threads()).run(static_cast<int64_t>(shards), [&](int64_t shard) {
    write_shard(crawl, fmt::format("{}-{:03}.warc.gz", output, shard), static_cast<uint64_t>(shard), shards,
                bytes / shards);
  });
}

}  // namespace
}  // namespace smelt

int main(int argc, char** argv) {
  if (argc < 5) {
    std::fprintf(stderr, "usage: synthetic_crawl OUTPUT MEGABYTES SHARDS FOLDER...\n");
    return 2;
  }
  try {
    smelt::make(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "synthetic_crawl: %s\n", error.what());
    return 1;
  }
  return 0;
}
