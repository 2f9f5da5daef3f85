#include "crawl/page_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "crawl/testing.h"
#include "support/loopback.h"
#include "support/static_server.h"
#include "support/temporary_directory.h"

namespace smelt {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

void write_page(const TemporaryDirectory& folder, const std::string& name, const std::string& body) {
  make_directories(std::filesystem::path(folder.file(name)).parent_path().string());
  write_file(folder.file(name), body);
}

TEST(PageSource, ReadsAFolderInByteOrder) {
  TemporaryDirectory folder;
  for (const char* name :
       {"site/b.html", "site/a/z.HTM", "site/a.html", "site/B.xhtml", "site/skip.txt", "site/a-b.html"}) {
    write_page(folder, name, name);
  }
  const ReadPages read = read_pages({folder.file("site/")});
  EXPECT_THAT(read.ids(), ElementsAre("B.xhtml", "a-b.html", "a.html", "a/z.HTM", "b.html"));
  EXPECT_EQ(read.pages[0].content_type, "application/xhtml+xml");
  EXPECT_EQ(read.pages[3].content_type, "text/html");
  EXPECT_EQ(read.pages[3].body, "site/a/z.HTM");
  EXPECT_EQ(read.pages[3].source, "site");
  EXPECT_EQ(read.pages[3].url, "");
}

TEST(PageSource, ShardsAreTheSamePagesCut) {
  TemporaryDirectory folder;
  for (int i = 0; i < 25; ++i) {
    write_page(folder, "pages/" + std::to_string(i) + ".html", std::to_string(i));
  }
  write_page(folder, "pages/x.warc", warc_record("w", http_message("w")));
  SourceOptions options;
  options.pages_per_shard = 10;
  const std::vector<PageShard> shards = plan_shards({folder.file("pages")}, options);
  ASSERT_EQ(shards.size(), 4U);
  EXPECT_EQ(shards[0].name, "00000-pages");
  EXPECT_EQ(shards[3].name, "00003-x.warc");
  std::vector<std::string> ids;
  for (const PageShard& shard : shards) {
    const auto source = open_shard(shard, options, [](const PageReject&) { FAIL(); });
    RawPage page;
    while (source->next(page)) {
      ids.push_back(page.id);
    }
  }
  EXPECT_EQ(ids, read_pages({folder.file("pages")}, options).ids());
  EXPECT_EQ(ids.size(), 26U);
}

TEST(PageSource, DigestFollowsNamesAndBytes) {
  TemporaryDirectory folder;
  write_page(folder, "a/1.html", "one");
  write_page(folder, "b/1.html", "one");
  write_page(folder, "c/1.html", "two");
  write_page(folder, "d/2.html", "one");
  const auto digest = [&](const std::string& name) { return shard_digest(plan_shards({folder.file(name)}, {}).at(0)); };
  EXPECT_EQ(digest("a"), digest("b"));
  EXPECT_NE(digest("a"), digest("c"));
  EXPECT_NE(digest("a"), digest("d"));
}

TEST(PageSource, ExpandsGlobsAndKeepsIdsApart) {
  TemporaryDirectory folder;
  write_page(folder, "a/index.html", "a");
  write_page(folder, "b/index.html", "b");
  const ReadPages read = read_pages({folder.file("[ab]")});
  EXPECT_THAT(read.ids(), ElementsAre("index.html", folder.file("b/index.html")));
}

TEST(PageSource, SetsAsideWhatCannotBeRead) {
  TemporaryDirectory folder;
  write_page(folder, "p/a.html", "a");
  write_page(folder, "p/b.html", std::string(5000, 'b'));
  SourceOptions options;
  options.max_page_bytes = 2000;
  const std::vector<PageShard> shards = plan_shards({folder.file("p")}, options);
  std::filesystem::remove(folder.file("p/a.html"));
  std::vector<std::string> seen;
  const auto source = open_shard(shards.at(0), options,
                                 [&](const PageReject& reject) { seen.push_back(reject.id + " " + reject.reason); });
  RawPage page;
  EXPECT_FALSE(source->next(page));
  EXPECT_THAT(seen, ElementsAre("a.html unreadable_file", "b.html record_too_large"));
}

// A WARC file of many members on a server that breaks the first connection in the middle of a record.
TEST(PageSource, ReadsAWarcFileOnAServerAcrossABrokenConnection) {
  std::string file;
  std::vector<std::string> ids;
  for (int i = 0; i < 40; ++i) {
    file +=
        gzip(warc_record(std::to_string(i), http_message("<p>" + std::string(2000, static_cast<char>('a' + i % 26)))));
    ids.push_back("urn:" + std::to_string(i));
  }
  std::vector<std::string> ranges;
  const LoopbackServer server([&](int number, const std::string& request) {
    const size_t at = request.find("Range: bytes=");
    const size_t from = at == std::string::npos ? 0 : std::stoul(request.substr(at + 13));
    ranges.push_back(std::to_string(from));
    const std::string head = from == 0 ? "HTTP/1.1 200 OK" : "HTTP/1.1 206 Partial Content";
    const std::string body = file.substr(from);
    return head + "\r\nETag: \"x\"\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
           (number == 0 ? body.substr(0, file.size() / 2) : body);
  });
  const ReadPages read = read_pages({server.url() + "/crawl/x.warc.gz?key=1"});
  EXPECT_EQ(read.ids(), ids);
  EXPECT_TRUE(read.rejects.empty());
  EXPECT_EQ(read.pages.at(0).source, "x.warc.gz");
  EXPECT_THAT(ranges, ElementsAre("0", std::to_string(file.size() / 2)));
}

TEST(PageSource, ReadsListsOfWarcFiles) {
  TemporaryDirectory folder;
  make_directories(folder.file("crawl-data"));
  for (const char* name : {"a", "b", "c"}) {
    write_file(folder.file("crawl-data/" + std::string(name) + ".warc.gz"),
               gzip(warc_record(name, http_message("<p>page"))));
  }
  const StaticServer server(folder.path());
  write_file(folder.file("warc.paths.gz"), gzip("crawl-data/a.warc.gz\n\n/crawl-data/b.warc.gz\r\n"));
  write_file(folder.file("mine.paths"),
             server.url() + "/crawl-data/a.warc.gz\n" + folder.file("crawl-data/c.warc.gz") + "\n");
  EXPECT_THAT(read_pages({server.url() + "/warc.paths.gz"}).ids(), ElementsAre("urn:a", "urn:b"));
  EXPECT_THAT(read_pages({folder.file("mine.paths")}).ids(), ElementsAre("urn:a", "urn:c"));
  write_file(folder.file("cc.paths"), "crawl-data/CC-MAIN-2024-22/x.warc.gz\n");
  const std::vector<PageShard> shards = plan_shards({folder.file("cc.paths")}, {});
  ASSERT_EQ(shards.size(), 1U);
  EXPECT_EQ(shards[0].files.at(0).path, "https://data.commoncrawl.org/crawl-data/CC-MAIN-2024-22/x.warc.gz");
}

// The network is not asked for what names a remote file, and its failure is no property of the pages.
TEST(PageSource, ServersThatFailEndTheRunAndAddressesAreTheIdentity) {
  const StaticServer server("/nowhere");
  const std::vector<PageShard> shards = plan_shards({server.url() + "/x.warc.gz"}, {});
  EXPECT_THROW(open_shard(shards.at(0), {}, [](const PageReject&) {}), UserError);
  const std::string dead = "http://127.0.0.1:9/";
  EXPECT_EQ(shard_digest(plan_shards({dead + "x.warc.gz"}, {}).at(0)),
            shard_digest(plan_shards({dead + "x.warc.gz"}, {}).at(0)));
  EXPECT_NE(shard_digest(plan_shards({dead + "x.warc.gz"}, {}).at(0)),
            shard_digest(plan_shards({dead + "y/x.warc.gz"}, {}).at(0)));
}

TEST(PageSource, SaysWhatIsWrongWithInputs) {
  TemporaryDirectory folder;
  write_page(folder, "empty/readme.txt", "");
  write_page(folder, "p/a.html", "a");
  const auto message = [](const std::vector<std::string>& inputs) -> std::string {
    try {
      plan_shards(inputs, {});
    } catch (const UserError& error) {
      return error.what();
    }
    return "no error";
  };
  EXPECT_THAT(message({folder.file("nowhere")}), HasSubstr("no such file or folder"));
  EXPECT_THAT(message({folder.file("*.warc")}), HasSubstr("nothing matches"));
  EXPECT_THAT(message({folder.file("empty")}), HasSubstr("no page in this folder"));
  EXPECT_THAT(message({folder.file("empty/readme.txt")}), HasSubstr("no page and no WARC file"));
  EXPECT_THAT(message({folder.file("p"), folder.file("p/")}), HasSubstr("given twice"));
  EXPECT_THAT(message({}), HasSubstr("no inputs"));
  EXPECT_THAT(message({"ftp://example.org/x.warc.gz"}), HasSubstr("only WARC files"));
  EXPECT_THAT(message({"https://example.org/page.html"}), HasSubstr("only WARC files"));
  EXPECT_THAT(message({"https://example.org/x.warc", "https://example.org/x.warc"}), HasSubstr("given twice"));
  write_file(folder.file("empty.paths"), "");
  EXPECT_THAT(message({folder.file("empty.paths")}), HasSubstr("the list is empty"));
  EXPECT_THAT(message({folder.file("none.paths")}), HasSubstr("none.paths"));
}

TEST(PageSource, TakesPagesOnlyFromRecordsThatHoldThem) {
  TemporaryDirectory folder;
  write_file(folder.file("x.warc"), warc_record("info", "software: x", -1, "warcinfo") +
                                        warc_record("ask", "GET / HTTP/1.1\r\n\r\n", -1, "request") +
                                        warc_record("gone", "HTTP/1.1 404 Not Found\r\n\r\nno") +
                                        warc_record("page", http_message("<p>yes")) + warc_record("odd", "no http") +
                                        warc_record("res", "<p>raw", -1, "resource"));
  const ReadPages read = read_pages({folder.file("x.warc")});
  EXPECT_THAT(read.ids(), ElementsAre("urn:page", "urn:res"));
  EXPECT_EQ(read.pages[0].url, "http://example.org/page");
  EXPECT_EQ(read.pages[0].date, "2024-01-02T03:04:05Z");
  EXPECT_EQ(read.pages[1].body, "<p>raw");
  EXPECT_THAT(read.reasons(), ElementsAre("http_status", "bad_http_header"));
}

}  // namespace
}  // namespace smelt
