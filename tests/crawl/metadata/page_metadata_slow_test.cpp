// Title, author and date of real pages against what people marked (WCXB's development pages) and what Mozilla's
// Readability gives for its own. Several pages may be judged in two ways (the date of a change, a title and its
// heading), so that the floors only guard what was reached.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>

#include <gtest/gtest.h>

#include "base/files.h"
#include "base/json.h"
#include "base/text.h"
#include "crawl/charset.h"
#include "crawl/metadata/page_metadata.h"
#include "crawl/testing.h"
#include "support/temporary_directory.h"

namespace smelt {
namespace {

struct Score {
  int marked = 0;
  int right = 0;
  double share() const { return marked > 0 ? static_cast<double>(right) / marked : 0; }
};

// Letters and digits; quotation marks and dashes come in several forms.
std::string letters(std::string_view text) {
  std::string out;
  for (size_t pos = 0; pos < text.size();) {
    const uint32_t code = next_code_point(text, pos);
    const bool ascii = (code >= '0' && code <= '9') || (code >= 'a' && code <= 'z') || (code >= 'A' && code <= 'Z');
    if (ascii || (code >= 0xC0 && (code < 0x2000 || code > 0x206F))) {
      append_utf8(out, code >= 'A' && code <= 'Z' ? code + 32 : code);
    }
  }
  return out;
}

void count(Score& score, const std::string& ours, const Json& marked, size_t compared = std::string::npos) {
  if (marked.is_string() && !marked.as_string().empty()) {
    ++score.marked;
    score.right += letters(ours.substr(0, compared)) == letters(marked.as_string().substr(0, compared)) ? 1 : 0;
  }
}

PageMetadata read(const std::string& path, const std::string& url) {
  DecodedHtml decoded = decode_html(read_file(path), "text/html");
  const HtmlTree tree = parse_html(std::move(decoded.utf8), {.text_only = true});
  return read_metadata(tree, read_head(tree), url);
}

void print(const std::map<std::string, Score>& scores) {
  for (const auto& [name, score] : scores) {
    std::printf("%-14s %d of %d, %.3f\n", name.c_str(), score.right, score.marked, score.share());
  }
}

TEST(PageMetadataQuality, OfMarkedPages) {
  const std::string data = test_data("wcxb");
  SMELT_NEEDS_DATA(data);
  const TemporaryDirectory folder;
  const std::string command = "tar -xJf '" + data + "/pages.tar.xz' -C '" + folder.path() + "'";
  ASSERT_EQ(std::system(command.c_str()), 0);
  std::map<std::string, Score> scores;
  const std::string lines = read_file(data + "/gold.jsonl");
  for (const std::string_view line : split(lines, '\n')) {
    if (line.empty()) {
      continue;
    }
    const Json gold = std::move(Json::parse(line).value());
    const PageMetadata page = read(folder.path() + "/" + gold.at("id").as_string() + ".html", gold.get("url", ""));
    count(scores["title"], page.title, gold.at("title"));
    count(scores["author"], page.author, gold.at("author"));
    count(scores["date"], page.date, gold.at("publish_date"), 10);
  }
  print(scores);
  EXPECT_GE(scores["title"].share(), 0.72);
  EXPECT_GE(scores["author"].share(), 0.64);
  EXPECT_GE(scores["date"].share(), 0.70);
}

TEST(PageMetadataQuality, OfReadabilitysPages) {
  const std::string data = test_data("readability");
  SMELT_NEEDS_DATA(data);
  std::map<std::string, Score> scores;
  for (const auto& entry : std::filesystem::directory_iterator(data)) {
    const std::string path = entry.path().string();
    if (!std::filesystem::exists(path + "/expected-metadata.json")) {
      continue;
    }
    const Json expected = Json::load(path + "/expected-metadata.json");
    const PageMetadata page = read(path + "/source.html", "");
    const auto field = [&](const char* name) { return expected.contains(name) ? expected.at(name) : Json(); };
    count(scores["title"], page.title, field("title"));
    count(scores["author"], page.author, field("byline"));
    count(scores["site_name"], page.site_name, field("siteName"));
    count(scores["date"], page.date, field("publishedTime"), 10);
    count(scores["language"], page.language, field("lang"));
  }
  print(scores);
  EXPECT_GE(scores["title"].share(), 0.5);
  EXPECT_GE(scores["site_name"].share(), 0.8);
  EXPECT_GE(scores["date"].share(), 0.8);
  EXPECT_GE(scores["language"].share(), 0.9);
}

}  // namespace
}  // namespace smelt
