// `smelt crawl URL...`: a polite fetch into a WARC file.
#include <fmt/format.h>

#include "base/text.h"
#include "cli/session.h"
#include "cli/verbs/verbs.h"
#include "crawl/fetch/crawler.h"
#include "crawl/fetch/robots.h"

namespace smelt::cli {
namespace {

int64_t whole_number(const Arguments& arguments, const char* flag, int64_t fallback, int64_t low) {
  const int64_t value = arguments.integer(flag, fallback);
  if (value < low) {
    throw usage_error(fmt::format("{} is below {}", value, low), flag);
  }
  return value;
}

double seconds(const Arguments& arguments, const char* flag, double fallback) {
  const double value = arguments.number(flag, fallback);
  if (!(value >= 0 && value <= 1e7)) {
    throw usage_error("must be between 0 and 10,000,000 seconds", flag);
  }
  return value;
}

CrawlOptions options_of(const Arguments& arguments) {
  CrawlOptions options;
  options.seeds = arguments.texts("URL");
  options.dry_run = arguments.has("--dry-run");
  options.resume = arguments.has("--resume");
  options.sitemaps = arguments.has("--sitemaps");
  options.output = arguments.text("--output", "");
  if (!options.dry_run && !options.output.ends_with(".warc") && !options.output.ends_with(".warc.gz") &&
      !options.output.ends_with(".warc.zst")) {
    throw usage_error("the output must end in .warc.gz, .warc.zst or .warc", "--output",
                      "name it accordingly, or ask for a --dry-run");
  }
  options.scope = arguments.text("--scope", options.scope);
  if (options.scope != "host" && options.scope != "site" && options.scope != "all") {
    throw usage_error(fmt::format("'{}' is none of host, site, all", options.scope), "--scope");
  }
  options.includes = arguments.texts("--include");
  options.excludes = arguments.texts("--exclude");
  options.earlier = arguments.texts("--earlier");
  options.max_pages = whole_number(arguments, "--max-pages", options.max_pages, 0);
  options.max_bytes = whole_number(arguments, "--max-bytes", options.max_bytes, 0);
  options.max_depth = whole_number(arguments, "--max-depth", options.max_depth, 0);
  options.max_pages_per_host = whole_number(arguments, "--max-pages-per-host", options.max_pages_per_host, 0);
  options.max_page_bytes = whole_number(arguments, "--max-page-bytes", options.max_page_bytes, 1024);
  options.connections = whole_number(arguments, "--connections", options.connections, 1);
  options.attempts = whole_number(arguments, "--attempts", options.attempts, 1);
  options.max_seconds = seconds(arguments, "--max-seconds", options.max_seconds);
  options.delay_seconds = seconds(arguments, "--delay", options.delay_seconds);
  options.timeout_seconds = seconds(arguments, "--timeout", options.timeout_seconds);
  options.user_agent = arguments.text("--user-agent", options.user_agent);
  if (product_token(options.user_agent).empty() || options.user_agent.find_first_of("\r\n") != std::string::npos) {
    throw usage_error("must begin with a name of letters, '-' and '_'", "--user-agent",
                      "for example \"examplebot/1.0 (+https://example.org/bot)\"");
  }
  return options;
}

std::string counts_text(const Json& group) {
  std::string out;
  for (const auto& [name, number] : group.as_object()) {
    out += fmt::format("{}{} {}", out.empty() ? "" : ", ", name, number.as_int());
  }
  return out;
}

std::string report_text(const CrawlOptions& options, const CrawlReport& report) {
  const Json& counts = report.counts;
  std::string out;
  if (options.dry_run) {
    for (const std::string& url : report.planned) {
      out += url + "\n";
    }
    out += fmt::format("{} addresses would be fetched first; their links after them\n", report.planned.size());
  } else {
    out = fmt::format("{} pages, {} in {} requests to {} hosts -> {}\n", counts.at("pages").as_int(),
                      human_bytes(counts.at("bytes").as_double()), counts.at("requests").as_int(),
                      counts.at("hosts").as_int(), options.output);
    out += fmt::format("statuses: {}\n", counts_text(counts.at("statuses")));
    if (counts.at("ended").as_string() != "all_fetched") {
      out += fmt::format("ended by {}; {} addresses were still queued\n", counts.at("ended").as_string(),
                         counts.at("queued").as_int());
    }
  }
  for (const char* group : {"skipped", "failed"}) {
    const std::string text = counts_text(counts.at(group));
    out += text.empty() ? "" : fmt::format("{}: {}\n", group, text);
  }
  return out;
}

int crawl_pages(Session& session, const Arguments& arguments) {
  const CrawlOptions options = options_of(arguments);
  const CrawlReport report = crawl(session.context(), options);
  Json data = report.counts;
  if (options.dry_run) {
    data["planned"] = Json::list(report.planned);
  } else {
    data["output"] = options.output;
  }
  session.print(report_text(options, report), data);
  return 0;
}

}  // namespace

Verb crawl_verb() {
  return {
      "crawl",
      kDataGroup,
      "web addresses -> WARC file, politely",
      "Follows links breadth first within the seeds' sites. Keeps to robots.txt (RFC 9309, Crawl-delay too), sends a "
      "host "
      "one request at a time\n"
      "with a pause between them, and tries again later where a server is busy. Every answer is kept as it came, with "
      "its "
      "request.\n"
      "SIGINT and SIGTERM end it with exit code 75; --resume goes on, also after a kill: OUTPUT.partial is cut back to "
      "its "
      "last whole\n"
      "record, and OUTPUT.state knows what was given up.",
      {{"URL", "where to begin", true, true}},
      {{"--output", FlagKind::kText, "FILE", "X.warc.gz, X.warc.zst or X.warc"},
       {"--scope", FlagKind::kText, "WORD", "host: the seeds' hosts; site: with all below them; all (default: site)"},
       {"--include", FlagKind::kTexts, "PATTERN", "follow only addresses that match one; * is any text"},
       {"--exclude", FlagKind::kTexts, "PATTERN", "follow no address that matches one"},
       {"--sitemaps", FlagKind::kSwitch, "", "begin with the sites' sitemaps too"},
       {"--earlier", FlagKind::kTexts, "WARC", "earlier crawls: pages that did not change become revisit records"},
       {"--max-pages", FlagKind::kInteger, "N", "end after so many (default: 1000; 0: no limit)"},
       {"--max-pages-per-host", FlagKind::kInteger, "N", "of one host (default: no limit)"},
       {"--max-bytes", FlagKind::kInteger, "N", "end after so many bytes of answers (default: no limit)"},
       {"--max-depth", FlagKind::kInteger, "N", "links from a seed (default: 8; 0: no limit)"},
       {"--max-seconds", FlagKind::kNumber, "S", "end after that time (default: no limit)"},
       {"--max-page-bytes", FlagKind::kInteger, "N", "an answer is cut there (default: 33554432)"},
       {"--delay", FlagKind::kNumber, "S", "pause between two requests to a host (default: 1)"},
       {"--connections", FlagKind::kInteger, "N", "hosts asked at the same time (default: 16)"},
       {"--attempts", FlagKind::kInteger, "N", "tries for an address that gives no answer (default: 3)"},
       {"--timeout", FlagKind::kNumber, "S", "for a whole answer (default: 120)"},
       {"--user-agent", FlagKind::kText, "TEXT", "who asks; its first word is what robots.txt knows (default: smelt)"},
       {"--dry-run", FlagKind::kSwitch, "", "ask for robots.txt and sitemaps alone, say what would be fetched"},
       {"--resume", FlagKind::kSwitch, "", "go on with an interrupted crawl"}},
      {{"smelt crawl https://example.org/ --output example.warc.gz", "a site, up to 1000 pages"},
       {"smelt crawl https://example.org/docs/ --include 'https://example.org/docs/*' --sitemaps --output docs.warc.gz",
        "one part of a site, with what its sitemap knows"},
       {"smelt crawl https://example.org/ --earlier example.warc.gz --output example-2.warc.gz --user-agent "
        "examplebot/1.0",
        "again, fetching only what changed, under a name of your own"}},
      crawl_pages};
}

}  // namespace smelt::cli
