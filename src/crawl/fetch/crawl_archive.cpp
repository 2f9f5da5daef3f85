#include "crawl/fetch/crawl_archive.h"

#include <cerrno>
#include <chrono>
#include <ctime>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "base/files.h"
#include "base/hash.h"
#include "base/stream.h"
#include "base/text.h"
#include "base/version.h"
#include "base/write_all.h"
#include "crawl/fetch/links.h"
#include "crawl/warc/http_message.h"
#include "crawl/warc/warc_reader.h"

namespace smelt {
namespace {

constexpr const char* kNotModified = "http://netpreserve.org/warc/1.1/revisit/server-not-modified";
constexpr const char* kFields = "application/warc-fields";

const char* kind_name(FetchKind kind) {
  return kind == FetchKind::kPage ? "page" : kind == FetchKind::kRobots ? "robots" : "sitemap";
}

FetchKind kind_of(std::string_view name) {
  return name == "robots" ? FetchKind::kRobots : name == "sitemap" ? FetchKind::kSitemap : FetchKind::kPage;
}

int64_t number_of(std::string_view text) {
  int64_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9' || value > 1'000'000'000) {
      return 0;
    }
    value = value * 10 + (c - '0');
  }
  return value;
}

std::string metadata_text(const CrawlTarget& target, double seconds) {
  std::string out;
  if (!target.via.empty()) {
    out += "via: " + target.via + "\r\n";
  }
  return out + fmt::format("hopsFromSeed: {}\r\nredirects: {}\r\nfetchKind: {}\r\nfetchFor: {}\r\nfetchTimeMs: {}\r\n",
                           target.depth, target.redirects, kind_name(target.kind), target.origin,
                           static_cast<int64_t>(seconds * 1000));
}

// The target that a metadata record's block describes.
CrawlTarget target_of(const std::string& url, std::string_view block) {
  CrawlTarget target;
  WarcRecord fields;
  fields.header = block;
  if (std::optional<Url> parsed = parse_url(url)) {
    target.url = *parsed;
  }
  target.via = fields.field("via");
  target.depth = number_of(fields.field("hopsFromSeed"));
  target.redirects = number_of(fields.field("redirects"));
  target.kind = kind_of(fields.field("fetchKind"));
  target.origin = fields.field("fetchFor");
  return target;
}

// What an attempt must share with the one that it goes on from.
Json settings_of(const CrawlOptions& options) {
  Json out = Json::object();
  out["seeds"] = Json::list(options.seeds);
  out["scope"] = options.scope;
  out["include"] = Json::list(options.includes);
  out["exclude"] = Json::list(options.excludes);
  out["sitemaps"] = options.sitemaps;
  out["earlier"] = Json::list(options.earlier);
  return out;
}

}  // namespace

std::string warc_date_now() {
  const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::tm parts{};
  gmtime_r(&now, &parts);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday,
                     parts.tm_hour, parts.tm_min, parts.tm_sec);
}

std::map<std::string, EarlierPage> read_earlier_pages(const std::vector<std::string>& paths, int64_t max_page_bytes) {
  std::map<std::string, EarlierPage> out;
  for (const std::string& path : paths) {
    const auto reader = open_warc(path, max_page_bytes + (1 << 20),
                                  [](const std::string&, uint64_t, const std::string&, const std::string&) {});
    WarcRecord record;
    while (reader->next(record)) {
      const std::optional<Url> url = parse_url(record.url);
      const Result<HttpHead> head = parse_http_head(record.block);
      if (record.type != "response" || !url || !head || head.value().status != 200 ||
          !record.field("WARC-Truncated").empty()) {
        continue;
      }
      EarlierPage page;
      page.etag = head.value().field("etag");
      page.last_modified = head.value().field("last-modified");
      if (page.etag.empty() && page.last_modified.empty()) {
        continue;
      }
      page.record_id = record.id;
      page.date = record.date;
      page.payload_digest = record.field("WARC-Payload-Digest");
      const Result<HttpResponse> response = parse_http_response(record.block, max_page_bytes);
      if (response && lower_ascii(response.value().content_type).find("html") != std::string::npos) {
        for (const Url& link : page_links(response.value().body, *url).urls) {
          page.links.push_back(link.text());
        }
      }
      out[url->text()] = std::move(page);
    }
  }
  return out;
}

CrawlArchive::CrawlArchive(const CrawlOptions& options, const OnFetch& on_fetch, const OnFailure& on_failure)
    : options_(options), state_path_(options.output + ".state") {
  const std::string partial = WarcWriter::partial_path(options.output);
  if (path_exists(options.output)) {
    throw usage_error("it exists already", options.output, "remove it or choose another name");
  }
  const bool attempted = path_exists(partial) && path_exists(state_path_) && file_size(state_path_) > 0;
  if (attempted && !options.resume) {
    throw usage_error("an interrupted crawl lies there", partial, "go on with --resume, or remove it");
  }
  const auto now = std::chrono::system_clock::now().time_since_epoch().count();
  salt_ = fmt::format("{} {} {}", options.output, now, ::getpid());
  uint64_t keep = 0;
  if (attempted) {
    replay_state(on_failure);
    keep = replay(on_fetch);
  }
  writer_ = std::make_unique<WarcWriter>(options.output,
                                         attempted ? WarcWriter::Mode::kContinue : WarcWriter::Mode::kNew, keep);
  state_fd_ = ::open(state_path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | (attempted ? 0 : O_TRUNC), 0644);
  if (state_fd_ < 0) {
    throw system_error("cannot write", state_path_, errno);
  }
  if (!attempted) {
    write_all(state_fd_, settings_of(options).dump() + "\n", state_path_);
  }
  if (keep == 0) {
    write_info();
  }
}

