// Against sites on loopback that answer as the web does: slowly, wrongly, elsewhere, not at all.
#include "crawl/fetch/crawler.h"

#include <algorithm>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/files.h"
#include "crawl/fetch/site_server.h"
#include "crawl/testing.h"
#include "crawl/warc/http_message.h"
#include "crawl/warc/warc_reader.h"
#include "support/temporary_directory.h"
#include "support/test_context.h"

namespace smelt {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

CrawlOptions quick(const SiteServer& server, const std::string& output, const std::string& path = "/") {
  CrawlOptions options;
  options.seeds = {server.url() + path};
  options.output = output;
  options.delay_seconds = 0;
  options.retry_seconds = 0.01;
  return options;
}

CrawlReport fetch(const CrawlOptions& options) {
  TestContext context;
  return crawl(context.get(), options);
}

struct Archived {
  std::vector<std::string> types;
  std::map<std::string, std::string> answers;  // path: type, status, WARC-Truncated
  std::map<std::string, std::string> blocks;
};

Archived read_archive(const std::string& path) {
  Archived out;
  const auto reader = open_warc(
      path, 64 << 20,
      [](const std::string&, uint64_t, const std::string& reason, const std::string&) { ADD_FAILURE() << reason; });
  WarcRecord record;
  while (reader->next(record)) {
    out.types.push_back(record.type);
    if (record.type == "response" || record.type == "revisit") {
      const std::string name = record.url.substr(record.url.find('/', 8));
      const Result<HttpHead> head = parse_http_head(record.block);
      out.answers[name] = record.type + " " + std::to_string(head ? head.value().status : 0) +
                          std::string(record.field("WARC-Truncated"));
      out.blocks[name] = record.block;
    }
  }
  return out;
}

std::string link_page(const std::vector<std::string>& links) {
  std::string out = "<html><body>";
  for (const std::string& link : links) {
    out += "<a href='" + link + "'>x</a>";
  }
  return http_answer(200, out);
}

TEST(Crawler, FollowsLinksWithinTheSiteAndKeepsEveryAnswer) {
  TemporaryDirectory folder;
  const SiteServer server(
      {{"/", always(link_page({"a", "/b?x=1", "http://other.invalid/", "a#again", "mailto:x@y", "missing"}))},
       {"/a", always(link_page({"/"}))},
       {"/b?x=1", always(http_answer(200, "plain <a href='/c'>", "", "text/plain"))}});
  const CrawlReport report = fetch(quick(server, folder.file("x.warc.gz")));
  const Archived archived = read_archive(folder.file("x.warc.gz"));
  EXPECT_THAT(archived.answers,
              UnorderedElementsAre(std::pair("/robots.txt", "response 404"), std::pair("/", "response 200"),
                                   std::pair("/a", "response 200"), std::pair("/b?x=1", "response 200"),
                                   std::pair("/missing", "response 404")));
  EXPECT_EQ(archived.types.at(0), "warcinfo");
  EXPECT_EQ(std::count(archived.types.begin(), archived.types.end(), "request"), 5);
  EXPECT_EQ(std::count(archived.types.begin(), archived.types.end(), "metadata"), 5);
  EXPECT_EQ(report.counts.at("pages").as_int(), 4);
  EXPECT_EQ(report.counts.at("ended").as_string(), "all_fetched");
  EXPECT_EQ(report.counts.at("skipped").dump(), R"({"out_of_scope":1})");
  EXPECT_FALSE(path_exists(folder.file("x.warc.gz.state")));
  EXPECT_FALSE(path_exists(folder.file("x.warc.gz.partial")));
  EXPECT_EQ(archived.blocks.at("/a"), server.url().empty() ? "" : link_page({"/"}));
}

TEST(Crawler, KeepsToRobotsTxt) {
  TemporaryDirectory folder;
  const SiteServer server({{"/robots.txt", always(http_answer(200, "User-agent: smelt\nDisallow: /no\nAllow: /no/but\n",
                                                              "", "text/plain"))},
                           {"/", always(link_page({"/no/a", "/no/but", "/yes"}))}});
  const CrawlReport report = fetch(quick(server, folder.file("x.warc.gz")));
  EXPECT_THAT(server.paths(), ElementsAre("/robots.txt", "/", "/no/but", "/yes"));
  EXPECT_EQ(report.counts.at("skipped").dump(), R"({"robots":1})");
}

// RFC 9309, sections 2.3.1.3 and 2.3.1.4; a redirect of robots.txt is followed.
TEST(Crawler, RobotsTxtThatIsMissingBrokenOrElsewhere) {
  TemporaryDirectory folder;
  const SiteServer broken({{"/robots.txt", always(http_answer(500, "oops"))}, {"/", always(link_page({}))}});
  CrawlOptions options = quick(broken, folder.file("broken.warc.gz"));
  EXPECT_EQ(fetch(options).counts.at("skipped").dump(), R"({"robots_unreachable":1})");
  EXPECT_THAT(broken.paths(), ElementsAre("/robots.txt"));
  const SiteServer moved({{"/robots.txt", always(http_answer(301, "", "Location: /r2\r\n"))},
                          {"/r2", always(http_answer(200, "User-agent: *\nDisallow: /a\n"))},
                          {"/", always(link_page({"/a", "/b"}))}});
  fetch(quick(moved, folder.file("moved.warc.gz")));
  EXPECT_THAT(moved.paths(), ElementsAre("/robots.txt", "/r2", "/", "/b"));
  const SiteServer slow({{"/robots.txt", always(http_answer(200, "User-agent: *\nCrawl-delay: 1000\n"))}});
  EXPECT_EQ(fetch(quick(slow, folder.file("slow.warc.gz"))).counts.at("skipped").dump(), R"({"crawl_delay":1})");
}

TEST(Crawler, WaitsAsRobotsTxtAsks) {
  TemporaryDirectory folder;
  const SiteServer server({{"/robots.txt", always(http_answer(200, "User-agent: *\nCrawl-delay: 0.2\n"))},
                           {"/", always(link_page({"/a", "/b"}))}});
  const auto start = std::chrono::steady_clock::now();
  fetch(quick(server, folder.file("x.warc.gz")));
  // robots.txt, three pages: three pauses.
  EXPECT_GE(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(), 0.6);
}

TEST(Crawler, RecordsRedirectsAndLeavesLoops) {
  TemporaryDirectory folder;
  const auto to = [](const std::string& place) { return always(http_answer(302, "", "Location: " + place + "\r\n")); };
  std::map<std::string, SiteServer::Answer> routes = {{"/", to("/home")},
                                                      {"/home", always(link_page({"/loop1", "/far0"}))},
                                                      {"/loop1", to("/loop2")},
                                                      {"/loop2", to("/loop1")}};
  for (int i = 0; i < 20; ++i) {
    routes["/far" + std::to_string(i)] = to("/far" + std::to_string(i + 1));
  }
  const SiteServer server(routes);
  const CrawlReport report = fetch(quick(server, folder.file("x.warc.gz")));
  const Archived archived = read_archive(folder.file("x.warc.gz"));
  EXPECT_EQ(archived.answers.at("/"), "response 302");
  EXPECT_EQ(archived.answers.at("/home"), "response 200");
  EXPECT_EQ(archived.answers.at("/loop2"), "response 302");
  EXPECT_TRUE(archived.answers.contains("/far10"));
  EXPECT_FALSE(archived.answers.contains("/far11"));
  EXPECT_EQ(report.counts.at("skipped").dump(), R"({"too_many_redirects":1})");
}

TEST(Crawler, KeepsBrokenSlowAndHugeAnswersAsFarAsTheyCame) {
  TemporaryDirectory folder;
  const std::string page = "<a href='/next'>next</a>";
  const SiteServer server(
      {{"/", always(link_page({"/chunks", "/badchunks", "/cut", "/huge", "/gzip", "/br", "/junk"}))},
       {"/chunks", always(http_chunked("18\r\n" + page + "\r\n0\r\n\r\n"))},
       {"/badchunks", always(http_chunked("5\r\nwhole\r\nzz\r\nno chunk"))},
       {"/cut", always(http_answer(200, std::string(5000, 'c')).substr(0, 3000))},
       {"/huge", always(http_answer(200, std::string(300000, 'h')))},
       {"/gzip", always(http_answer(200, gzip("<a href='/from-gzip'>"), "Content-Encoding: gzip\r\n"))},
       {"/br",
        always(http_answer(200, std::string("\x8b\x05\x80\x3c\x61\x20\x68\x72\x65\x66\x3d\x2f\x66\x62\x3e\x03", 16),
                           "Content-Encoding: br\r\n"))},
       {"/junk", always("this is no HTTP\r\n\r\n")}});
  CrawlOptions options = quick(server, folder.file("x.warc.gz"));
  options.max_page_bytes = 100000;
  const CrawlReport report = fetch(options);
  const Archived archived = read_archive(folder.file("x.warc.gz"));
  EXPECT_EQ(archived.answers.at("/chunks"), "response 200");
  EXPECT_THAT(archived.blocks.at("/chunks"), HasSubstr("\r\n\r\n18\r\n" + page + "\r\n0\r\n\r\n"));
  EXPECT_EQ(archived.answers.at("/next"), "response 404");
  EXPECT_EQ(archived.answers.at("/from-gzip"), "response 404");
  EXPECT_EQ(archived.answers.at("/badchunks"), "response 200disconnect");
  EXPECT_THAT(archived.blocks.at("/badchunks"), HasSubstr("5\r\nwhole"));
  EXPECT_EQ(archived.answers.at("/cut"), "response 200disconnect");
  EXPECT_EQ(archived.answers.at("/huge"), "response 200length");
  EXPECT_FALSE(archived.answers.contains("/junk"));
  // What is no HTTP, and links that cannot be looked for behind the damage.
  EXPECT_EQ(report.counts.at("failed").size(), 2U);
  EXPECT_EQ(report.counts.at("failed").at("bad_chunks").as_int(), 1);
}

TEST(Crawler, TriesAgainWhereAServerIsBusy) {
  TemporaryDirectory folder;
  int calls = 0;
  const SiteServer server({{"/",
                            [&](const std::string&) {
                              return ++calls < 3 ? http_answer(503, "busy", "Retry-After: 0\r\n") : link_page({});
                            }},
                           {"/always", always(http_answer(429, "busy"))}});
  CrawlOptions options = quick(server, folder.file("x.warc.gz"));
  options.seeds.push_back(server.url() + "/always");
  fetch(options);
  const Archived archived = read_archive(folder.file("x.warc.gz"));
  EXPECT_EQ(calls, 3);
  EXPECT_EQ(archived.answers.at("/"), "response 200");
  EXPECT_EQ(archived.answers.at("/always"), "response 429");
}

TEST(Crawler, GivesUpOnWhatDoesNotAnswer) {
  TemporaryDirectory folder;
  CrawlOptions options;
  options.seeds = {"http://127.0.0.1:9/"};
  options.output = folder.file("x.warc.gz");
  options.retry_seconds = 0.01;
  options.delay_seconds = 0;
  const CrawlReport report = fetch(options);
  EXPECT_EQ(report.counts.at("pages").as_int(), 0);
  EXPECT_EQ(report.counts.at("skipped").dump(), R"({"robots_unreachable":1})");
  EXPECT_EQ(report.counts.at("failed").size(), 1U);
}

TEST(Crawler, StaysWithinItsBudgetsAndPatterns) {
  TemporaryDirectory folder;
  std::map<std::string, SiteServer::Answer> routes;
  for (int i = 0; i < 50; ++i) {
    routes["/" + std::to_string(i)] = always(link_page({"/" + std::to_string(i + 1), "/x" + std::to_string(i)}));
  }
  const SiteServer server(routes);
  CrawlOptions options = quick(server, folder.file("depth.warc.gz"), "/0");
  options.max_depth = 3;
  EXPECT_EQ(fetch(options).counts.at("pages").as_int(), 7);
  options = quick(server, folder.file("pages.warc.gz"), "/0");
  options.max_pages = 5;
  const CrawlReport pages = fetch(options);
  EXPECT_EQ(pages.counts.at("pages").as_int(), 5);
  EXPECT_EQ(pages.counts.at("ended").as_string(), "max_pages");
  options = quick(server, folder.file("bytes.warc.gz"), "/0");
  options.max_bytes = 700;
  EXPECT_EQ(fetch(options).counts.at("ended").as_string(), "max_bytes");
  options = quick(server, folder.file("patterns.warc.gz"), "/0");
  options.excludes = {"*/x*"};
  options.includes = {server.url() + "/*"};
  options.max_depth = 0;
  EXPECT_EQ(fetch(options).counts.at("pages").as_int(), 51);
  options = quick(server, folder.file("host.warc.gz"), "/0");
  options.max_pages_per_host = 4;
  EXPECT_EQ(fetch(options).counts.at("pages").as_int(), 4);
}

TEST(Crawler, ReadsSitemaps) {
  TemporaryDirectory folder;
  std::string base;
  const SiteServer server(
      {{"/robots.txt", [&](const std::string&) { return http_answer(200, "Sitemap: " + base + "/index.xml\n"); }},
       {"/index.xml",
        always(http_answer(200, "<sitemapindex><sitemap><loc>/one.xml.gz</loc></sitemap></sitemapindex>"))},
       {"/one.xml.gz",
        always(http_answer(200, gzip("<urlset><url><loc>/hidden</loc></url></urlset>"), "", "application/gzip"))},
       {"/", always(link_page({}))},
       {"/hidden", always(link_page({}))}});
  base = server.url();
  CrawlOptions options = quick(server, folder.file("x.warc.gz"));
  options.sitemaps = true;
  fetch(options);
  EXPECT_THAT(server.paths(), ElementsAre("/robots.txt", "/", "/index.xml", "/one.xml.gz", "/hidden"));
  options.output = folder.file("y.warc.gz");
  options.dry_run = true;
  const CrawlReport plan = fetch(options);
  EXPECT_THAT(plan.planned, ElementsAre(base + "/", base + "/hidden"));
  EXPECT_FALSE(path_exists(folder.file("y.warc.gz")));
}

TEST(Crawler, AsksAgainOnlyForWhatChanged) {
  TemporaryDirectory folder;
  const auto tagged = [](const std::string& request) {
    return request.find("If-None-Match: \"v1\"") != std::string::npos
               ? "HTTP/1.1 304 Not Modified\r\nETag: \"v1\"\r\nConnection: close\r\n\r\n"
               : http_answer(200, "<a href='/below'>", "ETag: \"v1\"\r\n");
  };
  const SiteServer server({{"/", tagged}, {"/below", always(link_page({}))}});
  CrawlOptions options = quick(server, folder.file("one.warc.gz"));
  fetch(options);
  options.earlier = {options.output};
  options.output = folder.file("two.warc.gz");
  const CrawlReport report = fetch(options);
  const Archived archived = read_archive(options.output);
  EXPECT_EQ(archived.answers.at("/"), "revisit 304");
  EXPECT_EQ(archived.answers.at("/below"), "response 200");
  EXPECT_EQ(report.counts.at("unchanged").as_int(), 1);
}

// Stopped after any number of answers and cut at any byte: the resumed crawl ends with the pages of an undisturbed one.
TEST(Crawler, GoesOnAfterAKillWhereverItCame) {
  TemporaryDirectory folder;
  std::map<std::string, SiteServer::Answer> routes;
  std::atomic<bool>* stop = nullptr;
  int left = 0;
  for (int i = 0; i < 12; ++i) {
    const std::string reply =
        link_page({"/" + std::to_string(2 * i + 1), "/" + std::to_string(2 * i + 2), "/gone" + std::to_string(i)});
    routes[i == 0 ? "/" : "/" + std::to_string(i)] = [&, reply](const std::string&) {
      if (stop != nullptr && --left < 0) {
        *stop = true;
      }
      return reply;
    };
  }
  const SiteServer server(routes);
  CrawlOptions options = quick(server, folder.file("whole.warc.gz"));
  const int64_t pages = fetch(options).counts.at("pages").as_int();
  const auto whole = read_archive(options.output).answers;
  for (int stop_after = 0; stop_after < 11; stop_after += 2) {
    options.output = folder.file("x" + std::to_string(stop_after) + ".warc.gz");
    options.resume = false;
    TestContext context;
    stop = &context.stop();
    left = stop_after;
    EXPECT_THROW(crawl(context.get(), options), UserError);
    stop = nullptr;
    EXPECT_FALSE(path_exists(options.output));
    EXPECT_THROW(fetch(options), UserError) << "an attempt lies there";
    const std::string partial = options.output + ".partial";
    const std::string bytes = read_file(partial);
    write_file(partial, bytes.substr(0, bytes.size() - static_cast<size_t>(stop_after) * 37 % bytes.size()));
    options.resume = true;
    EXPECT_EQ(fetch(options).counts.at("pages").as_int(), pages);
    EXPECT_EQ(read_archive(options.output).answers, whole);
  }
}

TEST(Crawler, SaysWhatIsWrong) {
  TemporaryDirectory folder;
  const auto message = [](const CrawlOptions& options) -> std::string {
    try {
      fetch(options);
    } catch (const UserError& error) {
      return error.what();
    }
    return "no error";
  };
  CrawlOptions options;
  options.output = folder.file("x.warc.gz");
  options.seeds = {"example.org"};
  EXPECT_THAT(message(options), HasSubstr("no http or https address"));
  options.seeds = {"http://127.0.0.1:9/"};
  write_file(options.output, "");
  EXPECT_THAT(message(options), HasSubstr("exists already"));
  options.output = folder.file("nowhere/x.warc.gz");
  EXPECT_THAT(message(options), HasSubstr("cannot write"));
}

}  // namespace
}  // namespace smelt
