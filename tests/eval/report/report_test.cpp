#include "eval/report/report.h"

#include <filesystem>

#include <gtest/gtest.h>
#include <libxml/HTMLparser.h>
#include <libxml/parser.h>

#include "base/error.h"
#include "eval/report/synthetic_run.h"

namespace smelt {
namespace {

class ReportTest : public testing::Test {
 protected:
  void SetUp() override {
    dir_ = testing::TempDir() + "report_test_" + std::to_string(getpid());
    remove_all(dir_);
    make_directories(dir_);
  }
  void TearDown() override { remove_all(dir_); }
  std::string dir_;
};

// The page is written so that it is XML too: libxml2's strict parser judges that every tag is closed and every text
// escaped.
std::string xml_problem(const std::string& page) {
  xmlDocPtr document = xmlReadMemory(page.data(), static_cast<int>(page.size()), "report.html", "UTF-8",
                                     XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_NONET | XML_PARSE_HUGE);
  if (document != nullptr) {
    xmlFreeDoc(document);
    return {};
  }
  const xmlError* error = xmlGetLastError();
  return error == nullptr ? "unknown" : "line " + std::to_string(error->line) + ": " + error->message;
}

void collect(const xmlNode* node, std::vector<std::string>& names, std::vector<std::string>& links) {
  for (; node != nullptr; node = node->next) {
    if (node->type == XML_ELEMENT_NODE) {
      names.emplace_back(reinterpret_cast<const char*>(node->name));
      for (const xmlAttr* attribute = node->properties; attribute != nullptr; attribute = attribute->next) {
        const std::string name = reinterpret_cast<const char*>(attribute->name);
        xmlChar* value = xmlNodeListGetString(node->doc, attribute->children, 1);
        const std::string text = value == nullptr ? "" : reinterpret_cast<const char*>(value);
        xmlFree(value);
        if (name == "href" || name == "src" || name == "action" || name == "srcset" || name.rfind("on", 0) == 0) {
          links.push_back(text);
        }
      }
    }
    collect(node->children, names, links);
  }
}

size_t occurrences(const std::string& text, const std::string& part) {
  size_t count = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size())) {
    ++count;
  }
  return count;
}

TEST_F(ReportTest, is_well_formed_and_small) {
  write_synthetic_run(dir_);
  write_report(dir_);
  const std::string page = read_file(dir_ + "/report.html");
  EXPECT_EQ(xml_problem(page), "");
  EXPECT_LT(page.size(), 2'000'000);
  EXPECT_EQ(page.rfind("<!DOCTYPE html>", 0), 0);
}

TEST_F(ReportTest, hostile_text_stays_text_and_nothing_is_loaded) {
  write_synthetic_run(dir_);
  const std::string page = render_report(dir_);
  // As a browser's parser sees it.
  htmlDocPtr document = htmlReadMemory(page.data(), static_cast<int>(page.size()), nullptr, "UTF-8",
                                       HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING | HTML_PARSE_NONET);
  ASSERT_NE(document, nullptr);
  std::vector<std::string> names;
  std::vector<std::string> links;
  collect(xmlDocGetRootElement(document), names, links);
  xmlFreeDoc(document);
  for (const char* forbidden : {"script", "img", "iframe", "link", "object", "embed", "form", "image", "base"}) {
    EXPECT_EQ(std::count(names.begin(), names.end(), forbidden), 0) << forbidden;
  }
  EXPECT_FALSE(links.empty());
  for (const std::string& link : links) {
    EXPECT_EQ(link[0], '#') << link;
  }
  EXPECT_EQ(page.find("url("), std::string::npos);
  EXPECT_NE(page.find("&lt;script&gt;alert(1)&lt;/script&gt;"), std::string::npos);
}

