#include "corpus/ingest_stage.h"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "base/files.h"
#include "base/hash.h"
#include "base/workers.h"
#include "corpus/counts.h"
#include "corpus/digest_cache.h"
#include "corpus/document_io.h"
#include "corpus/ingest_part.h"
#include "crawl/fetch/location.h"

namespace smelt {

namespace {

struct PlannedShard {
  PageShard shard;
  const PagesInput* input = nullptr;
};

// What became of one page: a document, or why there is none.
struct PageResult {
  std::optional<Document> document;
  PageReject reject;
  std::string url;
  std::string charset;
  std::vector<LanguageShare> dropped;  // of the document's paragraphs
  int64_t html_bytes = 0;
  bool is_page = true;  // false: the record never was one
};

SourceOptions source_options(const IngestOptions& options, const PagesInput& input) {
  SourceOptions source;
  source.max_page_bytes = options.extract.max_page_bytes;
  source.pages_per_shard = options.pages_per_shard;
  source.list_prefix = input.list_prefix;
  return source;
}

bool is_excluded(const PageShard::File& file, const std::vector<std::string>& patterns) {
  return std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) {
    return matches_glob(pattern, file.id) || matches_glob(pattern, file.path);
  });
}

void check_inputs(const IngestOptions& options) {
  if (options.pages.empty() && options.code.empty()) {
    throw usage_error("no pages to read", "documents.pages",
                      "add a table [[documents.pages]] or [[documents.code]] with inputs");
  }
  for (const PagesInput& input : options.pages) {
    if (input.inputs.empty()) {
      throw usage_error("no inputs", "documents.pages.inputs",
                        fmt::format("name folders or files for the pages \"{}\"", input.name));
    }
  }
}

// Throws UserError where a file that extraction reads is missing or broken: before any page is read.
void check_resources(const IngestOptions& options) {
  const ExtractResources resources(options.extract);
}

// Of a record, whose address only its own header tells.
bool is_excluded(const RawPage& page, const std::vector<std::string>& patterns) {
  return !page.url.empty() && std::any_of(patterns.begin(), patterns.end(),
                                          [&](const std::string& pattern) { return matches_glob(pattern, page.url); });
}

std::vector<PlannedShard> plan(const IngestOptions& options) {
  check_inputs(options);
  std::vector<PlannedShard> planned;
  for (const PagesInput& input : options.pages) {
    const size_t before = planned.size();
    for (PageShard& shard : plan_shards(input.inputs, source_options(options, input))) {
      std::erase_if(shard.files, [&](const PageShard::File& file) { return is_excluded(file, input.exclude); });
      if (!shard.files.empty()) {
        planned.push_back({std::move(shard), &input});
      }
    }
    if (planned.size() == before) {
      throw input_error("every page is excluded", "documents.pages.exclude",
                        fmt::format("see the pages \"{}\"", input.name));
    }
  }
  return planned;
}

std::string source_name(const PagesInput& input, const std::string& own) {
  return input.name.empty() ? own : input.name;
}

PageResult rejected_record(const PagesInput& input, const PageReject& reject) {
  PageResult result;
  result.reject = reject;
  result.reject.source = source_name(input, reject.source);
  result.is_page = false;
  return result;
}

PageResult extract_document(const PagesInput& input, const RawPage& page, const ExtractOptions& options,
                            const ExtractResources& resources) {
  PageResult result;
  result.html_bytes = static_cast<int64_t>(page.body.size());
  result.url = page.url;
  if (result.url.empty() && !input.base_url.empty()) {
    result.url = input.base_url + page.id;
  }
  result.reject.id = page.id;
  result.reject.source = source_name(input, page.source);
  Result<ExtractedPage> extracted = extract_page(page, options, resources);
  if (!extracted.ok()) {
    result.reject.reason = extracted.reject().reason;
    result.reject.detail = extracted.reject().detail;
    return result;
  }
  ExtractedPage& good = extracted.value();
  Document document;
  document.id = std::move(good.id);
  document.text = std::move(good.text);
  // Where the page was fetched, by its record or by the recipe, comes before what the page says of itself.
  document.url = result.url.empty() ? std::move(good.url) : result.url;
  document.language = std::move(good.language);
  document.source = result.reject.source;
  document.metadata = std::move(good.metadata);
  result.charset = std::move(good.charset);
  result.dropped = std::move(good.dropped);
  result.document = std::move(document);
  return result;
}

std::string reject_line(const PageResult& result) {
  Json line = Json::object();
  line["id"] = result.reject.id;
  line["url"] = result.url;
  line["source"] = result.reject.source;
  line["reason"] = result.reject.reason;
  line["detail"] = result.reject.detail;
  return line.dump() + "\n";
}

