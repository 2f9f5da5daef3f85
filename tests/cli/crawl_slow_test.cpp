// The same pages from folders and fetched over HTTP into a WARC file by wget: documents and corpora agree page for
// page.
#include <map>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/run/recipe.h"
#include "corpus/document_io.h"
#include "support/run_program.h"
#include "support/site.h"
#include "support/static_server.h"
#include "support/test_context.h"

namespace smelt {
namespace {

using Documents = std::map<std::string, Document>;

// By path on the server, or by id where `prefix` is empty.
Documents documents_by_path(const std::string& path, const std::string& prefix) {
  Documents out;
  DocumentReader reader(path);
  while (auto document = reader.next()) {
    EXPECT_TRUE(document->ok()) << document->reject().detail;
    const std::string key = prefix.empty() ? (*document)->id : (*document)->url.substr(prefix.size());
    out.emplace(key, **document);
  }
  return out;
}

void expect_equal(const Documents& folder, const Documents& warc) {
  std::set<std::string> paths;
  for (const Documents* documents : {&folder, &warc}) {
    for (const auto& [path, document] : *documents) {
      paths.insert(path);
    }
  }
  for (const std::string& path : paths) {
    ASSERT_TRUE(folder.contains(path)) << path << " comes only from the WARC file";
    ASSERT_TRUE(warc.contains(path)) << path << " comes only from the folder";
    EXPECT_EQ(warc.at(path).text, folder.at(path).text) << path;
    EXPECT_EQ(warc.at(path).language, folder.at(path).language) << path;
  }
}

class Crawl : public testing::Test {
 protected:
  void SetUp() override {
    if (!have_program("wget")) {
      GTEST_SKIP() << "no wget";
    }
  }

  // Fetches the pages below the server's root in the order of the list.
  void fetch(const StaticServer& server, const std::string& root, const std::string& stem) const {
    std::string urls;
    for (const std::string& path : list_files(root)) {
      urls += path.ends_with(".html") ? server.url() + "/" + path + "\n" : "";
    }
    write_file(dir_.file("urls"), urls);
    const ProgramResult wget =
        run_words({"wget", "-q", "--no-proxy", "--warc-file=" + dir_.file(stem), "--delete-after", "-e", "robots=off",
                   "-P", dir_.file("fetched"), "-i", dir_.file("urls")},
                  dir_.path());
    ASSERT_TRUE(path_exists(dir_.file(stem + ".warc.gz"))) << wget.err;
  }

  Json extract(const std::string& input, const std::string& output) const {
    const ProgramResult result = run_smelt({"extract", input, "--output", output, "-q", "--json"});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return Json::parse(result.out).value();
  }

  TemporaryDirectory dir_;
};

TEST_F(Crawl, a_folder_and_wgets_warc_of_it_give_the_same_documents) {
  make_site(dir_.file("site"), 30);
  const StaticServer server(dir_.file("site"));
  fetch(server, dir_.file("site"), "site");
  extract(dir_.file("site"), dir_.file("folder.jsonl.zst"));
  extract(dir_.file("site.warc.gz"), dir_.file("warc.jsonl.zst"));
  const Documents folder = documents_by_path(dir_.file("folder.jsonl.zst"), "");
  EXPECT_GE(folder.size(), 30U);
  expect_equal(folder, documents_by_path(dir_.file("warc.jsonl.zst"), server.url() + "/"));
}

TEST_F(Crawl, real_pages_give_the_same_documents) {
  if (!path_exists(test_data() + "/readability")) {
    GTEST_SKIP() << "no test data";
  }
  const std::string root = dir_.file("real");
  for (const std::string& path : list_files(test_data() + "/readability")) {
    if (path.ends_with("source.html")) {
      make_directories(root + "/" + path.substr(0, path.rfind('/')));
      write_file(root + "/" + path, read_file(test_data() + "/readability/" + path));
    }
  }
  const StaticServer server(root);
  fetch(server, root, "real");
  const Json from_folder = extract(root, dir_.file("folder.jsonl.zst"));
  const Json from_warc = extract(dir_.file("real.warc.gz"), dir_.file("warc.jsonl.zst"));
  EXPECT_GT(from_folder.at("documents").as_int(), 100);
  for (const char* count : {"pages", "html_bytes", "documents", "text_bytes", "languages", "charsets"}) {
    EXPECT_EQ(from_warc.at(count), from_folder.at(count)) << count;
  }
  expect_equal(documents_by_path(dir_.file("folder.jsonl.zst"), ""),
               documents_by_path(dir_.file("warc.jsonl.zst"), server.url() + "/"));
}

// The quickstart's pages, where they were fetched: the same corpus and the same held-out pages.
TEST_F(Crawl, the_quickstarts_corpus_comes_from_warc_files_as_from_folders) {
  const std::string pages = SMELT_SOURCE_DIR "/pages/debian-handbook/debian-handbook/html/en-US";
  if (!path_exists(pages)) {
    GTEST_SKIP() << "no pages; `make pages` fetches them";
  }
  const StaticServer server(pages);
  fetch(server, pages, "handbook");
  const auto corpus = [&](const std::string& name, const std::string& inputs, const std::string& base_url) {
    std::string text = "[run]\nname = \"" + name + "\"\noutput = \"" + dir_.file("runs") +
                       "\"\n[[documents.pages]]\nname = \"prose\"\ninputs = [\"" + inputs + "\"]\nbase_url = \"" +
                       base_url + "\"\n[corpus]\nlanguages = [\"en\"]\n[corpus.split]\n" + "heldout_fraction = 0.025\n";
    write_file(dir_.file(name + ".toml"), text);
    const ProgramResult result = run_smelt({"run", dir_.file(name + ".toml"), "--until", "corpus", "-q"});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return dir_.file("runs/" + name + "/corpus/");
  };
  const std::string folder = corpus("folder", pages, server.url() + "/");
  const std::string warc = corpus("warc", dir_.file("handbook.warc.gz"), "");
  for (const char* place : {"train", "heldout"}) {
    const Documents expected = documents_by_path(folder + place, server.url() + "/");
    EXPECT_FALSE(expected.empty());
    expect_equal(expected, documents_by_path(warc + place, server.url() + "/"));
  }
}

// Up to the tokenizer, recipes/crawl.toml differs from recipes/quickstart.toml in its inputs alone.
TEST(CrawlRecipe, shares_its_settings_with_the_quickstart) {
  const auto settings = [](const char* name) {
    cli::RunRecipe recipe = cli::load_recipe(std::string(SMELT_SOURCE_DIR "/recipes/") + name, {});
    for (PagesInput& pages : recipe.documents.pages) {
      pages.inputs.clear();
    }
    return recipe_to_json(recipe.documents).dump(1) + recipe_to_json(recipe.corpus).dump(1) +
           recipe_to_json(recipe.tokenizer).dump(1);
  };
  EXPECT_EQ(settings("crawl.toml"), settings("quickstart.toml"));
}

}  // namespace
}  // namespace smelt
