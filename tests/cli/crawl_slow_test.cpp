// The same pages from a folder and fetched over HTTP into a WARC file by wget: the documents agree page for page.
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/rng.h"
#include "corpus/document_io.h"
#include "support/run_program.h"
#include "support/static_server.h"

namespace smelt {
namespace {

// Pages with the traits that make charsets and main text differ: encodings declared or not, entities, tables, code.
void make_site(const TemporaryDirectory& dir) {
  const auto page = [](const std::string& head, const std::string& body) {
    return "<!DOCTYPE html><html lang=\"en\"><head>" + head +
           "</head><body><nav><a href=\"/index.html\">Home</a></nav><main>" + body +
           "</main><footer>Copyright</footer></body></html>";
  };
  const auto paragraphs = [](uint64_t item) {
    static const std::vector<std::string> kWords = {"the",     "server", "reads",   "each", "request", "from",  "its",
                                                    "queue",   "and",    "answers", "in",   "order",   "while", "other",
                                                    "workers", "wait",   "for",     "a",    "lock",    "that"};
    Rng rng(9, "site", item);
    std::string out;
    for (int p = 0; p < 6; ++p) {
      out += "<p>";
      for (int w = 0; w < 60; ++w) {
        out += kWords[rng.below(kWords.size())] + " ";
      }
      out +=
          ".</p><pre>  code(" + std::to_string(p) + ")\n    indented</pre><table><tr><td>a</td><td>b</td></tr></table>";
    }
    return out;
  };
  std::string links;
  for (uint64_t i = 0; i < 30; ++i) {
    const std::string name = "part" + std::to_string(i % 3) + "/page" + std::to_string(i) + ".html";
    links += "<a href=\"" + name + "\">page</a>\n";
    std::string head = "<title>Page " + std::to_string(i) + "</title>";
    std::string extra = "caf\xc3\xa9 na\xc3\xafve";
    if (i % 3 == 0) {
      head += "<meta charset=\"utf-8\">";
    } else if (i % 3 == 1) {
      head += "<meta http-equiv=\"Content-Type\" content=\"text/html; charset=iso-8859-1\">";
      extra = "caf\xe9 na\xefve";
    }
    write_file(dir.file("site/" + name),
               page(head, "<h1>Page</h1><p>" + extra + " and more text than that.</p>" + paragraphs(i)));
  }
  write_file(dir.file("site/index.html"), page("<title>Index</title>", links));
}

std::map<std::string, Document> documents_by_path(const std::string& path, const std::string& prefix) {
  std::map<std::string, Document> out;
  DocumentReader reader(path);
  while (auto document = reader.next()) {
    EXPECT_TRUE(document->ok()) << document->reject().detail;
    const std::string key = prefix.empty() ? (*document)->id : (*document)->url.substr(prefix.size());
    out.emplace(key, **document);
  }
  return out;
}

TEST(Crawl, a_folder_and_wgets_warc_of_it_give_the_same_documents) {
  if (!have_program("wget")) {
    GTEST_SKIP() << "no wget";
  }
  const TemporaryDirectory dir;
  make_site(dir);
  const StaticServer server(dir.file("site"));
  const ProgramResult wget = run_words({"wget", "-q", "-r", "-l", "3", "--warc-file=" + dir.file("site"),
                                        "--delete-after", "-e", "robots=off", server.url() + "/index.html"},
                                       dir.path());
  ASSERT_TRUE(path_exists(dir.file("site.warc.gz"))) << wget.err;
  const ProgramResult from_folder =
      run_smelt({"extract", dir.file("site"), "--output", dir.file("folder.jsonl.zst"), "-q"});
  ASSERT_EQ(from_folder.exit_code, 0) << from_folder.err;
  const ProgramResult from_warc =
      run_smelt({"extract", dir.file("site.warc.gz"), "--output", dir.file("warc.jsonl.zst"), "-q"});
  ASSERT_EQ(from_warc.exit_code, 0) << from_warc.err;
  const auto folder = documents_by_path(dir.file("folder.jsonl.zst"), "");
  const auto warc = documents_by_path(dir.file("warc.jsonl.zst"), server.url() + "/");
  EXPECT_GE(folder.size(), 30U);
  ASSERT_EQ(folder.size(), warc.size());
  for (const auto& [path, document] : folder) {
    ASSERT_TRUE(warc.contains(path)) << path;
    EXPECT_EQ(warc.at(path).text, document.text) << path;
    EXPECT_EQ(warc.at(path).language, document.language) << path;
  }
}

}  // namespace
}  // namespace smelt
