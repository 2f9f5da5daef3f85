#include "corpus/input_files.h"

#include <algorithm>
#include <array>
#include <filesystem>

#include <fmt/format.h>

#include "base/error.h"
#include "base/files.h"
#include "base/hash.h"

namespace smelt {

namespace {

constexpr std::array<std::string_view, 6> kEndings = {".jsonl",    ".jsonl.zst", ".jsonl.zstd",
                                                      ".jsonl.gz", ".ndjson",    ".parquet"};

// pattern[p] is '['. Moves p behind the set; an unclosed set is a plain '['.
bool matches_set(std::string_view pattern, size_t& p, char c) {
  const size_t close = pattern.find(']', p + 2);
  if (close == std::string_view::npos) {
    ++p;
    return c == '[';
  }
  std::string_view set = pattern.substr(p + 1, close - p - 1);
  p = close + 1;
  const bool negated = set.front() == '!' || set.front() == '^';
  if (negated) {
    set.remove_prefix(1);
  }
  bool found = false;
  for (size_t i = 0; i < set.size(); ++i) {
    if (i + 2 < set.size() && set[i + 1] == '-') {
      found = found || (set[i] <= c && c <= set[i + 2]);
      i += 2;
    } else {
      found = found || set[i] == c;
    }
  }
  return found != negated && c != '/';
}

// Matches one element of the pattern that is not a star.
bool matches_one(std::string_view pattern, size_t& p, char c) {
  if (pattern[p] == '[') {
    return matches_set(pattern, p, c);
  }
  const char expected = pattern[p++];
  return expected == '?' ? c != '/' : expected == c;
}

// Where to go on when the text after a star did not match: the star takes one character more.
struct Retry {
  size_t p = std::string_view::npos;  // the pattern behind the star
  size_t t = 0;                       // how far the star reaches
};

bool has_wildcard(std::string_view path) {
  return path.find_first_of("*?[") != std::string_view::npos;
}

// Folders in which the stages of this project put what is no document to go on with.
bool is_set_aside(std::string_view folder) {
  return folder == "rejects" || folder == "duplicates" || folder == "contamination";
}

bool is_document_file(std::string_view name) {
  size_t begin = 0;
  while (begin < name.size()) {
    const size_t slash = name.find('/', begin);
    const bool is_folder = slash != std::string_view::npos;
    const std::string_view part = name.substr(begin, is_folder ? slash - begin : slash);
    if (part.starts_with('.') || (is_folder && is_set_aside(part))) {
      return false;
    }
    begin = is_folder ? slash + 1 : name.size();
  }
  return std::any_of(kEndings.begin(), kEndings.end(), [&](std::string_view ending) { return name.ends_with(ending); });
}

std::string join_path(const std::string& folder, const std::string& name) {
  return folder.empty() ? name : (folder.ends_with('/') ? folder + name : folder + "/" + name);
}

void expand_input(const std::string& input, std::vector<InputFile>& files) {
  const size_t before = files.size();
  if (path_exists(input)) {
    if (!std::filesystem::is_directory(input)) {
      files.push_back({input, std::filesystem::path(input).filename().string()});
      return;
    }
    for (const std::string& name : list_files(input)) {
      if (is_document_file(name)) {
        files.push_back({join_path(input, name), name});
      }
    }
  } else if (has_wildcard(input)) {
    const size_t slash = input.rfind('/', input.find_first_of("*?["));
    const std::string folder = slash == std::string::npos ? "" : input.substr(0, slash + 1);
    const std::string pattern = input.substr(folder.size());
    const std::string root = folder.empty() ? "." : folder;
    if (path_exists(root)) {
      for (const std::string& name : list_files(root)) {
        if (matches_glob(pattern, name)) {
          files.push_back({join_path(folder, name), name});
        }
      }
    }
  } else {
    throw input_error("no such file or folder", input, "name a file, a folder or a glob of documents");
  }
  if (files.size() == before) {
    throw input_error("no documents found", input,
                      "expected files ending in .jsonl, .jsonl.zst, .jsonl.gz or .parquet");
  }
}

}  // namespace

bool matches_glob(std::string_view pattern, std::string_view path) {
  size_t p = 0;
  size_t t = 0;
  Retry single;
  Retry crossing;
  while (t < path.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      const bool crosses = p + 1 < pattern.size() && pattern[p + 1] == '*';
      p += crosses ? 2 : 1;
      if (crosses && p < pattern.size() && pattern[p] == '/' && (t == 0 || path[t - 1] == '/')) {
        ++p;
      }
      (crosses ? crossing : single) = {p, t};
      if (crosses) {
        single = {};
      }
      continue;
    }
    if (p < pattern.size() && matches_one(pattern, p, path[t])) {
      ++t;
      continue;
    }
    if (single.p != std::string_view::npos && path[single.t] != '/') {
      p = single.p;
      t = ++single.t;
    } else if (crossing.p != std::string_view::npos) {
      p = crossing.p;
      t = ++crossing.t;
      single = {};
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') {
    ++p;
  }
  return p == pattern.size();
}

std::vector<InputFile> list_document_files(const std::vector<std::string>& inputs,
                                           const std::vector<std::string>& exclude) {
  std::vector<InputFile> files;
  for (const std::string& input : inputs) {
    expand_input(input, files);
  }
  std::erase_if(files, [&](const InputFile& file) {
    return std::any_of(exclude.begin(), exclude.end(), [&](const std::string& pattern) {
      return matches_glob(pattern, file.path) || matches_glob(pattern, file.name);
    });
  });
  return files;
}

std::string files_digest(const std::vector<InputFile>& files) {
  Hasher hasher;
  for (const InputFile& file : files) {
    hasher.update(fmt::format("{}\n{}\n{}\n", file.name, file_size(file.path), hash_file(file.path).hex()));
  }
  return hasher.digest().hex();
}

}  // namespace smelt
