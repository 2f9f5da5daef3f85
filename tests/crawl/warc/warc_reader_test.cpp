#include "crawl/warc/warc_reader.h"

#include <functional>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/stream.h"
#include "crawl/testing.h"
#include "crawl/warc/archives.h"
#include "support/temporary_directory.h"

namespace smelt {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Records read_records(const std::string& path) {
  Records out;
  const auto reader = open_warc(path, 32 << 20, into(out));
  read_all(*reader, out);
  return out;
}

struct Expected {
  std::string file;
  std::vector<std::string> blocks;
  std::vector<std::string> reasons;
};

// Lengths are those of the files' own headers; what is broken was looked at byte by byte: bad.arc has lengths of -1 and
// "abc" and a date of 18 digits, example-space-in-url.arc lost the carriage returns that its length counts,
// example-trunc.warc has a length that is four bytes too short, clipped.warc.gz ends inside its only member.
// The *bad* gzip files keep several records in one member, which is no damage.
const std::vector<Expected>& expected_files() {
  static const std::vector<std::string> kExample = {"warcinfo 249", "warcinfo 470", "response 975",
                                                    "request 493",  "revisit 369",  "request 493"};
  static const std::vector<std::string> kBlocks = {"unknown 16229", "unknown 16229", "unknown 16229"};
  static const std::vector<std::string> kWarc = {"warcinfo 486", "request 265", "response 74581", "metadata 201"};
  static const std::vector<std::string> kArc = {"warcinfo 75", "response 1591"};
  static const std::vector<Expected> kFiles = {
      {"whirlwind.warc", kWarc, {}},
      {"whirlwind.warc.gz", kWarc, {}},
      {"whirlwind.warc.wat", {"warcinfo 278", "metadata 1386"}, {}},
      {"whirlwind.warc.wat.gz", {"warcinfo 278", "metadata 1386"}, {}},
      {"whirlwind.warc.wet", {"warcinfo 368", "conversion 4456"}, {}},
      {"whirlwind.warc.wet.gz", {"warcinfo 368", "conversion 4456"}, {}},
      {"resiliparse/block-sized-records.warc", kBlocks, {}},
      {"resiliparse/block-sized-records.warc.gz", kBlocks, {}},
      {"resiliparse/block-sized-records.warc.lz4", kBlocks, {}},
      {"resiliparse/clipped.warc.gz", {}, {"truncated_gzip"}},
      {"warcio/bad.arc", {"resource 1"}, {"bad_record_header", "bad_record_header"}},
      {"warcio/example-bad-non-chunked.warc.gz", kExample, {}},
      {"warcio/example-bad.warc.gz.bad",
       {"warcinfo 196", "response 1610", "request 323", "revisit 340", "request 323", "response 471"},
       {}},
      {"warcio/example-digest.warc", {"request 493", "request 493", "request 493", "request 493"}, {}},
      {"warcio/example-iana.org-chunked.warc", {"warcinfo 137", "response 7566", "request 76"}, {}},
      {"warcio/example-resource.warc.gz", {"warcinfo 249", "warcinfo 399", "resource 1303"}, {}},
      {"warcio/example-space-in-target-uri.warc.gz", {"warcinfo 73", "resource 70"}, {}},
      {"warcio/example-space-in-url.arc", {"warcinfo 75"}, {"truncated_record"}},
      {"warcio/example-trunc.warc", {"warcinfo 249", "warcinfo 470", "request 493"}, {"bad_content_length"}},
      {"warcio/example-wget-bad-target-uri.warc.gz",
       {"warcinfo 232", "request 141", "response 1598", "metadata 48", "resource 49", "resource 471"},
       {}},
      {"warcio/example-wrong-chunks.warc.gz", {"response 1613", "request 137"}, {}},
      {"warcio/example.arc", kArc, {}},
      {"warcio/example.arc.gz", kArc, {}},
      {"warcio/example.warc", kExample, {}},
      {"warcio/example.warc.gz", kExample, {}},
      {"warcio/post-test.warc.gz",
       {"response 733", "request 227", "response 740", "request 223", "response 739", "request 224"},
       {}},
  };
  return kFiles;
}

TEST(WarcReader, EveryFileOfOthersGivesItsRecordsOrANamedReason) {
  const std::string folder = test_data("warc");
  SMELT_NEEDS_DATA(folder);
  for (const Expected& expected : expected_files()) {
    const Records records = read_records(folder + "/" + expected.file);
    EXPECT_EQ(records.blocks, expected.blocks) << expected.file;
    EXPECT_EQ(records.reasons, expected.reasons) << expected.file;
  }
}

// Counts by an independent walk over the files with Python's gzip and regular expressions.
TEST(WarcReader, CountsTheRecordsOfLargerFiles) {
  const std::string folder = test_data("warc/resiliparse");
  SMELT_NEEDS_DATA(folder);
  const Records plain = read_records(folder + "/warcfile.warc");
  std::map<std::string, int> types;
  for (const std::string& block : plain.blocks) {
    ++types[block.substr(0, block.find(' '))];
  }
  EXPECT_EQ(types, (std::map<std::string, int>{{"warcinfo", 1}, {"request", 17}, {"response", 16}, {"metadata", 16}}));
  EXPECT_EQ(read_records(folder + "/warcfile.warc.gz").blocks, plain.blocks);
  EXPECT_EQ(read_records(folder + "/warcfile.warc.lz4").blocks, plain.blocks);
  EXPECT_EQ(read_records(folder + "/clueweb-quirk.warc.gz").blocks.size(), 30U);
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
  write_file(folder.file("whole.warc.zst"), zstd_compress(records[0] + records[1], 3));
  write_file(folder.file("frames.warc.lz4"), lz4(records[0]) + lz4(records[1]));
  for (const char* name :
       {"plain.warc", "whole.warc.gz", "members.warc.gz", "frames.warc.zst", "whole.warc.zst", "frames.warc.lz4"}) {
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
  const std::map<std::string, std::function<std::string(std::string_view)>> kinds = {
      {"gz", gzip}, {"zst", [](std::string_view text) { return zstd_compress(text, 3); }}, {"lz4", lz4}};
  for (const auto& [ending, compress] : kinds) {
    std::string damaged = compress(warc_record("b", http_message(body)));
    for (size_t at = damaged.size() / 2; at < damaged.size() / 2 + 40; ++at) {
      damaged[at] = static_cast<char>(damaged[at] ^ 0xFF);
    }
    const std::string path = folder.file("x.warc." + ending);
    write_file(path, compress(warc_record("a", http_message("one"))) + damaged +
                         compress(warc_record("c", http_message("three"))));
    const ReadPages read = read_pages({path});
    EXPECT_EQ(read.ids().front(), "urn:a") << ending;
    EXPECT_EQ(read.ids().back(), "urn:c") << ending;
    // Frames without checksums do not see changed literals: there the record may come out whole and wrong.
    if (ending == "gz") {
      EXPECT_EQ(read.pages.size(), 2U);
      EXPECT_THAT(read.reasons(), ElementsAre("corrupt_gzip"));
    }
  }
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
