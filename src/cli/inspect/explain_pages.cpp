// Pages, WARC files and reports.
#include <algorithm>

#include <fmt/format.h>

#include "base/files.h"
#include "base/text.h"
#include "cli/inspect/explain.h"
#include "crawl/extract.h"
#include "crawl/page_kind.h"
#include "crawl/page_source.h"
#include "crawl/warc/warc_reader.h"

namespace smelt::cli {
namespace {

constexpr int64_t kRecordLimit = int64_t{64} << 20;
constexpr size_t kExcerpt = 240;

// Title, language and the first text of a page, as extraction sees it.
void add_page(const RawPage& page, Sheet& sheet, Json& data) {
  const Result<ExtractedPage> extracted = extract_page(page, ExtractOptions{});
  Json example = Json::object();
  example["id"] = page.id;
  if (!page.url.empty()) {
    example["url"] = page.url;
  }
  if (!extracted.ok()) {
    sheet.row("gives", fmt::format("no document ({})", extracted.reject().reason));
    example["reason"] = extracted.reject().reason;
  } else {
    const ExtractedPage& text = extracted.value();
    sheet.row("title", excerpt(text.title, 100));
    sheet.row("language", text.language);
    sheet.row("charset", fmt::format("{}, from {}", text.charset, text.metadata.get("charset_from", "?")));
    sheet.row("main text", fmt::format("{} of {} of HTML", human_bytes(static_cast<double>(text.text.size())),
                                       human_bytes(static_cast<double>(page.body.size()))));
    sheet.row("begins", excerpt(text.text, kExcerpt));
    example["title"] = text.title;
    example["language"] = text.language;
    example["charset"] = text.charset;
    example["text_bytes"] = static_cast<int64_t>(text.text.size());
    example["text"] = excerpt(text.text, kExcerpt);
  }
  data["first_page"] = std::move(example);
}

bool first_page(const std::string& path, RawPage& page) {
  SourceOptions options;
  options.max_page_bytes = kRecordLimit;
  return open_pages({path}, options, [](const PageReject&) {})->next(page);
}

}  // namespace

Explanation explain_warc(const std::string& path) {
  std::map<std::string, int64_t> types;
  std::map<std::string, int64_t> rejects;
  int64_t records = 0;
  int64_t bytes = 0;
  const auto reader = open_warc(
      path, kRecordLimit,
      [&](const std::string&, uint64_t, const std::string& reason, const std::string&) { ++rejects[reason]; });
  WarcRecord record;
  std::string first_date;
  std::string last_date;
  while (reader->next(record)) {
    ++types[record.type];
    ++records;
    bytes += static_cast<int64_t>(record.block.size());
    if (!record.date.empty()) {
      first_date = first_date.empty() ? record.date : std::min(first_date, record.date);
      last_date = std::max(last_date, record.date);
    }
  }
  Sheet sheet(fmt::format("WARC file of {}, {} of blocks in {} on disk", counted(records, "record"),
                          human_bytes(static_cast<double>(bytes)), human_bytes(static_cast<double>(file_size(path)))));
  sheet.row("records", counts_line(types));
  sheet.row("fetched", first_date == last_date ? first_date : first_date + " to " + last_date);
  sheet.row("broken", rejects.empty() ? "none" : counts_line(rejects));
  Json data = Json::object();
  data["records"] = counts_json(types);
  data["broken"] = counts_json(rejects);
  data["bytes"] = bytes;
  RawPage page;
  if (is_warc_file(path) && first_page(path, page)) {
    sheet.heading("first page");
    sheet.row("url", page.url);
    add_page(page, sheet, data);
  }
  return {"WARC", sheet.text(), std::move(data)};
}

Explanation explain_page(const std::string& path) {
  RawPage page;
  page.id = path;
  page.body = read_file(path);
  page.content_type = page_content_type(path);
  Sheet sheet(fmt::format("HTML page of {}", human_bytes(static_cast<double>(page.body.size()))));
  Json data = Json::object();
  data["bytes"] = static_cast<int64_t>(page.body.size());
  add_page(page, sheet, data);
  return {"page", sheet.text(), std::move(data)};
}

Explanation explain_pages(const std::string& dir) {
  std::map<std::string, int64_t> folders;
  int64_t pages = 0;
  int64_t warcs = 0;
  uint64_t bytes = 0;
  for (const auto& name : list_files(dir)) {
    const bool warc = is_warc_file(name);
    if (!warc && !is_html_file(name)) {
      continue;
    }
    (warc ? warcs : pages) += 1;
    bytes += file_size(dir + "/" + name);
    ++folders[name.find('/') == std::string::npos ? "(here)" : name.substr(0, name.find('/'))];
  }
  const std::string parts =
      fmt::format("{}{}{}", pages > 0 ? counted(pages, "HTML page") : "", pages > 0 && warcs > 0 ? " and " : "",
                  warcs > 0 ? counted(warcs, "WARC file") : "");
  Sheet sheet(fmt::format("folder of {}, {}", parts, human_bytes(static_cast<double>(bytes))));
  sheet.row("folders", folders.size() > 1 || !folders.contains("(here)") ? counts_line(folders, 12) : "");
  Json data = Json::object();
  data["pages"] = pages;
  data["warc_files"] = warcs;
  data["bytes"] = bytes;
  data["folders"] = counts_json(folders);
  RawPage page;
  if (first_page(dir, page)) {
    sheet.heading("first page");
    sheet.row("id", page.id);
    add_page(page, sheet, data);
  }
  return {"pages", sheet.text(), std::move(data)};
}

Explanation explain_report(const std::string& path) {
  const std::string dir = path.substr(0, path.size() - std::string_view("/report.html").size());
  const Json run = Json::load((path.find('/') == std::string::npos ? "." : dir) + "/run.json");
  Sheet sheet(fmt::format("report of run '{}', {}: one page that opens offline", run.get("name", ""),
                          human_bytes(static_cast<double>(file_size(path)))));
  sheet.row("open it", "any browser; `smelt report RUN` writes it again");
  if (const Json* summary = run.find("summary"); summary != nullptr && summary->is_object()) {
    sheet.heading("figures");
    for (const auto& [key, value] : summary->as_object()) {
      sheet.row(key, figure(value));
    }
  }
  Json data = Json::object();
  data["run"] = run.get("name", "");
  data["bytes"] = file_size(path);
  return {"report", sheet.text(), std::move(data)};
}

}  // namespace smelt::cli
