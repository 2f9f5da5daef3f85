#include "corpus/lineage/corpus_layout.h"

#include <algorithm>
#include <filesystem>

#include "base/error.h"
#include "base/files.h"
#include "base/manifest.h"

namespace smelt {
namespace {

constexpr const char* kPlaces[] = {"train", "heldout", "rejects"};

bool is_corpus(const std::string& dir) {
  return path_exists(dir + "/train") || path_exists(dir + "/heldout") || path_exists(dir + "/duplicates");
}

// The documents beside a corpus, unless they are not those it was made of.
std::string documents_beside(const std::string& corpus) {
  const std::filesystem::path absolute = std::filesystem::absolute(corpus).lexically_normal();
  const std::string documents = (absolute.parent_path() / "documents").string();
  if (!has_manifest(documents) || !has_manifest(corpus)) {
    return {};
  }
  const Json inputs = read_manifest(corpus).inputs;
  return inputs.get("documents", "") == read_manifest(documents).digest() ? documents : std::string();
}

}  // namespace

CorpusLayout corpus_layout(const std::string& path) {
  std::string clean = path;
  while (clean.size() > 1 && clean.ends_with('/')) {
    clean.pop_back();
  }
  if (!path_exists(clean)) {
    throw input_error("no such file or folder", clean, "name a run, a corpus or documents");
  }
  if (path_exists(clean + "/run.json")) {
    const auto there = [&](const std::string& dir) { return path_exists(dir) ? dir : std::string(); };
    return {there(clean + "/corpus"), there(clean + "/documents")};
  }
  if (is_corpus(clean)) {
    return {clean, documents_beside(clean)};
  }
  return {{}, clean};
}

std::vector<PlacedFile> placed_files(const CorpusLayout& layout) {
  std::vector<PlacedFile> out;
  if (layout.corpus.empty()) {
    for (InputFile& file : list_document_files({layout.documents})) {
      out.push_back({std::move(file), "documents"});
    }
    return out;
  }
  for (const std::string& name : list_files(layout.corpus)) {
    const std::string place = name.substr(0, name.find('/'));
    if (name.ends_with(".jsonl.zst") && std::find(std::begin(kPlaces), std::end(kPlaces), place) != std::end(kPlaces)) {
      out.push_back({{layout.corpus + "/" + name, name}, place});
    }
  }
  return out;
}

}  // namespace smelt
