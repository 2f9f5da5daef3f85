// Every archive of others beside what FastWARC reads of it, and warcio of ARC files.
#include <filesystem>
#include <set>

#include <gtest/gtest.h>

#include "base/files.h"
#include "crawl/testing.h"
#include "crawl/warc/archives.h"
#include "support/run_program.h"

namespace smelt {
namespace {

constexpr const char* kScript = R"(
import sys
from fastwarc.warc import ArchiveIterator
from warcio.archiveiterator import ArchiveIterator as Warcio
with open(sys.argv[1], 'rb') as stream:
    if '.arc' in sys.argv[1]:
        for record in Warcio(stream, no_record_parse=True, arc2warc=True):
            if record.rec_type != 'warcinfo':
                print(record.rec_headers.get_header('WARC-Target-URI'), len(record.raw_stream.read()))
    else:
        for record in ArchiveIterator(stream, parse_http=False):
            print((record.headers.get('WARC-Target-URI') or '').strip('<>'), len(record.reader.read()))
)";

// What the peers do otherwise, and why ours is right: they give the bytes of cut and mislabelled records as if they
// were whole.
const std::set<std::string> kOtherwise = {"clipped.warc.gz", "example-trunc.warc", "bad.arc",
                                          "example-space-in-url.arc"};

TEST(WarcPeers, ReadTheSameRecords) {
  const std::string folder = test_data("warc");
  SMELT_NEEDS_DATA(folder);
  const std::string python = SMELT_PEERS "/bin/python";
  if (!path_exists(python) || run_words({python, "-c", "import fastwarc, warcio"}).exit_code != 0) {
    GTEST_SKIP() << "no fastwarc and warcio in " << SMELT_PEERS << "; `make peers` builds them";
  }
  int compared = 0;
  for (const std::string& name : list_files(folder)) {
    if (kOtherwise.contains(std::filesystem::path(name).filename().string())) {
      continue;
    }
    const ProgramResult peer = run_words({python, "-c", kScript, folder + "/" + name});
    ASSERT_EQ(peer.exit_code, 0) << name << peer.err;
    std::string ours;
    const auto reader =
        open_warc(folder + "/" + name, 32 << 20,
                  [&](const std::string&, uint64_t, const std::string& reason, const std::string&) { ours += reason; });
    WarcRecord record;
    while (reader->next(record)) {
      // warcio does not give the description of an ARC file.
      if (name.find(".arc") == std::string::npos || record.type != "warcinfo") {
        ours += record.url + " " + std::to_string(record.block.size()) + "\n";
      }
    }
    EXPECT_EQ(ours, peer.out) << name;
    ++compared;
  }
  EXPECT_GE(compared, 24);
}

}  // namespace
}  // namespace smelt
