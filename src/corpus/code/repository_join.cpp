#include "corpus/code/repository_join.h"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.h"
#include "base/hash.h"
#include "base/rng.h"
#include "corpus/code/code_document.h"
#include "corpus/document_io.h"

namespace smelt {

namespace {

std::string member(const Document& document, const char* key) {
  return document.metadata.get(key, "");
}

// What is said of a document of several files.
Json joined_metadata(const std::string& repository, const std::vector<const Document*>& files) {
  std::map<std::string, size_t> bytes;
  std::set<std::string> licenses;
  Json paths = Json::array();
  for (const Document* file : files) {
    bytes[member(*file, "programming_language")] += file->text.size();
    if (const std::string license = member(*file, "license"); !license.empty()) {
      licenses.insert(license.find(' ') == std::string::npos ? license : "(" + license + ")");
    }
    paths.push_back(member(*file, "path"));
  }
  const auto most =
      std::max_element(bytes.begin(), bytes.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  Json metadata = Json::object();
  metadata["repository"] = repository;
  metadata["programming_language"] = most->first;
  if (!licenses.empty()) {
    metadata["license"] = fmt::format("{}", fmt::join(licenses, " AND "));
  }
  metadata["files"] = std::move(paths);
  return metadata;
}

}  // namespace

std::vector<std::string> RepositoryJoiner::add(std::string_view line) {
  Result<Document> parsed = parse_document(line.substr(0, line.find_last_not_of('\n') + 1), "");
  SMELT_CHECK(parsed.ok());
  Document& document = parsed.value();
  const std::string repository = is_code(document) ? member(document, "repository") : "";
  std::vector<std::string> out;
  if (repository.empty() || repository != repository_ || files_.empty() || document.source != files_[0].source) {
    out = finish();
  }
  if (repository.empty()) {
    out.emplace_back(line);
    return out;
  }
  repository_ = repository;
  files_.push_back(std::move(document));
  return out;
}

std::vector<std::string> RepositoryJoiner::finish() {
  std::vector<std::string> out;
  if (!files_.empty()) {
    out = joined();
    files_.clear();
  }
  return out;
}

std::vector<std::string> RepositoryJoiner::joined() {
  const auto seed = static_cast<uint64_t>(options_.seed);
  const auto key = [&](const Document& file) { return hash64(file.id, seed); };
  if (options_.order == "random") {
    std::stable_sort(files_.begin(), files_.end(),
                     [&](const Document& a, const Document& b) { return key(a) < key(b); });
  }
  const std::string identity = files_[0].source + '\0' + repository_;
  const bool named = Rng(seed, "corpus/repositories", hash64(identity)).uniform() < options_.named;
  const std::string head = named ? options_.repository_mark + repository_ : "";
  std::vector<std::string> out;
  std::vector<const Document*> taken;
  std::string text = head;
  const auto flush = [&] {
    Document document;
    document.id = out.empty() ? repository_ : fmt::format("{}#{}", repository_, out.size() + 1);
    document.text = std::move(text);
    document.language = "und";
    document.source = files_[0].source;
    document.metadata = joined_metadata(repository_, taken);
    append_json_line(document, out.emplace_back());
    text = head;
    taken.clear();
  };
  for (const Document& file : files_) {
    std::string piece = options_.file_mark;
    piece += named ? member(file, "path") + "\n" : "";
    piece += file.text;
    if (!taken.empty() && static_cast<int64_t>(text.size() + piece.size()) > options_.max_bytes) {
      flush();
    }
    text += piece;
    taken.push_back(&file);
  }
  flush();
  return out;
}

}  // namespace smelt
