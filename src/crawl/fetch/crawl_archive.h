// The files of a crawl: the WARC file that grows, and beside it X.state, which knows what the WARC file cannot say.
//
// A fetch is three records: request, response (or revisit, for "304 Not Modified") and metadata, the last with what the
// crawl needs to go on: how the address was found. After a kill the file is cut behind the last metadata record.
// X.state holds JSON lines: first the seeds and scope, then each address that was given up.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "crawl/fetch/crawl_options.h"
#include "crawl/fetch/downloader.h"
#include "crawl/fetch/frontier.h"
#include "crawl/warc/warc_writer.h"

namespace smelt {

// A page of an earlier crawl.
struct EarlierPage {
  std::string etag;
  std::string last_modified;
  std::string record_id;
  std::string date;
  std::string payload_digest;
  std::vector<std::string> links;  // where it led
};

// By address, of WARC files whose responses were 200 and say by what they can be compared. Broken records are passed
// over. Throws UserError where a file cannot be read.
std::map<std::string, EarlierPage> read_earlier_pages(const std::vector<std::string>& paths, int64_t max_page_bytes);

class CrawlArchive {
 public:
  using OnFetch = std::function<void(const CrawlTarget& target, std::string_view message, const std::string& date)>;
  using OnFailure = std::function<void(const CrawlTarget& target)>;

  // A new file, or with options.resume the earlier attempt's, whose fetches and failures are replayed in their order.
  // Throws UserError(kUsage) where the output or, without resume, an attempt exists, or the attempt had other seeds.
  CrawlArchive(const CrawlOptions& options, const OnFetch& on_fetch, const OnFailure& on_failure);
  ~CrawlArchive();
  CrawlArchive(const CrawlArchive&) = delete;
  CrawlArchive& operator=(const CrawlArchive&) = delete;

  // Whole in the file, as far as the process is concerned, when this returns.
  void write(const CrawlTarget& target, const Download& download, const EarlierPage* unchanged);
  void write_failure(const CrawlTarget& target, const std::string& error);
  void commit();

 private:
  uint64_t replay(const OnFetch& on_fetch);
  void replay_state(const OnFailure& on_failure);
  void write_info();
  std::string new_id();

  const CrawlOptions& options_;
  std::unique_ptr<WarcWriter> writer_;
  std::string state_path_;
  int state_fd_ = -1;
  uint64_t records_ = 0;
  std::string salt_;
};

// Now, as WARC-Date has it.
std::string warc_date_now();

}  // namespace smelt
