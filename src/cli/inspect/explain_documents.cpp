// Documents and what was set aside.
#include <filesystem>

#include <fmt/format.h>

#include "base/files.h"
#include "base/manifest.h"
#include "base/stream.h"
#include "base/text.h"
#include "cli/inspect/explain.h"
#include "corpus/document_io.h"

namespace smelt::cli {
namespace {

constexpr size_t kExcerpt = 240;

struct Tally {
  int64_t documents = 0;
  int64_t bytes = 0;
  int64_t shortest = 0;
  int64_t longest = 0;
  std::map<std::string, int64_t> languages;
  std::map<std::string, int64_t> sources;
  std::map<std::string, int64_t> rejects;
  std::string first_reject;
  Document first;

  void add(const Document& document) {
    const auto size = static_cast<int64_t>(document.text.size());
    if (documents == 0) {
      first = document;
      shortest = size;
    }
    ++documents;
    bytes += size;
    shortest = std::min(shortest, size);
    longest = std::max(longest, size);
    ++languages[document.language];
    ++sources[document.source];
  }
};

std::string named(const std::map<std::string, int64_t>& counts) {
  return counts.empty() || (counts.size() == 1 && counts.contains("")) ? std::string() : counts_line(counts);
}

void add_first(const Document& document, Sheet& sheet, Json& data) {
  sheet.heading("first document");
  sheet.row("id", document.id);
  sheet.row("url", document.url);
  sheet.row("source", document.source);
  sheet.row("language", document.language);
  sheet.row("metadata", document.metadata.size() == 0 ? "" : excerpt(document.metadata.dump(), kExcerpt));
  sheet.row("text", json_quote(prefix_characters(document.text, kExcerpt)));
  Json first = Json::object();
  first["id"] = document.id;
  first["url"] = document.url;
  first["text"] = std::string(prefix_characters(document.text, kExcerpt));
  data["first"] = std::move(first);
}

std::vector<std::string> files_of(const std::string& path) {
  std::vector<std::string> out;
  if (!std::filesystem::is_directory(path)) {
    return {path};
  }
  for (const auto& name : list_files(path)) {
    if (name != kManifestName) {
      out.push_back(path + "/" + name);
    }
  }
  return out;
}

}  // namespace

Explanation explain_documents(const std::string& path) {
  DocumentReader reader(path);
  Tally tally;
  while (const auto document = reader.next()) {
    if (document->ok()) {
      tally.add(document->value());
      continue;
    }
    if (++tally.rejects[document->reject().reason] == 1 && tally.first_reject.empty()) {
      tally.first_reject = document->reject().detail;
    }
  }
  const auto bytes = static_cast<double>(tally.bytes);
  const auto count = static_cast<double>(std::max<int64_t>(1, tally.documents));
  Sheet sheet(fmt::format("{}, {} of text", counted(tally.documents, "document"), human_bytes(bytes)));
  sheet.row("lengths", tally.documents == 0 ? ""
                                            : fmt::format("{} on average, {} to {}", human_bytes(bytes / count),
                                                          human_bytes(static_cast<double>(tally.shortest)),
                                                          human_bytes(static_cast<double>(tally.longest))));
  sheet.row("languages", named(tally.languages));
  sheet.row("sources", named(tally.sources));
  sheet.row("unreadable", tally.rejects.empty() ? "" : counts_line(tally.rejects));
  sheet.row("for example", excerpt(tally.first_reject, kExcerpt));
  Json data = Json::object();
  data["documents"] = tally.documents;
  data["bytes"] = tally.bytes;
  data["languages"] = counts_json(tally.languages);
  data["sources"] = counts_json(tally.sources);
  data["unreadable"] = counts_json(tally.rejects);
  if (tally.documents > 0) {
    add_first(tally.first, sheet, data);
  }
  return {"documents", sheet.text(), std::move(data)};
}

Explanation explain_rejects(const std::string& path) {
  std::map<std::string, int64_t> reasons;
  std::map<std::string, Json> examples;
  int64_t lines = 0;
  int64_t bad = 0;
  for (const auto& file : files_of(path)) {
    LineReader reader(open_input(file));
    std::string_view line;
    while (reader.next(line)) {
      Result<Json> json = Json::parse(line);
      if (!json || !json.value().is_object()) {
        ++bad;
        continue;
      }
      ++lines;
      const std::string reason = json.value().get("reason", "");
      if (++reasons[reason] == 1) {
        examples[reason] = std::move(json.value());
      }
    }
  }
  Sheet sheet(fmt::format("{} set aside, with the reason of each", counted(lines, "item")));
  sheet.row("not JSON", bad == 0 ? "" : counted(bad, "line"));
  sheet.heading("reasons, and the first of each");
  for (const auto& [reason, count] : reasons) {
    const Json& first = examples.at(reason);
    std::string why = first.get("detail", "");
    if (const Json* value = first.find("value"); value != nullptr && value->is_number()) {
      const Json* threshold = first.find("threshold");
      why = fmt::format("{}{}, where the limit is {}", why.empty() ? "" : why + ": ", figure(*value),
                        threshold == nullptr ? "?" : figure(*threshold));
    }
    sheet.row(fmt::format("{} {}", reason, grouped(count)),
              excerpt(fmt::format("{}{}{}", first.get("id", ""), why.empty() ? "" : ": ", why), kExcerpt / 2));
  }
  Json data = Json::object();
  data["items"] = lines;
  data["reasons"] = counts_json(reasons);
  data["unreadable"] = bad;
  return {"rejects", sheet.text(), std::move(data)};
}

}  // namespace smelt::cli
