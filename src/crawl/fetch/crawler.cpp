#include "crawl/fetch/crawler.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <optional>

#include <fmt/format.h>

#include "base/text.h"
#include "crawl/fetch/crawl_archive.h"
#include "crawl/fetch/downloader.h"
#include "crawl/fetch/frontier.h"
#include "crawl/fetch/links.h"
#include "crawl/warc/content_coding.h"
#include "crawl/warc/http_message.h"

namespace smelt {
namespace {

constexpr double kLongestWait = 0.25;  // between looks at the wish to stop
constexpr int64_t kMostRobotsRedirects = 5;
constexpr int64_t kHostFailures = 5;  // addresses in a row that a host fails to answer
constexpr double kLongestRetryAfter = 600;
constexpr size_t kSitemapLimit = size_t{50} << 20;  // sitemaps.org's own limit

double seconds_now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

bool is_success(int status) {
  return status >= 200 && status < 300;
}

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

void count(Json& group, const std::string& name) {
  group[name] = group.get(name, int64_t{0}) + 1;
}

DownloadOptions download_options(const CrawlOptions& options) {
  DownloadOptions out;
  out.user_agent = options.user_agent;
  out.max_body_bytes = options.max_page_bytes;
  out.timeout_seconds = options.timeout_seconds;
  out.stall_timeout_seconds = options.stall_timeout_seconds;
  return out;
}

class Crawler {
 public:
  Crawler(const Context& context, const CrawlOptions& options)
      : context_(context),
        options_(options),
        product_(product_token(options.user_agent)),
        frontier_(options),
        downloader_(download_options(options)),
        earlier_(read_earlier_pages(options.earlier, options.max_page_bytes)),
        progress_(context.progress, options.dry_run ? "dry run" : "crawl", static_cast<uint64_t>(options.max_pages),
                  "pages") {
    for (const std::string& seed : options.seeds) {
      const std::optional<Url> url = parse_url(seed);
      if (!url) {
        throw usage_error("this is no http or https address", seed, "write it with http:// or https://");
      }
      frontier_.add_seed(*url);
    }
    if (!options.dry_run) {
      replaying_ = true;
      archive_.emplace(
          options,
          [this](const CrawlTarget& target, std::string_view message, const std::string& date) {
            replay(target, message, date);
          },
          [this](const CrawlTarget& target) { frontier_.mark_done(target); });
      replaying_ = false;
    }
  }

  CrawlReport run() {
    start_ = seconds_now();
    while (true) {
      stop_if_asked();
      const std::string end = reached_budget();
      if (end.empty()) {
        start_requests();
      }
      if (in_flight_.empty() && (!end.empty() || frontier_.empty())) {
        return finish(end.empty() ? "all_fetched" : end);
      }
      const double wait = frontier_.wait_time(seconds_now());
      const bool room = end.empty() && in_flight_.size() < static_cast<size_t>(options_.connections);
      for (const Download& download :
           downloader_.wait(room && wait >= 0 ? std::min(wait, kLongestWait) : kLongestWait)) {
        take(download);
      }
      note_progress();
    }
  }

 private:
  // What is under way is given up: it is whole in no file, and the resume asks for it again.
  void stop_if_asked() const {
    if (context_.stop.load(std::memory_order_relaxed)) {
      throw UserError(ExitCode::kPreempted, fmt::format("stopped on request after {} pages", pages_), options_.output,
                      options_.dry_run ? "" : "the same command with --resume goes on");
    }
  }

  std::string reached_budget() const {
    if (options_.max_pages > 0 && pages_ + pages_in_flight_ >= options_.max_pages) {
      return "max_pages";
    }
    if (options_.max_bytes > 0 && bytes_ >= options_.max_bytes) {
      return "max_bytes";
    }
    return options_.max_seconds > 0 && seconds_now() - start_ >= options_.max_seconds ? "max_seconds" : "";
  }

  void start_requests() {
    while (in_flight_.size() < static_cast<size_t>(options_.connections) && reached_budget().empty()) {
      const double now = seconds_now();
      std::optional<CrawlTarget> target = frontier_.next(now);
      if (!target) {
        return;
      }
      if (options_.dry_run && target->kind == FetchKind::kPage) {
        planned_.push_back(target->url.text());
        frontier_.finished(*target, now - options_.max_crawl_delay_seconds - options_.delay_seconds);
        ++pages_;
        continue;
      }
      ask(std::move(*target));
    }
  }

  void ask(CrawlTarget target) {
    std::vector<std::string> headers;
    if (const EarlierPage* page = earlier_page(target)) {
      if (!page->etag.empty()) {
        headers.push_back("If-None-Match: " + page->etag);
      }
      if (!page->last_modified.empty()) {
        headers.push_back("If-Modified-Since: " + page->last_modified);
      }
    }
    const uint64_t ticket = ++tickets_;
    ++target.attempts;
    pages_in_flight_ += target.kind == FetchKind::kPage ? 1 : 0;
    downloader_.start(ticket, target.url, headers);
    in_flight_.emplace(ticket, std::move(target));
  }

