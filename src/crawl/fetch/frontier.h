// What is still to be fetched: queues by host, what robots.txt says, when each host may be asked again.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_set>

#include "crawl/fetch/crawl_options.h"
#include "crawl/fetch/robots.h"
#include "crawl/fetch/url.h"

namespace smelt {

enum class FetchKind { kPage, kRobots, kSitemap };

struct CrawlTarget {
  Url url;
  FetchKind kind = FetchKind::kPage;
  int64_t depth = 0;      // links from a seed
  int64_t redirects = 0;  // behind each other
  std::string via;        // the address that led here; empty for seeds
  std::string origin;     // whose turn it takes; for robots.txt the host that it is for
  int64_t attempts = 0;
};

// Order: within a host first come, first served; between hosts who has waited longest. Times are seconds on any clock
// that does not go back. One thread uses it.
class Frontier {
 public:
  explicit Frontier(const CrawlOptions& options);

  // Makes the host one of the crawl's own, and queues the address.
  void add_seed(const Url& url);
  // Queues what scope, patterns, depth and budgets allow and was not queued before.
  void add(CrawlTarget target);
  void admit_host(const Url& url);  // as a seed would
  bool is_seed_origin(const std::string& origin) const { return seed_origins_.contains(origin); }
  bool in_scope(const Url& url) const;

  // A target of a host that may be asked now; its robots.txt before anything else. The host is busy until finished().
  std::optional<CrawlTarget> next(double now);
  // When next() may give something, seconds from now; a negative number where it never will before a finished().
  double wait_time(double now) const;
  bool empty() const { return queued_ == 0; }
  size_t size() const { return queued_; }
  size_t hosts() const { return hosts_.size(); }

  void hold(const std::string& origin);  // busy again, until another finished()
  void finished(const CrawlTarget& target, double now);
  void retry(CrawlTarget target, double now, double pause);
  void set_robots(const std::string& origin, RobotsRules rules);
  // Drops what is queued for the host, counting `reason` for each.
  void give_up(const std::string& origin, const std::string& reason);
  // Replay: the address needs no fetching.
  void mark_done(const CrawlTarget& target);

  // Links left out, by reason: out_of_scope, excluded, too_deep, too_many_redirects, host_budget, queue_full,
  // robots, robots_unreachable, crawl_delay, host_unreachable.
  const std::map<std::string, int64_t>& skipped() const { return skipped_; }
  // Seconds between two requests to the host, by the options and its robots.txt as far as it is known.
  double delay_of(const std::string& origin) const;

 private:
  struct Host {
    std::deque<CrawlTarget> queue;
    std::optional<RobotsRules> robots;
    bool busy = false;
    bool dead = false;
    double due = 0;
    int64_t pages = 0;
    int64_t robots_attempts = 0;
    uint64_t turn = 0;
  };

  Host& host_of(const std::string& origin);
  void skip(const std::string& reason, int64_t count = 1) { skipped_[reason] += count; }
  std::string refusal(const CrawlTarget& target) const;
  std::optional<CrawlTarget> take(Host& host, const std::string& origin);
  bool matches_patterns(const std::string& url) const;

  const CrawlOptions& options_;
  std::map<std::string, Host> hosts_;
  std::set<std::string> own_hosts_;
  std::set<std::string> seed_origins_;
  std::unordered_set<uint64_t> seen_;  // hashes of addresses: those queued
  std::unordered_set<uint64_t> done_;  // those that need no fetching any more
  std::map<std::string, int64_t> skipped_;
  size_t queued_ = 0;
  uint64_t turn_ = 0;
};

}  // namespace smelt
