#include "crawl/page_source.h"

#include <algorithm>
#include <filesystem>
#include <optional>

#include "base/error.h"
#include "base/files.h"
#include "base/hash.h"
#include "base/text.h"
#include "crawl/fetch/location.h"
#include "crawl/page_kind.h"
#include "crawl/warc/http_message.h"
#include "crawl/warc/warc_reader.h"

namespace smelt {
namespace {

class FilePages : public PageSource {
 public:
  FilePages(PageShard shard, const SourceOptions& options, PageRejectSink rejects)
      : shard_(std::move(shard)), options_(options), rejects_(std::move(rejects)) {}

  bool next(RawPage& page) override {
    while (at_ < shard_.files.size()) {
      const PageShard::File& file = shard_.files[at_++];
      if (read(file, page)) {
        return true;
      }
    }
    return false;
  }

 private:
  bool read(const PageShard::File& file, RawPage& page) {
    try {
      if (file_size(file.path) > static_cast<uint64_t>(options_.max_page_bytes)) {
        rejects_({file.id, shard_.source, "record_too_large", "the file is above max_page_bytes"});
        return false;
      }
      page = RawPage{};
      page.body = read_file(file.path);
    } catch (const UserError& error) {
      if (error.code() == ExitCode::kResource) {
        throw;
      }
      rejects_({file.id, shard_.source, "unreadable_file", error.message()});
      return false;
    }
    page.id = file.id;
    page.source = shard_.source;
    page.content_type = page_content_type(file.path);
    return true;
  }

  PageShard shard_;
  SourceOptions options_;
  PageRejectSink rejects_;
  size_t at_ = 0;
};

class WarcPages : public PageSource {
 public:
  WarcPages(PageShard shard, const SourceOptions& options, PageRejectSink rejects)
      : shard_(std::move(shard)), options_(options), rejects_(std::move(rejects)) {
    try {
      reader_ = open_warc(shard_.files.at(0).path, options_.max_page_bytes,
                          [this](const std::string& id, uint64_t offset, const std::string& reason,
                                 const std::string& detail) { reject(id, offset, reason, detail); });
    } catch (const UserError& error) {
      // What a server refuses today it may give tomorrow: its pages must not count as dealt with.
      if (error.code() == ExitCode::kResource || is_remote(shard_.files[0].path)) {
        throw;
      }
      rejects_({shard_.source, shard_.source, "unreadable_file", error.message()});
    }
  }

  bool next(RawPage& page) override {
    WarcRecord record;
    while (reader_ != nullptr && reader_->next(record)) {
      if (take(record, page)) {
        return true;
      }
    }
    return false;
  }

 private:
  void reject(const std::string& id, uint64_t offset, const std::string& reason, const std::string& detail) {
    rejects_({id.empty() ? shard_.source + "@" + std::to_string(offset) : id, shard_.source, reason, detail});
  }

  // Requests, revisits, metadata and the fetcher's own logs are no pages and no losses.
  bool take(WarcRecord& record, RawPage& page) {
    const bool response = record.type == "response";
    if ((!response && record.type != "resource" && record.type != "conversion") ||
        record.url.starts_with("metadata:")) {
      return false;
    }
    page = RawPage{};
    if (response && lower_ascii(record.content_type).starts_with("application/http")) {
      Result<HttpResponse> http = parse_http_response(record.block, options_.max_page_bytes);
      if (!http) {
        reject(record.id, record.offset, http.reject().reason, http.reject().detail);
        return false;
      }
      page.body = std::move(http->body);
      page.content_type = std::move(http->content_type);
    } else {
      page.body = record.block;
      page.content_type = std::move(record.content_type);
      page.is_plain_text = record.type == "conversion";
    }
    page.id = record.id.empty() ? shard_.source + "@" + std::to_string(record.offset) : std::move(record.id);
    page.url = std::move(record.url);
    page.date = std::move(record.date);
    page.source = shard_.source;
    return true;
  }

  PageShard shard_;
  SourceOptions options_;
  PageRejectSink rejects_;
  std::unique_ptr<WarcReader> reader_;
};

class AllPages : public PageSource {
 public:
  AllPages(std::vector<PageShard> shards, const SourceOptions& options, PageRejectSink rejects)
      : shards_(std::move(shards)), options_(options), rejects_(std::move(rejects)) {}

  bool next(RawPage& page) override {
    while (true) {
      if (current_ != nullptr && current_->next(page)) {
        return true;
      }
      if (at_ == shards_.size()) {
        return false;
      }
      current_ = open_shard(shards_[at_++], options_, rejects_);
    }
  }

 private:
  std::vector<PageShard> shards_;
  SourceOptions options_;
  PageRejectSink rejects_;
  std::unique_ptr<PageSource> current_;
  size_t at_ = 0;
};

}  // namespace

std::unique_ptr<PageSource> open_shard(const PageShard& shard, const SourceOptions& options, PageRejectSink rejects) {
  if (shard.kind == PageShard::Kind::kWarc) {
    return std::make_unique<WarcPages>(shard, options, std::move(rejects));
  }
  return std::make_unique<FilePages>(shard, options, std::move(rejects));
}

std::unique_ptr<PageSource> open_pages(const std::vector<std::string>& inputs, const SourceOptions& options,
                                       PageRejectSink rejects) {
  return std::make_unique<AllPages>(plan_shards(inputs, options), options, std::move(rejects));
}

std::string shard_digest(const PageShard& shard) {
  Hasher hasher;
  for (const PageShard::File& file : shard.files) {
    hasher.update(file.id + "\n" + (is_remote(file.path) ? file.path : hash_file(file.path).hex()) + "\n");
  }
  return hasher.digest().hex();
}

}  // namespace smelt