void count_page(const PageResult& result, Json& counts) {
  const auto count = [&](Json& group) {
    add_count(group, "pages", result.is_page ? 1 : 0);
    add_count(group, "html_bytes", result.html_bytes);
    add_count(group, "documents", result.document ? 1 : 0);
    add_count(group, "text_bytes", result.document ? static_cast<int64_t>(result.document->text.size()) : 0);
    add_count(group, "rejected", result.document ? 0 : 1);
  };
  count(counts);
  count(count_group(count_group(counts, "sources"), result.reject.source));
  if (result.document) {
    add_count(count_group(counts, "languages"), result.document->language, 1);
    add_count(count_group(counts, "charsets"), result.charset, 1);
    count_dropped_languages(result.dropped, counts);
  } else {
    add_count(count_group(counts, "rejects"), result.reject.reason, 1);
  }
}

// Reads one shard in order: rejects met while reading come before the page that follows them.
class ShardReader {
 public:
  ShardReader(const Context& context, const PlannedShard& planned, const SourceOptions& options)
      : context_(context),
        input_(*planned.input),
        source_(open_shard(planned.shard, options, [this](const PageReject& reject) { rejects_.push_back(reject); })) {}

  struct Item {
    RawPage page;
    std::vector<PageReject> before;
    bool has_page = true;
  };

  std::optional<Item> next() {
    context_.stop_if_asked();
    if (at_end_) {
      return std::nullopt;
    }
    Item item;
    do {
      item.has_page = source_->next(item.page);
    } while (item.has_page && is_excluded(item.page, input_.exclude));
    at_end_ = !item.has_page;
    item.before.swap(rejects_);
    if (!item.has_page && item.before.empty()) {
      return std::nullopt;
    }
    return item;
  }

  std::vector<PageResult> work(const Item& item, const ExtractOptions& options,
                               const ExtractResources& resources) const {
    std::vector<PageResult> results;
    results.reserve(item.before.size() + 1);
    for (const PageReject& reject : item.before) {
      results.push_back(rejected_record(input_, reject));
    }
    if (item.has_page) {
      results.push_back(extract_document(input_, item.page, options, resources));
    }
    return results;
  }

 private:
  const Context& context_;
  const PagesInput& input_;
  std::vector<PageReject> rejects_;
  std::unique_ptr<PageSource> source_;
  bool at_end_ = false;
};

void make_part(const Context& context, const IngestOptions& options, const ExtractResources& resources,
               const PlannedShard& planned, const std::string& part, StageDir& stage, Progress& progress) {
  IngestPart out(stage, part, options.format);
  ShardReader reader(context, planned, source_options(options, *planned.input));
  ordered_map<ShardReader::Item, std::vector<PageResult>>(
      context.threads.width(), [&] { return reader.next(); },
      [&](const ShardReader::Item& item) { return reader.work(item, options.extract, resources); },
      [&](const std::vector<PageResult>& results) {
        for (const PageResult& result : results) {
          count_page(result, out.counts());
          if (result.document) {
            out.write(*result.document);
          } else {
            out.reject(reject_line(result));
          }
        }
        progress.add(results.size());
      });
  out.finish();
}

}  // namespace

std::vector<PagesPlan> plan_ingest(const IngestOptions& options) {
  check_inputs(options);
  check_resources(options);
  IngestOptions local = options;
  std::vector<PagesPlan> out;
  for (PagesInput& input : local.pages) {
    PagesPlan& plan_of_input = out.emplace_back();
    plan_of_input.name = input.name;
    plan_of_input.lists = static_cast<int64_t>(std::erase_if(input.inputs, plan_needs_network));
  }
  std::erase_if(local.pages, [](const PagesInput& input) { return input.inputs.empty(); });
  for (const PlannedShard& planned : local.pages.empty() ? std::vector<PlannedShard>() : plan(local)) {
    PagesPlan& of_source =
        *std::find_if(out.begin(), out.end(), [&](const PagesPlan& each) { return each.name == planned.input->name; });
    for (const PageShard::File& file : planned.shard.files) {
      const bool is_page = planned.shard.kind == PageShard::Kind::kHtmlFiles;
      ++(is_page ? of_source.pages : is_remote(file.path) ? of_source.remote : of_source.archives);
      of_source.bytes += is_remote(file.path) ? 0 : static_cast<int64_t>(file_size(file.path));
    }
  }
  return out;
}

std::vector<CodePlan> plan_code_ingest(const IngestOptions& options) {
  return summarize_code(options.code, plan_code(options.code, options.pages_per_shard));
}

