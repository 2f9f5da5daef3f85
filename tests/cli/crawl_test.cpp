// `smelt crawl` as a user runs it: stopped by a signal, resumed, read by `smelt extract`.
#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crawl/fetch/site_server.h"
#include "support/run_program.h"

namespace smelt {
namespace {

using ::testing::HasSubstr;

std::string page(int number) {
  std::string out = "<html><head><title>Page</title></head><body><p>";
  for (int i = 0; i < 20; ++i) {
    out += "This is what page number " + std::to_string(number) + " has to say about the weather. ";
  }
  return out + "</p><a href='/" + std::to_string(number + 1) + "'>next</a></body></html>";
}

std::map<std::string, SiteServer::Answer> chain(int length) {
  std::map<std::string, SiteServer::Answer> routes;
  for (int i = 0; i < length; ++i) {
    routes["/" + std::to_string(i)] = always(http_answer(200, page(i)));
  }
  return routes;
}

TEST(CrawlVerb, IsStoppedBySigtermAndGoesOnWithResume) {
  TemporaryDirectory folder;
  const SiteServer server(chain(12));
  const std::string output = folder.file("site.warc.gz");
  const std::vector<std::string> words = {"crawl", server.url() + "/0", "--output", output,   "--delay",
                                          "0.05",  "--max-depth",       "0",        "--quiet"};
  std::vector<std::string> command = words;
  command.insert(command.begin(), SMELT_BINARY);
  ChildProgram child(command);
  while (server.paths().size() < 5) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  child.signal(SIGTERM);
  const ProgramResult stopped = child.finish();
  EXPECT_EQ(stopped.exit_code, 75) << stopped.err;
  EXPECT_THAT(stopped.err, HasSubstr("--resume"));
  EXPECT_TRUE(path_exists(output + ".partial"));
  EXPECT_FALSE(path_exists(output));
  EXPECT_EQ(run_smelt(words).exit_code, 2);
  std::vector<std::string> again = words;
  again.insert(again.end(), {"--resume", "--json"});
  const ProgramResult resumed = run_smelt(again);
  EXPECT_EQ(resumed.exit_code, 0) << resumed.err;
  EXPECT_THAT(resumed.out, HasSubstr("\"pages\":13"));  // the last link leads to a page that is not there
  const ProgramResult extracted =
      run_smelt({"extract", output, "--output", folder.file("docs.jsonl"), "--everything", "--quiet"});
  EXPECT_EQ(extracted.exit_code, 0) << extracted.err;
  const std::string documents = read_file(folder.file("docs.jsonl"));
  EXPECT_EQ(std::count(documents.begin(), documents.end(), '\n'), 12);
}

TEST(CrawlVerb, ADryRunListsWhatItWouldFetchAndWritesNothing) {
  TemporaryDirectory folder;
  const SiteServer server({{"/robots.txt", always(http_answer(200, "User-agent: *\nDisallow: /b\n"))}});
  const ProgramResult result =
      run_smelt({"crawl", server.url() + "/a", server.url() + "/b", "--dry-run", "--delay", "0", "--quiet"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.out,
            server.url() + "/a\n1 addresses would be fetched first; their links after them\nskipped: robots 1\n");
  EXPECT_EQ(server.paths(), std::vector<std::string>{"/robots.txt"});
}

TEST(CrawlVerb, SaysWhatIsWrongWithItsFlags) {
  EXPECT_THAT(run_smelt({"crawl", "http://a.org/"}).err, HasSubstr("must end in .warc.gz"));
  EXPECT_THAT(run_smelt({"crawl", "http://a.org/", "--dry-run", "--scope", "world"}).err, HasSubstr("host, site, all"));
  EXPECT_THAT(run_smelt({"crawl", "http://a.org/", "--dry-run", "--user-agent", "1"}).err, HasSubstr("--user-agent"));
  EXPECT_EQ(run_smelt({"crawl", "a.org", "--dry-run"}).exit_code, 2);
}

}  // namespace
}  // namespace smelt
