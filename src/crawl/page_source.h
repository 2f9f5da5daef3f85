// Where pages come from: folders of HTML files and WARC files, whole or cut into shards.
//
// Inputs are paths, folders, globs (* ? []), http(s) addresses of WARC files and s3:// and gs:// addresses of WARC
// files, of folders of them (with a '/' at the end) and globs. A folder stands for all .html, .htm and .xhtml files
// below it (ids are the paths relative to the folder, in byte order) and all WARC files below it: .warc, .arc and .wet,
// each plain or with .gz, .zst or .lz4 behind it. Files named directly are told apart by the same endings. Where two
// inputs hold the same relative path, the later one's ids start with its input as given.
//
// A .paths or .paths.gz file, local or remote, lists one WARC file a line, as Common Crawl's warc.paths.gz do:
// addresses, or paths. Before a path comes SourceOptions::list_prefix; without one, paths of a remote list start at the
// root of its server or bucket, and in a local list paths that start with crawl-data/ lie on data.commoncrawl.org,
// others in the file system.
//
// Thread safety: plan_shards, open_shard and shard_digest may be called at any time; one PageSource belongs to one
// thread at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/recipe.h"
#include "crawl/page.h"

namespace smelt {

// A record or file that gave no page. `id` is the record's id where it could be read, else the file with "@" and the
// record's byte offset (after decompression). Reasons: those of warc_reader.h, and record_too_large, unreadable_file.
struct PageReject {
  std::string id;
  std::string source;
  std::string reason;
  std::string detail;
};
using PageRejectSink = std::function<void(const PageReject&)>;

class PageSource {
 public:
  virtual ~PageSource() = default;
  // The next page; false at the end. Rejects met on the way go to the sink first, so all calls together account for
  // every record.
  virtual bool next(RawPage& page) = 0;
};

struct SourceOptions {
  int64_t max_page_bytes = 32 << 20;
  int64_t pages_per_shard = 1000;
  std::string list_prefix;
  void fields(Fields& f) {
    f("max_page_bytes", max_page_bytes, "pages and WARC records above this size are set aside as record_too_large",
      {.min = 1024, .max = 1 << 30});
    f("pages_per_shard", pages_per_shard,
      "HTML files of a folder that make one shard of work; a WARC file is always one", {.min = 1});
    f("list_prefix", list_prefix,
      "put before the paths that .paths lists hold, e.g. \"s3://commoncrawl/\"; empty: see the lists' own rules");
  }
};

// A piece of the inputs that is read, and done again after a kill, on its own.
struct PageShard {
  enum class Kind { kHtmlFiles, kWarc };
  struct File {
    std::string path;  // to open it
    std::string id;    // of its page; unused for WARC
  };
  std::string name;  // unique in its plan and fit for a file name: "00003-pages"
  Kind kind = Kind::kHtmlFiles;
  std::string source;       // RawPage::source of its pages
  std::vector<File> files;  // one for WARC
};

// Cuts the inputs into shards: a pure function of the inputs' names and the options. Throws UserError(kInput) for an
// input that does not exist, a glob or folder without pages, a file of an unknown kind, an input given twice. Reads
// nothing but the names of files and the lists. Remote lists, folders and globs need the network.
std::vector<PageShard> plan_shards(const std::vector<std::string>& inputs, const SourceOptions& options);

// True for an input whose plan needs the network: a remote list, a folder or glob of an object store.
bool plan_needs_network(const std::string& input);

// All pages of one shard in order. Files that vanished or cannot be read become unreadable_file rejects.
std::unique_ptr<PageSource> open_shard(const PageShard& shard, const SourceOptions& options, PageRejectSink rejects);

// All pages of all shards of the plan, in order.
std::unique_ptr<PageSource> open_pages(const std::vector<std::string>& inputs, const SourceOptions& options,
                                       PageRejectSink rejects);

// Hash of the ids and bytes of a shard's files: the identity of the input for stage keys. Of a remote file the
// address stands for the bytes, so that a run whose parts are made needs no network; archives of crawls do not change
// under their address.
std::string shard_digest(const PageShard& shard);

}  // namespace smelt
