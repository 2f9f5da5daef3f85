// Bad input as users meet it: what is broken is counted by reason and set aside, what is whole comes through.
#include <chrono>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.h"
#include "base/stream.h"
#include "base/text.h"
#include "corpus/document_io.h"
#include "crawl/testing.h"
#include "support/run_program.h"
#include "support/site.h"
#include "support/static_server.h"

namespace smelt {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// A response whose Content-Length is `length`, or the truth where that is empty.
std::string record(const std::string& id, const std::string& length = "") {
  const std::string block = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" +
                            site_page("<meta charset=utf-8>", site_text(std::hash<std::string>()(id) % 1000));
  return "WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:" + id + ">\r\nWARC-Target-URI: http://a.org/" + id +
         "\r\nWARC-Date: 2024-01-02T03:04:05Z\r\nContent-Type: application/http; msgtype=response\r\nContent-Length: " +
         (length.empty() ? std::to_string(block.size()) : length) + "\r\n\r\n" + block + "\r\n\r\n";
}

struct Extracted {
  ProgramResult program;
  std::vector<std::string> ids;
  std::vector<std::string> texts;
  std::vector<std::string> reasons;
};

class BadData : public testing::Test {
 protected:
  Extracted extract(const std::string& input) const {
    Extracted out;
    const std::string documents = dir_.file("out.jsonl");
    const std::string rejects = dir_.file("rejects.jsonl");
    remove_all(documents);
    remove_all(rejects);
    out.program = run_smelt({"extract", input, "--output", documents, "--rejects", rejects, "-q"});
    if (out.program.exit_code != 0) {
      return out;
    }
    DocumentReader reader(documents);
    while (auto document = reader.next()) {
      EXPECT_TRUE(document->ok()) << document->reject().detail;
      out.ids.push_back((*document)->id);
      out.texts.push_back((*document)->text);
    }
    LineReader lines(open_input(rejects));
    std::string_view line;
    while (lines.next(line)) {
      out.reasons.push_back(Json::parse(line).value().at("reason").as_string());
    }
    return out;
  }

  TemporaryDirectory dir_;
};

TEST_F(BadData, a_truncated_gzip_warc_loses_its_last_record_alone) {
  const std::string last = gzip(record("c"));
  write_file(dir_.file("x.warc.gz"), gzip(record("a")) + gzip(record("b")) + last.substr(0, last.size() / 2));
  const Extracted out = extract(dir_.file("x.warc.gz"));
  EXPECT_EQ(out.program.exit_code, 0) << out.program.err;
  EXPECT_THAT(out.ids, ElementsAre("urn:a", "urn:b"));
  EXPECT_THAT(out.reasons, ElementsAre("truncated_gzip"));
}

TEST_F(BadData, a_wrong_content_length_costs_one_record) {
  const size_t truth = record("bad").size();
  for (const std::string& length :
       {std::string("-5"), std::string("99999999999999999999999"), std::string("4000000000"), std::string("100"),
        std::to_string(truth + 40), std::string("many")}) {
    write_file(dir_.file("x.warc"), record("a") + record("bad", length) + record("b") + record("c"));
    const Extracted out = extract(dir_.file("x.warc"));
    EXPECT_EQ(out.program.exit_code, 0) << out.program.err;
    EXPECT_THAT(out.ids, ElementsAre("urn:a", "urn:b", "urn:c")) << length;
    EXPECT_THAT(out.reasons, ElementsAre("bad_content_length")) << length;
  }
}

TEST_F(BadData, two_hundred_thousand_nested_tags_are_a_page_like_others) {
  std::string page = "<!DOCTYPE html><html lang=en><body>";
  for (int i = 0; i < 200000; ++i) {
    page += i % 2 == 0 ? "<div>" : "<b>";
  }
  make_directories(dir_.file("site"));
  write_file(dir_.file("site/deep.html"), page + site_text(1));
  write_file(dir_.file("site/next.html"), site_page("", site_text(2)));
  const auto start = std::chrono::steady_clock::now();
  const Extracted out = extract(dir_.file("site"));
  EXPECT_EQ(out.program.exit_code, 0) << out.program.err;
  EXPECT_THAT(out.ids, testing::Contains("next.html"));
  EXPECT_EQ(out.ids.size() + out.reasons.size(), 2U);
  // Quadratic work on 200,000 levels would take minutes.
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20));
}

