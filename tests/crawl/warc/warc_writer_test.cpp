#include "crawl/warc/warc_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/files.h"
#include "crawl/warc/sha1.h"
#include "crawl/warc/warc_reader.h"
#include "support/run_program.h"
#include "support/temporary_directory.h"

namespace smelt {
namespace {

using ::testing::ElementsAre;

// By Python's hashlib and base64, at the sizes where padding takes another block.
TEST(WarcWriter, DigestsAreSha1InBase32) {
  const std::pair<size_t, const char*> cases[] = {
      {0, "3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ"},   {55, "YHELXXBCPFXCRQHBKFR5ECEZWZLCDVS2"},
      {56, "YLNTGD3AQOCUZGOUWW73N2HST4QBXZUZ"},  {63, "APYJ6WYVRJ5IZWWZEC65YKNYDQMKKUPV"},
      {64, "ACMLVASLLQLEE66XUEJCUWSEFIS6YZCN"},  {65, "CFSVGJWHBDLQGGN6EYIORJL5TJNZLHJ3"},
      {119, "52LRAZNKUAL6AYZKRSTMO65TX6FR37CW"}, {1000, "FEPJU3DGTFEUTNL3UXTFANQ6TD6DNMN2"}};
  for (const auto& [size, expected] : cases) {
    EXPECT_EQ(warc_digest(std::string(size, 'a')), std::string("sha1:") + expected) << size;
  }
}

WarcFields response(const std::string& name) {
  WarcFields fields;
  fields.type = "response";
  fields.id = "urn:uuid:00000000-0000-8000-a000-0000000000" + name;
  fields.date = "2024-01-02T03:04:05Z";
  fields.url = "http://example.org/" + name;
  fields.content_type = "application/http; msgtype=response";
  fields.more = {{"WARC-IP-Address", "192.0.2.1"}, {"X-Note", "one\r\ntwo"}, {"X-Empty", ""}};
  return fields;
}

const std::string& message(int number) {
  static const std::vector<std::string> kMessages = {
      "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>one", "HTTP/1.1 204 No Content\r\n\r\n",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\ntwo\r\n0\r\n\r\n"};
  return kMessages.at(static_cast<size_t>(number));
}

void write_three(const std::string& path) {
  WarcWriter writer(path);
  for (int i = 0; i < 3; ++i) {
    writer.write(response("0" + std::to_string(i)), message(i));
  }
  writer.commit();
}

struct Seen {
  std::vector<std::string> blocks;
  std::vector<std::string> urls;
  std::vector<std::string> reasons;
  std::string note;
};

Seen read_back(const std::string& path) {
  Seen out;
  const auto reader =
      open_warc(path, 1 << 20, [&](const std::string&, uint64_t, const std::string& reason, const std::string&) {
        out.reasons.push_back(reason);
      });
  WarcRecord record;
  while (reader->next(record)) {
    out.blocks.emplace_back(record.block);
    out.urls.push_back(record.url);
    out.note = record.field("X-Note");
    EXPECT_EQ(record.field("WARC-Block-Digest"), warc_digest(record.block));
    EXPECT_TRUE(record.field("X-Empty").empty());
  }
  return out;
}

TEST(WarcWriter, WhatIsWrittenReadsBackEqual) {
  TemporaryDirectory folder;
  for (const char* name : {"x.warc", "x.warc.gz", "x.warc.zst"}) {
    write_three(folder.file(name));
    const Seen seen = read_back(folder.file(name));
    EXPECT_THAT(seen.blocks, ElementsAre(message(0), message(1), message(2))) << name;
    EXPECT_EQ(seen.urls.at(2), "http://example.org/02") << name;
    EXPECT_EQ(seen.note, "one  two") << name;
    EXPECT_TRUE(seen.reasons.empty()) << name;
    EXPECT_FALSE(path_exists(WarcWriter::partial_path(folder.file(name)))) << name;
  }
}

// Cut anywhere: the whole members are found, the writer goes on behind them, and the file is as if nothing had
// happened.
TEST(WarcWriter, GoesOnBehindTheLastWholeRecordOfACutFile) {
  TemporaryDirectory folder;
  for (const char* name : {"x.warc", "x.warc.gz", "x.warc.zst"}) {
    write_three(folder.file(name));
    const std::string whole = read_file(folder.file(name));
    std::vector<uint64_t> ends;
    for_each_member(folder.file(name), [&](std::string_view text, uint64_t end) {
      EXPECT_TRUE(text.starts_with("WARC/1.1\r\n"));
      ends.push_back(end);
    });
    ASSERT_EQ(ends.size(), 3U) << name;
    EXPECT_EQ(ends.back(), whole.size()) << name;
    for (size_t cut = 0; cut < whole.size(); cut += 61) {
      const std::string path = folder.file("cut-" + std::string(name));
      write_file(WarcWriter::partial_path(path), whole.substr(0, cut));
      uint64_t keep = 0;
      int kept = 0;
      for_each_member(WarcWriter::partial_path(path), [&](std::string_view, uint64_t end) {
        keep = end;
        ++kept;
      });
      EXPECT_EQ(keep, kept == 0 ? 0 : ends[static_cast<size_t>(kept) - 1]) << name << " " << cut;
      EXPECT_LE(keep, cut);
      WarcWriter writer(path, WarcWriter::Mode::kContinue, keep);
      for (int i = kept; i < 3; ++i) {
        writer.write(response("0" + std::to_string(i)), message(i));
      }
      writer.commit();
      EXPECT_EQ(read_file(path), whole) << name << " " << cut;
      std::filesystem::remove(path);
    }
  }
}

// warcio reads our file, record by record, and finds the digests right.
TEST(WarcWriter, WarcioReadsTheSameAndAgreesWithTheDigests) {
  const std::string python = SMELT_PEERS "/bin/python";
  if (!path_exists(python) || run_words({python, "-c", "import warcio"}).exit_code != 0) {
    GTEST_SKIP() << "no warcio in " << SMELT_PEERS << "; `make peers` builds it";
  }
  TemporaryDirectory folder;
  write_three(folder.file("x.warc.gz"));
  const std::string script =
      "import sys\n"
      "from warcio.archiveiterator import ArchiveIterator\n"
      "with open(sys.argv[1], 'rb') as stream:\n"
      "    for record in ArchiveIterator(stream, no_record_parse=True):\n"
      "        body = record.raw_stream.read()\n"
      "        print(record.rec_type, record.rec_headers.get_header('WARC-Target-URI'), body)\n"
      "with open(sys.argv[1], 'rb') as stream:\n"
      "    for record in ArchiveIterator(stream, check_digests='raise'):\n"
      "        record.raw_stream.read()\n"
      "        print(record.http_headers.get_statuscode(), record.digest_checker.passed)\n";
  const ProgramResult result = run_words({python, "-c", script, folder.file("x.warc.gz")});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.out,
            "response http://example.org/00 b'HTTP/1.1 200 OK\\r\\nContent-Type: text/html\\r\\n\\r\\n<p>one'\n"
            "response http://example.org/01 b'HTTP/1.1 204 No Content\\r\\n\\r\\n'\n"
            "response http://example.org/02 b'HTTP/1.1 200 OK\\r\\nTransfer-Encoding: "
            "chunked\\r\\n\\r\\n3\\r\\ntwo\\r\\n0\\r\\n\\r\\n'\n"
            "200 True\n204 True\n200 True\n");
}

}  // namespace
}  // namespace smelt