namespace {

// None where hashes are missing that only reading the inputs gives, and `only_known`.
std::optional<StageSpec> spec_by_cache(const IngestOptions& options, const std::string& dir, const std::string& cache,
                                       bool only_known) {
  StageSpec spec{
      .name = "ingest", .version = 8, .dir = dir, .settings = recipe_to_json(options), .inputs = {}, .shared = true};
  for (const PagesInput& input : options.pages) {
    spec.inputs.emplace_back(fmt::format("pages[{}] {}", spec.inputs.size(), input.name), "");
  }
  DigestCache digests(cache);
  std::vector<Hasher> hashers(options.pages.size());
  for (const PlannedShard& planned : plan(options)) {
    Hasher& hasher = hashers[static_cast<size_t>(planned.input - options.pages.data())];
    hasher.update(planned.shard.name + "\n" + digests.digest(planned.shard, only_known) + "\n");
    if (only_known && digests.missing()) {
      return std::nullopt;
    }
  }
  for (size_t i = 0; i < hashers.size(); ++i) {
    spec.inputs[i].second = hashers[i].digest().hex();
  }
  Hasher code;
  for (const CodeShard& shard : plan_code(options.code, options.pages_per_shard)) {
    code.update(digests.digest(shard, only_known) + "\n");
    if (only_known && digests.missing()) {
      return std::nullopt;
    }
  }
  if (!options.code.empty()) {
    spec.inputs.emplace_back("code", code.digest().hex());
  }
  for (const std::string& file : extract_resource_files(options.extract)) {
    spec.inputs.emplace_back(file, hash_file(file).hex());
  }
  digests.save();
  return spec;
}

// Of several workers only one hashes the inputs; the rest wait for its cache.
StageSpec spec_among(Workers& workers, const Context& context, const IngestOptions& options, const std::string& dir) {
  check_resources(options);
  const std::string cache = dir + ".inputs";
  while (true) {
    context.stop_if_asked();
    if (std::optional<StageSpec> spec = spec_by_cache(options, dir, cache, true)) {
      return std::move(*spec);
    }
    if (const std::optional<Workers::Lease> lease = workers.claim(dir + ".leases", "inputs")) {
      return *spec_by_cache(options, dir, cache, false);
    }
    workers.pause();
  }
}

}  // namespace

StageSpec ingest_spec(const IngestOptions& options, const std::string& dir, const std::string& cache) {
  check_resources(options);
  return *spec_by_cache(options, dir, cache, false);
}

Json run_ingest(const Context& context, const IngestOptions& options, StageDir& stage) {
  const std::vector<PlannedShard> planned = plan(options);
  const std::vector<CodeShard> code = plan_code(options.code, options.pages_per_shard);
  const ExtractResources resources(options.extract);
  make_directories(stage.file("rejects"));
  uint64_t items = 0;
  bool all_files = true;
  for (const PlannedShard& shard : planned) {
    items += shard.shard.files.size();
    all_files = all_files && shard.shard.kind == PageShard::Kind::kHtmlFiles;
  }
  for (const CodeShard& shard : code) {
    items += shard.files.size();
    all_files = all_files && shard.kind == CodeShard::Kind::kFiles;
  }
  Progress progress(context.progress, "ingest", all_files ? items : 0, code.empty() ? "pages" : "files");
  std::vector<std::string> parts;
  for (size_t i = 0; i < planned.size() + code.size(); ++i) {
    parts.push_back(fmt::format("part-{:05}", i));
    if (stage.is_done(parts.back())) {
      progress.add(i < planned.size() ? planned[i].shard.files.size() : code[i - planned.size()].files.size());
    }
  }
  run_tasks(context, stage, "documents", parts, [&](size_t i) {
    if (i < planned.size()) {
      make_part(context, options, resources, planned[i], parts[i], stage, progress);
    } else {
      make_code_part(context, code[i - planned.size()], options.format, parts[i], stage, progress);
    }
  });
  Json counts = Json::object();
  for (const std::string& part : parts) {
    merge_counts(counts, stage.done_counts(part));
  }
  for (auto& [name, group] : counts.as_object()) {
    sort_counts(group);
  }
  return counts;
}

StageResult ingest(const Context& context, const IngestOptions& options, const std::string& dir) {
  const StageSpec spec = context.workers == nullptr ? ingest_spec(options, dir, dir + ".inputs")
                                                    : spec_among(*context.workers, context, options, dir);
  return run_stage(context, spec, [&](StageDir& stage) { return run_ingest(context, options, stage); });
}

}  // namespace smelt