TEST_F(ReportTest, shows_the_figures_of_the_run) {
  write_synthetic_run(dir_);
  const std::string page = render_report(dir_);
  for (const char* text : {"quickstart",
                           "1.512",
                           "1.803",
                           "21.2 %",
                           "12\u202f875",
                           "6.12 M",
                           "near duplicate",
                           "4\u202f968",
                           "too many symbols",
                           "windows-1252",
                           "After step 800",
                           "steps = 800 # &lt;b&gt;&amp;",
                           "0123456789abcdef",
                           "51 % of the measured peak",
                           "4.20 bytes",
                           "253 of the 257",
                           "abcdef012345",
                           "Example 9000",
                           "9 min",
                           "800 steps of 4\u202f096 tokens",
                           "9.18e+13 floating-point operations",
                           "2.690 nats a token",
                           "3.28 M"}) {
    EXPECT_NE(page.find(text), std::string::npos) << text;
  }
  EXPECT_EQ(page.find("class=\"missing\""), std::string::npos);
}

TEST_F(ReportTest, names_what_is_missing) {
  const std::string page = render_report(dir_);
  EXPECT_EQ(xml_problem(page), "");
  for (const char* part : {"eval/results.json", "eval/samples.jsonl", "train/metrics.jsonl", "machine.json",
                           "recipe.resolved.toml", "run.json", "corpus/manifest.json", "tokenizer/manifest.json"}) {
    EXPECT_NE(page.find(part), std::string::npos) << part;
  }
  EXPECT_GE(occurrences(page, "class=\"missing\""), 10);
}

TEST_F(ReportTest, takes_files_of_any_shape) {
  write_synthetic_run(dir_);
  // Every JSON file in turn becomes something else; the page stays whole.
  for (const char* file :
       {"run.json", "machine.json", "documents/manifest.json", "corpus/manifest.json", "tokenizer/manifest.json",
        "tokens/manifest.json", "train/manifest.json", "eval/results.json", "eval/samples.jsonl", "train/metrics.jsonl",
        "train/telemetry/timing.jsonl"}) {
    const std::string before = read_file(dir_ + "/" + file);
    for (const char* odd :
         {"", "{", "[]", "7", "null", "{\"counts\": 3}",
          "{\"counts\": {\"pages\": \"many\", \"languages\": {\"en\": -1e308}}}",
          "{\"bits_per_byte\": {\"model\": []}, \"cloze\": 1, \"heldout\": null}", "{\"step\": \"x\", \"loss\": 1e999}",
          "{\"step\": 1, \"loss\": 1e300}\n{\"step\": 2, \"loss\": -1e300}\n", "{\"step\": 5, \"loss\": 2}",
          "\xff\xfe\x00"}) {
      write_file(dir_ + "/" + file, odd);
      EXPECT_EQ(xml_problem(render_report(dir_)), "") << file << " = " << odd;
    }
    write_file(dir_ + "/" + file, before);
  }
}

TEST_F(ReportTest, stays_small_with_large_inputs) {
  write_synthetic_run(dir_);
  std::string metrics;
  for (int i = 0; i < 20'000; ++i) {
    metrics += "{\"step\": " + std::to_string(i) + ", \"loss\": 3.5, \"lr\": 0.001, \"grad_norm\": 1.0}\n";
  }
  write_file(dir_ + "/train/metrics.jsonl", metrics);
  Json samples = Json::object();
  samples["step"] = 1;
  samples["text"] = std::string(1'000'000, '<');
  write_file(dir_ + "/eval/samples.jsonl", samples.dump() + "\n");
  Json counts = Json::object();
  for (int i = 0; i < 20'000; ++i) {
    counts["reason_" + std::to_string(i)] = i;
  }
  Json all = Json::object();
  all["rejects"] = counts;
  write_file(dir_ + "/documents/manifest.json", synthetic_manifest("documents", 1, all).dump());
  const std::string page = render_report(dir_);
  EXPECT_LT(page.size(), 2'000'000);
  EXPECT_EQ(xml_problem(page), "");
}

TEST_F(ReportTest, is_the_same_each_time) {
  write_synthetic_run(dir_);
  const std::string once = render_report(dir_);
  write_report(dir_);
  EXPECT_EQ(render_report(dir_), once);
}

TEST_F(ReportTest, a_missing_run_is_an_error_that_names_it) {
  try {
    write_report(dir_ + "/nowhere");
    FAIL();
  } catch (const UserError& error) {
    EXPECT_NE(std::string(error.what()).find("nowhere"), std::string::npos);
  }
}

}  // namespace
}  // namespace smelt
