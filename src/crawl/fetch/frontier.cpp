#include "crawl/fetch/frontier.h"

#include <algorithm>

#include "base/hash.h"

namespace smelt {
namespace {

constexpr int64_t kMostRedirects = 10;
constexpr size_t kMostQueued = 4'000'000;

std::string without_www(const std::string& host) {
  return host.starts_with("www.") ? host.substr(4) : host;
}

uint64_t key_of(const Url& url) {
  return hash64(url.text());
}

// A pattern of whole addresses.
bool matches_whole(const std::string& pattern, const std::string& url) {
  return matches_path_pattern(pattern + "$", url);
}

}  // namespace

Frontier::Frontier(const CrawlOptions& options) : options_(options) {}

Frontier::Host& Frontier::host_of(const std::string& origin) {
  return hosts_[origin];
}

void Frontier::admit_host(const Url& url) {
  own_hosts_.insert(options_.scope == "site" ? without_www(url.host) : url.host);
}

void Frontier::add_seed(const Url& url) {
  admit_host(url);
  seed_origins_.insert(url.origin());
  CrawlTarget target;
  target.url = url;
  add(std::move(target));
}

bool Frontier::in_scope(const Url& url) const {
  if (options_.scope == "all" || own_hosts_.contains(url.host)) {
    return true;
  }
  if (options_.scope == "host") {
    return false;
  }
  // The host itself, then each of the domains above it.
  std::string_view rest = url.host;
  while (true) {
    if (own_hosts_.contains(std::string(rest))) {
      return true;
    }
    const size_t dot = rest.find('.');
    if (dot == std::string_view::npos) {
      return false;
    }
    rest.remove_prefix(dot + 1);
  }
}

bool Frontier::matches_patterns(const std::string& url) const {
  const auto matches = [&](const std::string& pattern) { return matches_whole(pattern, url); };
  const bool included =
      options_.includes.empty() || std::any_of(options_.includes.begin(), options_.includes.end(), matches);
  return included && std::none_of(options_.excludes.begin(), options_.excludes.end(), matches);
}

std::string Frontier::refusal(const CrawlTarget& target) const {
  if (!in_scope(target.url)) {
    return "out_of_scope";
  }
  if (target.redirects > kMostRedirects) {
    return "too_many_redirects";
  }
  if (target.kind == FetchKind::kPage) {
    if (options_.max_depth > 0 && target.depth > options_.max_depth) {
      return "too_deep";
    }
    const bool is_seed = target.depth == 0 && target.redirects == 0;
    if (!is_seed && !matches_patterns(target.url.text())) {
      return "excluded";
    }
  }
  return queued_ >= kMostQueued ? "queue_full" : "";
}

void Frontier::add(CrawlTarget target) {
  const uint64_t key = key_of(target.url);
  if (seen_.contains(key)) {
    return;
  }
  // What is refused here may be nearer, or a seed's redirect, on another way.
  const std::string reason = refusal(target);
  if (!reason.empty()) {
    skip(reason);
    return;
  }
  seen_.insert(key);
  if (done_.contains(key)) {
    return;
  }
  target.origin = target.url.origin();
  Host& host = host_of(target.origin);
  if (host.dead) {
    skip("host_unreachable");
    return;
  }
  host.queue.push_back(std::move(target));
  ++queued_;
}

// The first target of the queue that robots.txt and the host's budget allow.
std::optional<CrawlTarget> Frontier::take(Host& host, const std::string& origin) {
  if (!host.robots) {
    CrawlTarget target;
    target.kind = FetchKind::kRobots;
    target.url = host.queue.front().url;
    target.url.path = "/robots.txt";
    target.url.query.clear();
    target.origin = origin;
    target.attempts = host.robots_attempts;
    return target;
  }
  while (!host.queue.empty()) {
    CrawlTarget target = std::move(host.queue.front());
    host.queue.pop_front();
    --queued_;
    if (done_.contains(key_of(target.url))) {
      continue;
    }
    if (!host.robots->allows(target.url.target())) {
      skip("robots");
      continue;
    }
    if (target.kind == FetchKind::kPage && options_.max_pages_per_host > 0 &&
        host.pages >= options_.max_pages_per_host) {
      skip("host_budget");
      continue;
    }
    return target;
  }
  return std::nullopt;
}

std::optional<CrawlTarget> Frontier::next(double now) {
  while (true) {
    auto best = hosts_.end();
    for (auto each = hosts_.begin(); each != hosts_.end(); ++each) {
      const Host& host = each->second;
      if (!host.busy && !host.queue.empty() && host.due <= now &&
          (best == hosts_.end() || host.turn < best->second.turn)) {
        best = each;
      }
    }
    if (best == hosts_.end()) {
      return std::nullopt;
    }
    std::optional<CrawlTarget> target = take(best->second, best->first);
    if (target) {
      best->second.busy = true;
      best->second.turn = ++turn_;
      return target;
    }
  }
}

double Frontier::wait_time(double now) const {
  double least = -1;
  for (const auto& [origin, host] : hosts_) {
    if (!host.busy && !host.queue.empty()) {
      const double wait = std::max(0.0, host.due - now);
      least = least < 0 ? wait : std::min(least, wait);
    }
  }
  return least;
}

double Frontier::delay_of(const std::string& origin) const {
  const auto found = hosts_.find(origin);
  const bool known = found != hosts_.end() && found->second.robots && found->second.robots->crawl_delay();
  return std::max(options_.delay_seconds, known ? *found->second.robots->crawl_delay() : 0.0);
}

void Frontier::hold(const std::string& origin) {
  host_of(origin).busy = true;
}

void Frontier::finished(const CrawlTarget& target, double now) {
  Host& host = host_of(target.origin);
  host.busy = false;
  host.due = now + delay_of(target.origin);
  done_.insert(key_of(target.url));
  host.pages += target.kind == FetchKind::kPage ? 1 : 0;
}

void Frontier::retry(CrawlTarget target, double now, double pause) {
  Host& host = host_of(target.origin);
  host.busy = false;
  host.due = now + std::max(pause, delay_of(target.origin));
  if (target.kind == FetchKind::kRobots) {
    host.robots_attempts = target.attempts;
  } else {
    host.queue.push_front(std::move(target));
    ++queued_;
  }
}

void Frontier::set_robots(const std::string& origin, RobotsRules rules) {
  const bool too_slow = rules.crawl_delay().value_or(0) > options_.max_crawl_delay_seconds;
  Host& host = host_of(origin);
  const double before = delay_of(origin);
  host.robots = std::move(rules);
  host.due += delay_of(origin) - before;
  if (too_slow) {
    give_up(origin, "crawl_delay");
  }
}

void Frontier::give_up(const std::string& origin, const std::string& reason) {
  Host& host = host_of(origin);
  host.dead = true;
  skip(reason, static_cast<int64_t>(host.queue.size()));
  queued_ -= host.queue.size();
  host.queue.clear();
}

void Frontier::mark_done(const CrawlTarget& target) {
  done_.insert(key_of(target.url));
  host_of(target.origin).pages += target.kind == FetchKind::kPage ? 1 : 0;
}

}  // namespace smelt
