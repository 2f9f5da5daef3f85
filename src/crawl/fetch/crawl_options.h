// What a crawl may fetch, and how politely.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace smelt {

struct CrawlOptions {
  std::vector<std::string> seeds;
  std::string output;  // X.warc.gz, X.warc.zst or X.warc
  bool resume = false;
  bool dry_run = false;  // robots.txt and sitemaps are asked, pages are only listed; nothing is written

  // Which addresses. A seed's redirect to another host makes that host as good as a seed's.
  std::string scope = "site";  // host: the seeds' hosts; site: these without "www." and all below them; all
  std::vector<std::string>
      includes;  // patterns of whole addresses ('*': any bytes): one must match, where there are any
  std::vector<std::string> excludes;  // none may match
  bool sitemaps = false;              // read those that robots.txt names, else /sitemap.xml
  std::vector<std::string> earlier;   // WARC files of earlier crawls: what has not changed is not fetched again

  // Budgets; 0 is no limit. Reaching one ends the crawl well.
  int64_t max_pages = 1000;
  int64_t max_bytes = 0;  // of answers as they came
  int64_t max_depth = 8;  // links from a seed
  int64_t max_pages_per_host = 0;
  double max_seconds = 0;  // of this call
  int64_t max_page_bytes = 32 << 20;

  // Manners. One request at a time goes to a host; the larger of the two delays counts.
  std::string user_agent = "smelt";      // its first word is the name that robots.txt knows
  double delay_seconds = 1;              // from the end of an answer to the next request
  double max_crawl_delay_seconds = 300;  // what robots.txt may ask for at most; hosts that want more are left alone
  int64_t connections = 16;              // hosts at a time
  int64_t attempts = 3;                  // of an address, over network errors, 429 and 503
  double retry_seconds = 5;              // first pause; then twice, four times ..., or what Retry-After says
  double timeout_seconds = 120;          // for a whole answer
  double stall_timeout_seconds = 30;
};

}  // namespace smelt
