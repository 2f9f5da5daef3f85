// Pages, WARC files, documents, token files and JSON lines.
#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "base/files.h"
#include "base/stream.h"
#include "base/text.h"
#include "cli/inspect/explain.h"
#include "corpus/document_io.h"
#include "crawl/warc_reader.h"
#include "tokens/token_dataset.h"

namespace smelt::cli {
namespace {

constexpr int64_t kRecordLimit = int64_t{64} << 20;

Json counts_json(const std::map<std::string, int64_t>& counts) {
  Json json = Json::object();
  for (const auto& [key, count] : counts) {
    json[key] = count;
  }
  return json;
}

// "en 812, de 40, fr 3": the largest first.
std::string counts_line(const std::map<std::string, int64_t>& counts, size_t most = 10) {
  std::vector<std::pair<std::string, int64_t>> rows(counts.begin(), counts.end());
  std::stable_sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
  std::string out;
  for (size_t i = 0; i < std::min(most, rows.size()); ++i) {
    out += fmt::format("{}{} {}", out.empty() ? "" : ", ", rows[i].first.empty() ? "(none)" : rows[i].first,
                       rows[i].second);
  }
  return rows.size() > most ? out + fmt::format(" and {} more", rows.size() - most) : out;
}

std::string one_line(std::string_view text, size_t characters) {
  std::string out(prefix_characters(text, characters));
  std::replace(out.begin(), out.end(), '\n', ' ');
  return out;
}

}  // namespace

Explanation explain_warc(const std::string& path) {
  std::map<std::string, int64_t> types;
  std::map<std::string, int64_t> rejects;
  int64_t bytes = 0;
  std::string first;
  const auto reader = open_warc(
      path, kRecordLimit,
      [&](const std::string&, uint64_t, const std::string& reason, const std::string&) { ++rejects[reason]; });
  WarcRecord record;
  while (reader->next(record)) {
    ++types[record.type];
    bytes += static_cast<int64_t>(record.block.size());
    if (first.empty() && (record.type == "response" || record.type == "resource")) {
      first = record.url;
    }
  }
  std::string text =
      fmt::format("WARC: {} in records ({})\n", human_bytes(static_cast<double>(bytes)), counts_line(types));
  text += first.empty() ? "" : fmt::format("  first page  {}\n", first);
  text += rejects.empty() ? "  every record is whole\n" : fmt::format("  broken      {}\n", counts_line(rejects));
  Json data = Json::object();
  data["records"] = counts_json(types);
  data["broken"] = counts_json(rejects);
  data["bytes"] = bytes;
  return {"WARC", text, std::move(data)};
}

Explanation explain_pages(const std::string& dir) {
  std::map<std::string, int64_t> folders;
  int64_t pages = 0;
  uint64_t bytes = 0;
  for (const auto& name : list_files(dir)) {
    if (name.ends_with(".html") || name.ends_with(".htm") || name.ends_with(".xhtml")) {
      ++pages;
      bytes += file_size(dir + "/" + name);
      ++folders[name.substr(0, std::min(name.find('/'), name.size()))];
    }
  }
  Json data = Json::object();
  data["pages"] = pages;
  data["bytes"] = bytes;
  data["folders"] = counts_json(folders);
  return {"pages",
          fmt::format("folder of {} HTML pages, {}\n  {}\n", pages, human_bytes(static_cast<double>(bytes)),
                      counts_line(folders)),
          std::move(data)};
}

Explanation explain_documents(const std::string& path) {
  DocumentReader reader(path);
  std::map<std::string, int64_t> languages;
  std::map<std::string, int64_t> sources;
  std::map<std::string, int64_t> rejects;
  int64_t documents = 0;
  int64_t bytes = 0;
  std::string samples;
  while (auto document = reader.next()) {
    if (!document->ok()) {
      ++rejects[document->reject().reason];
      continue;
    }
    ++documents;
    bytes += static_cast<int64_t>((*document)->text.size());
    ++languages[(*document)->language];
    ++sources[(*document)->source];
    if (documents <= 3) {
      samples += fmt::format("  {}: {}\n", (*document)->id, one_line((*document)->text, 100));
    }
  }
  std::string text =
      fmt::format("{} documents, {} of text\n  languages  {}\n  sources    {}\n{}", documents,
                  human_bytes(static_cast<double>(bytes)), counts_line(languages), counts_line(sources), samples);
  text += rejects.empty() ? "" : fmt::format("  unreadable lines  {}\n", counts_line(rejects));
  Json data = Json::object();
  data["documents"] = documents;
  data["bytes"] = bytes;
  data["languages"] = counts_json(languages);
  data["sources"] = counts_json(sources);
  data["unreadable"] = counts_json(rejects);
  return {"documents", text, std::move(data)};
}

Explanation explain_tokens(const std::string& prefix) {
  const TokenDataset dataset(prefix);
  Json data = Json::object();
  data["tokens"] = dataset.num_tokens();
  data["sequences"] = dataset.num_sequences();
  data["documents"] = dataset.num_documents();
  data["dtype"] =
      dataset.type() == TokenType::kUint16 ? "uint16" : fmt::format("{}-byte integers", token_bytes(dataset.type()));
  const double mean =
      static_cast<double>(dataset.num_tokens()) / static_cast<double>(std::max<int64_t>(1, dataset.num_sequences()));
  return {
      "tokens",
      fmt::format(
          "Megatron token file: {} tokens as {}, {} documents in {} sequences, {:.0f} tokens a sequence on average\n",
          dataset.num_tokens(), data.at("dtype").as_string(), dataset.num_documents(), dataset.num_sequences(), mean),
      std::move(data)};
}

Explanation explain_json_lines(const std::string& path) {
  LineReader reader(open_input(path));
  std::string_view line;
  std::map<std::string, int64_t> keys;
  std::string first;
  std::string last;
  int64_t lines = 0;
  int64_t bad = 0;
  while (reader.next(line)) {
    const Result<Json> json = Json::parse(line);
    if (!json || !json.value().is_object()) {
      ++bad;
      continue;
    }
    ++lines;
    for (const auto& member : json.value().as_object()) {
      ++keys[member.first];
    }
    (first.empty() ? first : last) = std::string(line);
  }
  Json data = Json::object();
  data["lines"] = lines;
  data["keys"] = counts_json(keys);
  data["unreadable"] = bad;
  std::string text = fmt::format("JSON lines: {} objects\n  keys   {}\n  first  {}\n", lines, counts_line(keys, 20),
                                 one_line(first, 200));
  text += last.empty() ? "" : fmt::format("  last   {}\n", one_line(last, 200));
  text += bad == 0 ? "" : fmt::format("  {} lines are no JSON objects\n", bad);
  return {"JSON lines", text, std::move(data)};
}

}  // namespace smelt::cli