  const EarlierPage* earlier_page(const CrawlTarget& target) const {
    const auto found = target.kind == FetchKind::kPage ? earlier_.find(target.url.text()) : earlier_.end();
    return found == earlier_.end() ? nullptr : &found->second;
  }

  void take(const Download& download) {
    const auto found = in_flight_.find(download.ticket);
    const CrawlTarget target = found->second;
    in_flight_.erase(found);
    pages_in_flight_ -= target.kind == FetchKind::kPage ? 1 : 0;
    ++requests_;
    bytes_ += static_cast<int64_t>(download.head.size() + download.body.size());
    if (wants_retry(target, download)) {
      return;
    }
    frontier_.finished(target, seconds_now());
    if (download.status == 0) {
      fail(target, download.error);
      return;
    }
    failures_[target.origin] = 0;
    const EarlierPage* unchanged = download.status == 304 ? earlier_page(target) : nullptr;
    if (archive_) {
      archive_->write(target, download, unchanged);
    }
    absorb(target, download.message());
  }

  // Errors of the network and "not now" get another try, later.
  bool wants_retry(const CrawlTarget& target, const Download& download) {
    const bool busy = download.status == 429 || download.status == 503;
    if ((download.status != 0 && !busy) || target.attempts >= options_.attempts) {
      return false;
    }
    double pause =
        options_.retry_seconds * static_cast<double>(int64_t{1} << std::min<int64_t>(target.attempts - 1, 16));
    if (busy) {
      const Result<HttpHead> head = parse_http_head(download.head);
      const std::string_view after = head ? head.value().field("retry-after") : std::string_view();
      double asked = 0;
      if (std::from_chars(after.data(), after.data() + after.size(), asked).ec == std::errc()) {
        if (asked > kLongestRetryAfter) {
          return false;
        }
        pause = std::max(pause, asked);
      }
    }
    frontier_.retry(target, seconds_now(), pause);
    return true;
  }

  void fail(const CrawlTarget& target, const std::string& error) {
    count(failed_, error);
    context_.log.debug("{}: {}", target.url.text(), error);
    if (archive_) {
      archive_->write_failure(target, error);
    }
    if (target.kind == FetchKind::kRobots) {
      frontier_.set_robots(target.origin, RobotsRules::disallow_all());
      frontier_.give_up(target.origin, "robots_unreachable");
    } else if (++failures_[target.origin] >= kHostFailures) {
      frontier_.give_up(target.origin, "host_unreachable");
    }
  }

  // What robots.txt said more than a day ago is asked again (RFC 9309, section 2.4).
  void replay(const CrawlTarget& target, std::string_view message, const std::string& date) {
    if (target.kind == FetchKind::kRobots && date.substr(0, 10) != warc_date_now().substr(0, 10)) {
      return;
    }
    frontier_.mark_done(target);
    bytes_ += static_cast<int64_t>(message.size());
    ++requests_;
    absorb(target, message);
  }

  // What an answer means for the crawl; the same whether it just came or is read from an earlier attempt's file.
  void absorb(const CrawlTarget& target, std::string_view message) {
    const Result<HttpHead> parsed = parse_http_head(message);
    if (!parsed) {
      return;
    }
    const HttpHead& head = parsed.value();
    const std::string_view body = message.substr(head.size);
    if (target.kind == FetchKind::kRobots) {
      absorb_robots(target, head, body);
      return;
    }
    if (target.kind == FetchKind::kPage) {
      ++pages_;
      progress_.add(1);
      count(statuses_, std::to_string(head.status));
    }
    if (is_redirect(head.status)) {
      follow_redirect(target, head);
    } else if (target.kind == FetchKind::kSitemap) {
      absorb_sitemap(target, head, body);
    } else if (head.status == 304) {
      absorb_unchanged(target);
    } else if (is_success(head.status)) {
      absorb_page(target, head, body);
    }
  }

  void absorb_robots(const CrawlTarget& target, const HttpHead& head, std::string_view body) {
    if (is_redirect(head.status) && target.redirects < kMostRobotsRedirects) {
      if (replaying_) {
        return;
      }
      if (std::optional<Url> next = parse_url(head.field("location"), &target.url)) {
        frontier_.hold(target.origin);
        CrawlTarget again = target;
        again.url = *next;
        again.attempts = 0;
        ++again.redirects;
        robots_redirects_.push_back(std::move(again));
        return;
      }
    }
    if (head.status == 429 || head.status >= 500) {
      frontier_.set_robots(target.origin, RobotsRules::disallow_all());
      frontier_.give_up(target.origin, "robots_unreachable");
      return;
    }
    RobotsRules rules = RobotsRules::allow_all();
    if (is_success(head.status)) {
      const Result<std::string> text = decode_http_body(head, body, options_.max_page_bytes);
      rules = RobotsRules::parse(text ? text.value() : std::string(), product_);
    }
    const std::vector<std::string> sitemaps = rules.sitemaps();
    frontier_.set_robots(target.origin, std::move(rules));
    if (options_.sitemaps && frontier_.is_seed_origin(target.origin)) {
      add_sitemaps(target, sitemaps);
    }
  }

