// `smelt crawl`: pages by their links, politely, into a WARC file.
//
// The crawl goes breadth first within each host. It keeps to robots.txt (RFC 9309: unreachable or 5xx means hands off,
// 4xx means that all is allowed), sends a host one request at a time with a pause between them, and follows no links of
// pages that ask for that. Every answer is kept as it came: redirects and errors too. A page that has not changed since
// an earlier crawl becomes a revisit record, and its links are taken from there.
#pragma once

#include <string>
#include <vector>

#include "base/context.h"
#include "base/json.h"
#include "crawl/fetch/crawl_options.h"

namespace smelt {

struct CrawlReport {
  // {"pages", "bytes", "requests", "unchanged", "statuses": {"200": n}, "skipped": {reason: n}, "failed": {error: n},
  // "queued", "ended": all_fetched, max_pages, max_bytes or max_seconds}
  Json counts = Json::object();
  std::vector<std::string> planned;  // dry runs: the addresses that a crawl would begin with, in its order
};

// Throws UserError(kPreempted) when the context asks to stop: what was fetched is whole in the files, and the same call
// with options.resume goes on. Throws UserError(kUsage) for seeds that are no http(s) addresses and for what
// crawl_archive.h refuses.
CrawlReport crawl(const Context& context, const CrawlOptions& options);

}  // namespace smelt
