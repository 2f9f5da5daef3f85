#include "crawl/warc/warc_record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crawl/testing.h"
#include "crawl/warc/archives.h"

namespace smelt {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::string arc_record(const std::string& head, const std::string& block, int64_t more = 0) {
  return head + " " + std::to_string(static_cast<int64_t>(block.size()) + more) + "\n" + block + "\n";
}

TEST(WarcRecord, ArcFilesOfBothVersionsAreReadOnAfterDamage) {
  const std::string page = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>arc";
  const std::string info =
      "2 0 Someone\nURL IP-address Archive-date Content-type Result-code Checksum Location Offset "
      "Filename Archive-length\n";
  const std::string file =
      arc_record("filedesc://a.arc 0.0.0.0 20010203040506 text/plain 200 - - 0 a.arc", info) +
      arc_record("http://a.org/x y 192.0.2.1 20010203040506 text/html 200 abc - 0 a.arc", page) +
      arc_record("http://a.org/short 192.0.2.1 20010203040506 text/html 200 abc - 0 a.arc", page, -3) +
      arc_record("http://a.org/v1 2001:db8::1 200102030405 text/html", page) + "garbage\n" +
      arc_record("dns:a.org 192.0.2.1 20010203040506 text/dns", "a.org 300 IN A 192.0.2.7") +
      "http://a.org/cut 192.0.2.1 20010203040506 text/html 4000\nHTTP/1.1";
  for (const std::string& bytes : {file, gzip(file)}) {
    std::vector<std::string> seen;
    Records out;
    const auto reader = make_warc_reader(std::make_unique<MemorySource>(bytes, 100), 1 << 20, into(out));
    WarcRecord each;
    while (reader->next(each)) {
      seen.push_back(each.type + "|" + each.url + "|" + each.date + "|" + each.content_type);
    }
    EXPECT_THAT(seen, ElementsAre("warcinfo|filedesc://a.arc|2001-02-03T04:05:06Z|text/plain",
                                  "response|http://a.org/x y|2001-02-03T04:05:06Z|application/http; msgtype=response",
                                  "response|http://a.org/v1|2001-02-03T04:05:00Z|application/http; msgtype=response",
                                  "resource|dns:a.org|2001-02-03T04:05:06Z|text/dns"));
    EXPECT_THAT(out.reasons, ElementsAre("bad_content_length", "bad_record_header", "truncated_record"));
  }
}

TEST(WarcRecord, WhatIsNoArcHeader) {
  WarcRecord record;
  EXPECT_TRUE(read_arc_header("http://a.org/ 192.0.2.1 20010203040506 text/html 12\n", record).has_value());
  for (const char* line :
       {"", "http://a.org/", "http://a.org/ 192.0.2.1 20010203040506 text/html -1",
        "http://a.org/ 192.0.2.1 201404010000000000 text/html 5",
        "http://a.org/ 192.0.2.1 20010203040506 text/html 99999999999999999999",
        "no scheme 192.0.2.1 20010203040506 text/html 5", "http://a.org/ 20010203040506 text/html 5"}) {
    EXPECT_FALSE(read_arc_header(line, record).has_value()) << line;
  }
}

TEST(WarcRecord, FoldedHeaderLinesAreJoinedAndFieldsFound) {
  const std::string text =
      "WARC/1.1\r\nWARC-Type: response\r\nwarc-target-uri: http://a.org/\r\nX-Note: one\r\n  two\r\n"
      "WARC-Refers-To: <urn:b>\r\nContent-Type: text/plain;\r\n\tcharset=x\r\nContent-Length: 2\r\n\r\nhi\r\n\r\n";
  Records out;
  const auto reader = make_warc_reader(std::make_unique<MemorySource>(text, 3), 1 << 20, into(out));
  WarcRecord record;
  ASSERT_TRUE(reader->next(record));
  EXPECT_EQ(record.url, "http://a.org/");
  EXPECT_EQ(record.content_type, "text/plain; charset=x");
  EXPECT_EQ(record.field("Warc-Refers-To"), "<urn:b>");
  EXPECT_EQ(record.field("absent"), "");
  EXPECT_EQ(record.block, "hi");
  EXPECT_FALSE(reader->next(record));
  EXPECT_THAT(out.reasons, IsEmpty());
}

// A header that never ends, cut by the next record's: each is one reject, found in linear time.
TEST(WarcRecord, HeadersWithoutEndDoNotSwallowTheRecordsBehindThem) {
  std::string text;
  for (int i = 0; i < 20000; ++i) {
    text += "WARC/1.0\r\nWARC-Type: response\r\n";
  }
  text += warc_record("a", "one");
  const Records read = read_bytes(text);
  EXPECT_THAT(read.blocks, ElementsAre("response 3"));
  EXPECT_EQ(read.reasons.size(), 20000U);
}

}  // namespace
}  // namespace smelt
