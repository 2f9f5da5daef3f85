#include "crawl/warc_reader.h"

#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/stream.h"
#include "crawl/testing.h"
#include "support/temporary_directory.h"

namespace smelt {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

struct Records {
  std::map<std::string, int> types;
  std::vector<std::string> reasons;
  size_t bytes = 0;
};

Records read_records(const std::string& path) {
  Records out;
  const auto reader =
      open_warc(path, 32 << 20, [&](const std::string&, uint64_t, const std::string& reason, const std::string&) {
        out.reasons.push_back(reason);
      });
  WarcRecord record;
  while (reader->next(record)) {
    ++out.types[record.type];
    out.bytes += record.block.size();
  }
  return out;
}

// Counts by an independent walk over the files with Python's gzip and regular expressions.
TEST(WarcReader, CountsRecordsOfWellFormedFiles) {
  const std::string folder = test_data("warc");
  SMELT_NEEDS_DATA(folder);
  using Types = std::map<std::string, int>;
  const std::map<std::string, Types> expected = {
      {"resiliparse/warcfile.warc", {{"warcinfo", 1}, {"request", 17}, {"response", 16}, {"metadata", 16}}},
      {"resiliparse/warcfile.warc.gz", {{"warcinfo", 1}, {"request", 17}, {"response", 16}, {"metadata", 16}}},
      {"resiliparse/clueweb-quirk.warc.gz", {{"warcinfo", 1}, {"response", 29}}},
      {"resiliparse/block-sized-records.warc", {{"unknown", 3}}},
      {"warcio/example.warc", {{"warcinfo", 2}, {"response", 1}, {"request", 2}, {"revisit", 1}}},
      {"warcio/example.warc.gz", {{"warcinfo", 2}, {"response", 1}, {"request", 2}, {"revisit", 1}}},
      {"warcio/example-bad.warc.gz.bad", {{"warcinfo", 1}, {"response", 2}, {"request", 2}, {"revisit", 1}}},
      {"warcio/post-test.warc.gz", {{"response", 3}, {"request", 3}}},
      {"warcio/example-wget-bad-target-uri.warc.gz",
       {{"warcinfo", 1}, {"request", 1}, {"response", 1}, {"metadata", 1}, {"resource", 2}}},
      {"whirlwind.warc.gz", {{"warcinfo", 1}, {"request", 1}, {"response", 1}, {"metadata", 1}}},
      {"whirlwind.warc.wet.gz", {{"warcinfo", 1}, {"conversion", 1}}},
      {"whirlwind.warc.wat", {{"warcinfo", 1}, {"metadata", 1}}},
  };
  for (const auto& [name, types] : expected) {
    const Records records = read_records(folder + "/" + name);
    EXPECT_EQ(records.types, types) << name;
    EXPECT_THAT(records.reasons, IsEmpty()) << name;
  }
}

TEST(WarcReader, NamesWhatIsBroken) {
  const std::string folder = test_data("warc");
  SMELT_NEEDS_DATA(folder);
  const Records clipped = read_records(folder + "/resiliparse/clipped.warc.gz");
  EXPECT_THAT(clipped.reasons, ElementsAre("truncated_gzip"));
  const Records short_length = read_records(folder + "/warcio/example-trunc.warc");
  EXPECT_THAT(short_length.reasons, ElementsAre("bad_content_length"));
  EXPECT_EQ(short_length.types.at("warcinfo"), 2);
}

TEST(WarcReader, GoesOnAfterDamagedRecords) {
  TemporaryDirectory folder;
  const std::string good = http_message("<p>body</p>");
  const std::string text = warc_record("a", good) + warc_record("short", good, 5) + warc_record("b", good) +
                           warc_record("long", good, 4000) + warc_record("c", good) + "garbage\nmore garbage\n" +
                           warc_record("d", good) + "WARC/1.0\r\nWARC-Record-ID: <urn:none>\r\n\r\n" +
                           warc_record("e", good) + warc_record("huge", good, 99'999'999'999) + warc_record("f", good) +
                           "WARC/1.0\r\nContent-Le";
  write_file(folder.file("x.warc"), text);
  const ReadPages read = read_pages({folder.file("x.warc")});
  EXPECT_THAT(read.ids(), ElementsAre("urn:a", "urn:b", "urn:c", "urn:d", "urn:e", "urn:f"));
  EXPECT_THAT(read.reasons(), ElementsAre("bad_content_length", "truncated_record", "bad_record_header",
                                          "bad_content_length", "bad_content_length", "truncated_record"));
  EXPECT_EQ(read.rejects[0].id, "urn:short");
  EXPECT_EQ(read.rejects[0].source, "x.warc");
}

TEST(WarcReader, ReadsEveryCompressionAlike) {
  TemporaryDirectory folder;
  const std::vector<std::string> records = {warc_record("a", http_message("one")),
                                            warc_record("b", http_message("two"))};
  write_file(folder.file("plain.warc"), records[0] + records[1]);
  write_file(folder.file("whole.warc.gz"), gzip(records[0] + records[1]));
  write_file(folder.file("members.warc.gz"), gzip(records[0]) + gzip(records[1]));
  write_file(folder.file("frames.warc.zst"), zstd_compress(records[0], 3) + zstd_compress(records[1], 3));
  for (const char* name : {"plain.warc", "whole.warc.gz", "members.warc.gz", "frames.warc.zst"}) {
    const ReadPages read = read_pages({folder.file(name)});
    EXPECT_THAT(read.ids(), ElementsAre("urn:a", "urn:b")) << name;
    EXPECT_EQ(read.pages.at(1).body, "two") << name;
    EXPECT_THAT(read.reasons(), IsEmpty()) << name;
  }
}

TEST(WarcReader, KeepsWhatSurroundsADamagedMember) {
  TemporaryDirectory folder;
  std::string body;
  for (int i = 0; i < 2000; ++i) {
    body += std::to_string(i * 7919) + " ";
  }
  std::string damaged = gzip(warc_record("b", http_message(body)));
  damaged[damaged.size() / 2] = static_cast<char>(damaged[damaged.size() / 2] ^ 0x5A);
  damaged[damaged.size() / 2 + 1] = static_cast<char>(damaged[damaged.size() / 2 + 1] ^ 0xFF);
  write_file(folder.file("x.warc.gz"),
             gzip(warc_record("a", http_message("one"))) + damaged + gzip(warc_record("c", http_message("three"))));
  const ReadPages read = read_pages({folder.file("x.warc.gz")});
  EXPECT_THAT(read.ids(), ElementsAre("urn:a", "urn:c"));
  EXPECT_THAT(read.reasons(), ElementsAre("corrupt_gzip"));
}

// Whatever the place of the cut: all whole records, then exactly one reject.
TEST(WarcReader, CutAnywhereGivesWholeRecordsAndOneReject) {
  TemporaryDirectory folder;
  const std::string first = gzip(warc_record("a", http_message("<p>one</p>")));
  const std::string second = gzip(warc_record("b", http_message("<p>two</p>")));
  for (size_t cut = 1; cut < second.size(); cut += 11) {
    write_file(folder.file("x.warc.gz"), first + second.substr(0, cut));
    const ReadPages read = read_pages({folder.file("x.warc.gz")});
    EXPECT_EQ(read.ids().at(0), "urn:a") << cut;
    EXPECT_LE(read.pages.size(), 2U) << cut;
    EXPECT_THAT(read.reasons(), ElementsAre("truncated_gzip")) << cut;
  }
}

TEST(WarcReader, BoundsTheSizeOfRecords) {
  TemporaryDirectory folder;
  write_file(folder.file("x.warc"),
             warc_record("big", http_message(std::string(5000, 'x'))) + warc_record("b", http_message("two")));
  SourceOptions options;
  options.max_page_bytes = 2000;
  const ReadPages read = read_pages({folder.file("x.warc")}, options);
  EXPECT_THAT(read.ids(), ElementsAre("urn:b"));
  EXPECT_THAT(read.reasons(), ElementsAre("record_too_large"));
}

}  // namespace
}  // namespace smelt
