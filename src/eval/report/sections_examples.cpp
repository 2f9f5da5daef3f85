#include <algorithm>

#include <fmt/core.h>

#include "base/files.h"
#include "base/stream.h"
#include "base/text.h"
#include "eval/report/sections.h"

namespace smelt {

namespace {

constexpr size_t kMaxReasons = 40;
constexpr size_t kMaxOfReason = 2;
constexpr size_t kMaxPageReasons = 12;
constexpr size_t kMaxFilesRead = 24;     // shards of rejected pages looked into
constexpr uint64_t kMaxLinesRead = 400;  // of one shard

void add_origin(Html& html, const Json& example) {
  const auto line = html.in("p");
  const std::string url = string_at(example, {"url"});
  html.leaf("code", cut_text(url.empty() ? string_at(example, {"id"}) : url, 200));
  if (const auto value = number_at(example, {"value"})) {
    html.text(" ");
    html.leaf("span", fmt::format("measured {:.4g}", *value), {{"class", "tag"}});
  }
}

void add_example(Html& html, const Json& example) {
  add_origin(html, example);
  add_text_block(html, string_at(example, {"text", "detail"}), kMaxExcerpt);
}

// counts.examples of the corpus stage: by reason, and "kept".
size_t add_corpus_examples(Html& html, const Json& corpus, const Json& examples, bool kept) {
  size_t reasons = 0;
  if (!examples.is_object()) {
    return 0;
  }
  for (const auto& [reason, list] : examples.as_object()) {
    if ((reason == "kept") != kept || !list.is_array() || list.size() == 0 || reasons == kMaxReasons) {
      continue;
    }
    ++reasons;
    const auto details = kept ? html.in("details", {{"open", "open"}}) : html.in("details");
    const auto count = number_at(corpus, {"rejects." + reason + ".documents"});
    html.leaf("summary", kept ? "Kept"
                              : "Dropped: " + words_of_key(reason) +
                                    (count ? fmt::format(" ({} documents)", format_number(*count)) : ""));
    for (size_t i = 0; i < std::min(list.size(), kMaxOfReason); ++i) {
      add_example(html, list.as_array()[i]);
    }
  }
  return reasons;
}

// Pages without a document: the first of each reason, from documents/rejects.
size_t add_page_examples(Html& html, const RunFolder& run) {
  const std::string folder = "documents/rejects";
  if (!run.has(folder)) {
    return 0;
  }
  std::vector<std::pair<std::string, Json>> found;
  size_t read = 0;
  for (const std::string& path : list_files(run.path(folder))) {
    if (path.find(".jsonl") == std::string::npos || read++ == kMaxFilesRead) {
      continue;
    }
    try {
      LineReader reader(open_input(run.path(folder) + "/" + path));
      std::string_view line;
      while (found.size() < kMaxPageReasons && reader.line_number() < kMaxLinesRead && reader.next(line)) {
        Result<Json> page = Json::parse(line);
        const std::string reason = page.ok() ? string_at(page.value(), {"reason"}) : "";
        if (!reason.empty() &&
            std::none_of(found.begin(), found.end(), [&](const auto& f) { return f.first == reason; })) {
          found.emplace_back(reason, std::move(*page));
        }
      }
    } catch (const std::exception&) {
      continue;  // a damaged shard gives no examples; verifying it is not the report's work
    }
  }
  if (!found.empty()) {
    const auto details = html.in("details");
    html.leaf("summary", "Pages that gave no document: the first of each reason");
    for (const auto& [reason, page] : found) {
      html.leaf("h3", words_of_key(reason));
      add_example(html, page);
    }
  }
  return found.size();
}

}  // namespace

void add_examples(Html& html, const RunFolder& run) {
  const auto section = html.in("section", {{"id", "examples"}, {"class", "long"}});
  html.leaf("h2", "Examples of what was dropped and kept");
  const Json corpus = counts_of(run, "corpus");
  const Json* examples = dig(corpus, "examples");
  size_t shown = 0;
  if (examples != nullptr) {
    shown += add_corpus_examples(html, corpus, *examples, true);
  }
  shown += add_page_examples(html, run);
  if (examples != nullptr) {
    shown += add_corpus_examples(html, corpus, *examples, false);
  }
  if (shown == 0) {
    add_missing(html, "The run keeps no examples of dropped or kept documents.");
  }
}

}  // namespace smelt