  void add_sitemaps(const CrawlTarget& target, std::vector<std::string> sitemaps) {
    if (sitemaps.empty()) {
      sitemaps.emplace_back("/sitemap.xml");
    }
    for (const std::string& sitemap : sitemaps) {
      if (std::optional<Url> url = parse_url(sitemap, &target.url)) {
        add(*url, target, FetchKind::kSitemap, 0);
      }
    }
  }

  void absorb_sitemap(const CrawlTarget& target, const HttpHead& head, std::string_view body) {
    Result<std::string> text = decode_http_body(head, body, static_cast<int64_t>(kSitemapLimit));
    if (is_success(head.status) && text && text.value().starts_with("\x1f\x8b")) {
      text = decode_content(std::string(text.value()), "gzip", kSitemapLimit);  // sitemap.xml.gz
    }
    if (!is_success(head.status) || !text) {
      return;
    }
    const SitemapLinks links = sitemap_links(text.value(), target.url);
    for (const Url& url : links.sitemaps) {
      if (target.depth == 0) {  // an index of indexes is against the protocol
        add(url, target, FetchKind::kSitemap, 1);
      }
    }
    for (const Url& url : links.pages) {
      add(url, target, FetchKind::kPage, 1);
    }
  }

  void absorb_unchanged(const CrawlTarget& target) {
    if (const EarlierPage* page = earlier_page(target)) {
      ++unchanged_;
      for (const std::string& link : page->links) {
        if (std::optional<Url> url = parse_url(link)) {
          add(*url, target, FetchKind::kPage, target.depth + 1);
        }
      }
    }
  }

  void absorb_page(const CrawlTarget& target, const HttpHead& head, std::string_view body) {
    if (lower_ascii(head.field("content-type")).find("html") == std::string::npos) {
      return;
    }
    Result<std::string> html = decode_http_body(head, body, options_.max_page_bytes);
    if (!html) {
      count(failed_, html.reject().reason);
      return;
    }
    const PageLinks links = page_links(html.value(), target.url);
    for (size_t i = 0; i < links.urls.size() && !links.nofollow; ++i) {
      add(links.urls[i], target, FetchKind::kPage, target.depth + 1);
    }
  }

  void follow_redirect(const CrawlTarget& target, const HttpHead& head) {
    const std::optional<Url> url = parse_url(head.field("location"), &target.url);
    if (!url) {
      return;
    }
    if (target.depth == 0 && target.kind == FetchKind::kPage) {
      frontier_.admit_host(*url);
    }
    add(*url, target, target.kind, target.depth, target.redirects + 1);
  }

  void add(const Url& url, const CrawlTarget& from, FetchKind kind, int64_t depth, int64_t redirects = 0) {
    CrawlTarget target;
    target.url = url;
    target.kind = kind;
    target.depth = depth;
    target.redirects = redirects;
    target.via = from.url.text();
    frontier_.add(std::move(target));
  }

  void note_progress() {
    // Where robots.txt lies elsewhere: the host's turn goes on until that came.
    for (CrawlTarget& target : robots_redirects_) {
      ask(std::move(target));
    }
    robots_redirects_.clear();
    progress_.set_note(fmt::format("{}, {} queued, {} hosts", human_bytes(static_cast<double>(bytes_)),
                                   frontier_.size(), frontier_.hosts()));
  }

  CrawlReport finish(const std::string& end) {
    if (archive_) {
      archive_->commit();
    }
    CrawlReport report;
    Json& counts = report.counts;
    counts["ended"] = end;
    counts["pages"] = pages_;
    counts["bytes"] = bytes_;
    counts["requests"] = requests_;
    counts["unchanged"] = unchanged_;
    counts["queued"] = static_cast<int64_t>(frontier_.size());
    counts["hosts"] = static_cast<int64_t>(frontier_.hosts());
    counts["statuses"] = statuses_;
    counts["failed"] = failed_;
    Json skipped = Json::object();
    for (const auto& [reason, number] : frontier_.skipped()) {
      if (number > 0) {
        skipped[reason] = number;
      }
    }
    counts["skipped"] = std::move(skipped);
    report.planned = std::move(planned_);
    return report;
  }

  const Context& context_;
  const CrawlOptions& options_;
  std::string product_;
  Frontier frontier_;
  Downloader downloader_;
  std::map<std::string, EarlierPage> earlier_;
  std::optional<CrawlArchive> archive_;
  std::map<uint64_t, CrawlTarget> in_flight_;
  std::map<std::string, int64_t> failures_;  // in a row, by origin
  std::vector<CrawlTarget> robots_redirects_;
  std::vector<std::string> planned_;
  uint64_t tickets_ = 0;
  double start_ = 0;
  int64_t pages_ = 0;
  int64_t pages_in_flight_ = 0;
  int64_t requests_ = 0;
  int64_t bytes_ = 0;
  int64_t unchanged_ = 0;
  bool replaying_ = false;
  Json statuses_ = Json::object();
  Json failed_ = Json::object();
  Progress progress_;
};

}  // namespace

CrawlReport crawl(const Context& context, const CrawlOptions& options) {
  return Crawler(context, options).run();
}

}  // namespace smelt