TEST_F(BadData, invalid_utf8_in_pages_is_repaired_and_in_json_lines_set_aside) {
  make_directories(dir_.file("site"));
  write_file(dir_.file("site/a.html"),
             site_page("<meta charset=utf-8>", "<p>\xff\xfe broken \xc3\x28 bytes \xed\xa0\x80 " + site_text(3)));
  const Extracted out = extract(dir_.file("site"));
  ASSERT_EQ(out.texts.size(), 1U) << out.program.err;
  EXPECT_TRUE(is_valid_utf8(out.texts[0]));
  const std::string text = Json(out.texts[0]).dump();
  write_file(dir_.file("docs.jsonl"), R"({"id":"good","language":"en","text":)" + text + "}\n" +
                                          "{\"id\":\"bad\",\"text\":\"\xff\xc3\x28\"}\n{\"id\": 7\nnull\n" +
                                          R"({"id":"none"})" + "\n");
  write_file(dir_.file("r.toml"), "[corpus.filters]\n[corpus.split]\nheldout_fraction = 0\n");
  const ProgramResult curated = run_smelt({"curate", dir_.file("r.toml"), "--input", dir_.file("docs.jsonl"),
                                           "--output", dir_.file("corpus"), "-q", "--json"});
  ASSERT_EQ(curated.exit_code, 0) << curated.err;
  const Json counts = Json::parse(curated.out).value();
  EXPECT_EQ(counts.at("train").at("documents").as_int(), 1) << curated.out;
  int64_t rejects = 0;
  for (const auto& [reason, group] : counts.at("rejects").as_object()) {
    rejects += group.at("documents").as_int();
  }
  EXPECT_EQ(rejects, 4) << counts.at("rejects").dump();
}

TEST_F(BadData, a_recipe_is_checked_without_reading_or_fetching_anything) {
  write_file(dir_.file("r.toml"),
             "[[documents.pages]]\nname = \"cc\"\ninputs = [\"http://127.0.0.1:9/x.warc.gz\", "
             "\"http://127.0.0.1:9/warc.paths.gz\"]\n");
  const ProgramResult endless = run_smelt({"run", dir_.file("r.toml"), "--dry-run"});
  EXPECT_EQ(endless.exit_code, 2);
  EXPECT_THAT(endless.err, HasSubstr("train.steps: neither steps nor tokens is given"));
  const ProgramResult good = run_smelt({"run", dir_.file("r.toml"), "--dry-run", "--until", "tokens"});
  EXPECT_EQ(good.exit_code, 0) << good.err;
  EXPECT_THAT(good.out, HasSubstr("# cc: 1 WARC files on servers, 1 lists on servers"));
  EXPECT_THAT(good.out, HasSubstr("[tokenizer]"));
  const ProgramResult common_crawl = run_smelt({"run", SMELT_SOURCE_DIR "/recipes/common-crawl.toml", "--dry-run"});
  EXPECT_EQ(common_crawl.exit_code, 0) << common_crawl.err;
  EXPECT_THAT(common_crawl.out, HasSubstr("2 WARC files on servers"));
  write_file(dir_.file("r.toml"), "[[documents.pages]]\nname = \"x\"\ninputs = [\"nowhere\"]\n");
  const ProgramResult missing = run_smelt({"run", dir_.file("r.toml"), "--dry-run", "--until", "tokens"});
  EXPECT_EQ(missing.exit_code, 3);
  EXPECT_THAT(missing.err, HasSubstr("nowhere: no such file or folder"));
}

TEST_F(BadData, the_recipes_for_code_are_checked_with_what_they_would_read) {
  make_directories(dir_.file("code/libpython3.11-stdlib"));
  write_file(dir_.file("code/libpython3.11-stdlib/a.py"), "x = 1\n");
  write_file(dir_.file("code/libpython3.11-stdlib/b.py"), "y = 2\n");
  for (const char* name : {"stack", "stack-mini"}) {
    const ProgramResult checked =
        run_smelt({"run", SMELT_SOURCE_DIR "/recipes/" + std::string(name) + ".toml", "--dry-run"}, dir_.path());
    EXPECT_EQ(checked.exit_code, 0) << checked.err;
    EXPECT_THAT(checked.out, HasSubstr(": 2 files of code, 0 archives, 12 B"));
    EXPECT_THAT(checked.out, HasSubstr("# blend: its epochs are known once there are tokens"));
  }
  const ProgramResult wrong = run_smelt({"run", SMELT_SOURCE_DIR "/recipes/stack-mini.toml", "--dry-run", "--set",
                                         "blend.phases=[{sources=[{source=\"pyton\"}]}]"},
                                        dir_.path());
  EXPECT_EQ(wrong.exit_code, 2);
  EXPECT_THAT(wrong.err, HasSubstr("did you mean 'python'?"));
}

TEST_F(BadData, a_warc_file_on_a_server_is_an_input_like_others) {
  write_file(dir_.file("site/crawl-data/x.warc.gz"), gzip(record("a")) + gzip(record("b")));
  write_file(dir_.file("site/warc.paths.gz"), gzip("crawl-data/x.warc.gz\n"));
  const StaticServer server(dir_.file("site"));
  const Extracted direct = extract(server.url() + "/crawl-data/x.warc.gz");
  EXPECT_THAT(direct.ids, ElementsAre("urn:a", "urn:b")) << direct.program.err;
  EXPECT_EQ(extract(server.url() + "/warc.paths.gz").texts, direct.texts);
  const Extracted missing = extract(server.url() + "/y.warc.gz");
  EXPECT_EQ(missing.program.exit_code, 3);
  EXPECT_THAT(missing.program.err, HasSubstr("the server answered 404; check the address"));
}

}  // namespace
}  // namespace smelt
