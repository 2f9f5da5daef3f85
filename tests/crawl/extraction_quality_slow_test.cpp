// The main text of real pages against what people marked: WCXB's development pages (word F1) and the evaluation pages
// of trafilatura (snippets that must and must not be there). The first set also taught the extractor, so that its bar
// only guards what was reached; figures on sites left out are in docs/benchmarks.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <unordered_map>

#include <gtest/gtest.h>

#include "base/files.h"
#include "base/json.h"
#include "base/text.h"
#include "base/threads.h"
#include "crawl/extract.h"
#include "crawl/page_head.h"
#include "crawl/testing.h"
#include "support/temporary_directory.h"

namespace smelt {
namespace {

std::string unpack(const std::string& archive, const TemporaryDirectory& folder) {
  const std::string command = "tar -xJf '" + archive + "' -C '" + folder.path() + "'";
  EXPECT_EQ(std::system(command.c_str()), 0) << command;
  return folder.path();
}

std::string main_text_of(const std::string& path) {
  RawPage page;
  page.id = path;
  page.content_type = "text/html";
  page.body = read_file(path);
  Result<ExtractedPage> extracted = extract_page(page, {});
  return extracted.ok() ? extracted->text : "";
}

using WordBag = std::unordered_map<std::string, int>;

// Letters, digits and underscores; beyond ASCII everything but the blocks of punctuation and signs.
bool is_word(uint32_t code) {
  if (code < 0x80) {
    return (code >= '0' && code <= '9') || (code >= 'a' && code <= 'z') || code == '_';
  }
  return code >= 0xC0 && code != 0xD7 && code != 0xF7 && (code < 0x2000 || code > 0x2BFF) &&
         (code < 0x3000 || code > 0x3004);
}

WordBag words_of(std::string_view text, double& count) {
  WordBag bag;
  std::string word;
  const std::string lower = lower_ascii(text) + " ";
  for (size_t pos = 0; pos < lower.size();) {
    const uint32_t code = next_code_point(lower, pos);
    if (is_word(code)) {
      append_utf8(word, code);
    } else if (!word.empty()) {
      ++bag[word];
      ++count;
      word.clear();
    }
  }
  return bag;
}

double word_f1(std::string_view ours, std::string_view marked) {
  double our_count = 0;
  double marked_count = 0;
  const WordBag our_words = words_of(ours, our_count);
  const WordBag marked_words = words_of(marked, marked_count);
  if (our_count == 0 && marked_count == 0) {
    return 1;
  }
  double common = 0;
  for (const auto& [word, times] : our_words) {
    const auto at = marked_words.find(word);
    common += at != marked_words.end() ? std::min(times, at->second) : 0;
  }
  return 2 * common / (our_count + marked_count);
}

TEST(ExtractionQuality, WordF1OnEveryKindOfPage) {
  const std::string data = test_data("wcxb");
  SMELT_NEEDS_DATA(data);
  const TemporaryDirectory folder;
  unpack(data + "/pages.tar.xz", folder);
  std::vector<Json> gold;
  const std::string lines = read_file(data + "/gold.jsonl");
  for (const std::string_view line : split(lines, '\n')) {
    if (!line.empty()) {
      gold.push_back(std::move(Json::parse(line).value()));
    }
  }
  std::vector<double> scores(gold.size());
  ThreadPool threads(2);
  threads.run(static_cast<int64_t>(gold.size()), [&](int64_t i) {
    const Json& page = gold[static_cast<size_t>(i)];
    const std::string text = main_text_of(folder.path() + "/" + page.at("id").as_string() + ".html");
    scores[static_cast<size_t>(i)] = word_f1(text, page.get("main_content", ""));
  });
  std::map<std::string, std::pair<double, double>> kinds;
  for (size_t i = 0; i < gold.size(); ++i) {
    for (const std::string& kind : {gold[i].get("page_type", ""), std::string("all")}) {
      kinds[kind].first += scores[i];
      kinds[kind].second += 1;
    }
  }
  for (const auto& [kind, sum] : kinds) {
    RecordProperty(kind, std::to_string(sum.first / sum.second));
    std::printf("%-14s %.4f\n", kind.c_str(), sum.first / sum.second);
  }
  EXPECT_GE(kinds["all"].first / kinds["all"].second, 0.88);
}

TEST(ExtractionQuality, SnippetsOfNewsPages) {
  const std::string data = test_data("extraction");
  SMELT_NEEDS_DATA(data);
  const TemporaryDirectory folder;
  unpack(data + "/pages.tar.xz", folder);
  double found = 0;
  double missed = 0;
  double unwanted = 0;
  const Json gold = Json::load(data + "/gold.json");
  for (const Json& page : gold.as_array()) {
    const std::string text = one_line(main_text_of(folder.path() + "/" + page.at("file").as_string()));
    const auto holds = [&](const Json& snippet) {
      return text.find(one_line(snippet.as_string())) != std::string::npos;
    };
    for (const Json& snippet : page.at("with").as_array()) {
      (holds(snippet) ? found : missed) += 1;
    }
    for (const Json& snippet : page.at("without").as_array()) {
      unwanted += holds(snippet) ? 1 : 0;
    }
  }
  const double precision = found / (found + unwanted);
  const double recall = found / (found + missed);
  const double f1 = 2 * precision * recall / (precision + recall);
  std::printf("precision %.4f, recall %.4f, F1 %.4f\n", precision, recall, f1);
  EXPECT_GE(f1, 0.88);
}

}  // namespace
}  // namespace smelt