CrawlArchive::~CrawlArchive() {
  if (state_fd_ >= 0) {
    ::close(state_fd_);
  }
}

std::string CrawlArchive::new_id() {
  std::string hex = hash128(salt_ + " " + std::to_string(++records_)).hex();
  hex[12] = '8';  // RFC 9562: version 8, variant 10
  hex[16] = 'a';
  return fmt::format("urn:uuid:{}-{}-{}-{}-{}", hex.substr(0, 8), hex.substr(8, 4), hex.substr(12, 4),
                     hex.substr(16, 4), hex.substr(20));
}

void CrawlArchive::write_info() {
  WarcFields info;
  info.type = "warcinfo";
  info.id = new_id();
  info.date = warc_date_now();
  info.content_type = kFields;
  const std::string name = options_.output.substr(options_.output.rfind('/') + 1);
  info.more.emplace_back("WARC-Filename", name);
  writer_->write(info, fmt::format("software: smelt/{}\r\nformat: WARC File Format 1.1\r\nrobots: obey\r\n"
                                   "http-header-user-agent: {}\r\n",
                                   version(), options_.user_agent));
  writer_->flush();
}

void CrawlArchive::write(const CrawlTarget& target, const Download& download, const EarlierPage* unchanged) {
  const std::string response_id = new_id();
  WarcFields response;
  response.type = unchanged != nullptr ? "revisit" : "response";
  response.id = response_id;
  response.date = warc_date_now();
  response.url = target.url.text();
  response.content_type = "application/http; msgtype=response";
  response.more.emplace_back("WARC-IP-Address", download.ip);
  response.more.emplace_back("WARC-Truncated", download.truncated);
  if (unchanged != nullptr) {
    response.more.emplace_back("WARC-Profile", kNotModified);
    response.more.emplace_back("WARC-Refers-To", "<" + unchanged->record_id + ">");
    response.more.emplace_back("WARC-Refers-To-Target-URI", response.url);
    response.more.emplace_back("WARC-Refers-To-Date", unchanged->date);
    response.more.emplace_back("WARC-Payload-Digest", unchanged->payload_digest);
  }
  WarcFields request = response;
  request.type = "request";
  request.id = new_id();
  request.content_type = "application/http; msgtype=request";
  request.more = {{"WARC-IP-Address", download.ip}, {"WARC-Concurrent-To", "<" + response_id + ">"}};
  WarcFields metadata = request;
  metadata.type = "metadata";
  metadata.id = new_id();
  metadata.content_type = kFields;
  metadata.more = {{"WARC-Concurrent-To", "<" + response_id + ">"}};
  writer_->write(request, download.request);
  writer_->write(response, download.message());
  writer_->write(metadata, metadata_text(target, download.seconds));
  writer_->flush();
}

void CrawlArchive::write_failure(const CrawlTarget& target, const std::string& error) {
  Json line = Json::object();
  line["url"] = target.url.text();
  line["kind"] = kind_name(target.kind);
  line["for"] = target.origin;
  line["error"] = error;
  write_all(state_fd_, line.dump() + "\n", state_path_);
}

void CrawlArchive::commit() {
  writer_->commit();
  ::close(state_fd_);
  state_fd_ = -1;
  remove_all(state_path_);
}

// Gives the size of the part that is kept.
uint64_t CrawlArchive::replay(const OnFetch& on_fetch) {
  uint64_t keep = 0;
  std::string message;
  std::string date;
  for_each_member(WarcWriter::partial_path(options_.output), [&](std::string_view text, uint64_t end) {
    WarcRecord record;
    const size_t blank = text.find("\r\n\r\n");
    if (blank == std::string_view::npos || !read_warc_header(text.substr(0, blank), record)) {
      return;
    }
    const std::string_view block = text.substr(blank + 4, text.size() - blank - 8);
    ++records_;
    if (record.type == "warcinfo") {
      keep = end;
    } else if (record.type == "response" || record.type == "revisit") {
      message = block;
      date = record.date;
    } else if (record.type == "metadata") {
      on_fetch(target_of(record.url, block), message, date);
      keep = end;
    }
  });
  return keep;
}

void CrawlArchive::replay_state(const OnFailure& on_failure) {
  LineReader lines(open_plain(state_path_));
  std::string_view line;
  bool first = true;
  while (lines.next(line)) {
    const Result<Json> parsed = Json::parse(line);
    if (first && (!parsed || parsed.value() != settings_of(options_))) {
      throw usage_error("the interrupted crawl had other seeds, scope or patterns", state_path_,
                        "give the same as then, or choose another output");
    }
    if (!first && parsed && parsed.value().is_object()) {
      CrawlTarget target;
      target.url = parse_url(parsed.value().get("url", "")).value_or(Url());
      target.kind = kind_of(parsed.value().get("kind", ""));
      target.origin = parsed.value().get("for", "");
      on_failure(target);
    }
    first = false;
  }
}

}  // namespace smelt
