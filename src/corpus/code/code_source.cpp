#include "corpus/code/code_source.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "base/files.h"
#include "base/hash.h"
#include "base/stream.h"
#include "base/text.h"
#include "corpus/code/tar_reader.h"
#include "corpus/document_io.h"
#include "corpus/input_files.h"

namespace smelt {

namespace {

namespace fs = std::filesystem;

constexpr int64_t kMaxSplit = 20;  // a repository of more shards than this is cut

bool ends_with_any(std::string_view name, std::initializer_list<const char*> endings) {
  return std::any_of(endings.begin(), endings.end(), [&](const char* ending) { return name.ends_with(ending); });
}

bool is_row_file(std::string_view name) {
  return ends_with_any(name, {".jsonl", ".jsonl.zst", ".jsonl.zstd", ".jsonl.gz", ".ndjson", ".parquet"});
}

bool is_archive(std::string_view name) {
  return ends_with_any(name, {".tar", ".tar.gz", ".tgz", ".tar.zst", ".tar.zstd"});
}

bool is_history(const fs::path& name) {
  return name == ".git" || name == ".hg" || name == ".svn";
}

struct FoundFile {
  std::string root;  // of its repository, below the input; empty: the input itself
  std::string path;  // below the root
};

std::string join(const std::string& folder, const std::string& name) {
  return folder.empty() ? name : folder + "/" + name;
}

// Files below a folder, with the work tree or the first `depth` parts of the path that they belong to.
std::vector<FoundFile> walk(const std::string& input, int64_t depth) {
  std::vector<std::string> files;
  std::set<std::string, std::less<>> trees;
  const auto options = fs::directory_options::skip_permission_denied;
  for (auto it = fs::recursive_directory_iterator(input, options); it != fs::recursive_directory_iterator(); ++it) {
    const fs::path relative = it->path().lexically_relative(input);
    if (is_history(relative.filename())) {
      trees.insert(relative.parent_path().generic_string());
      it.disable_recursion_pending();
    } else if (!it->is_symlink() && it->is_regular_file()) {
      files.push_back(relative.generic_string());
    }
  }
  std::vector<FoundFile> found;
  for (const std::string& file : files) {
    FoundFile entry;
    size_t slash = file.rfind('/');
    while (slash != std::string::npos && !trees.contains(std::string_view(file).substr(0, slash))) {
      slash = slash == 0 ? std::string::npos : file.rfind('/', slash - 1);
    }
    if (slash == std::string::npos && depth > 0) {
      size_t end = std::string::npos;
      for (int64_t i = 0; i < depth; ++i) {
        const size_t next = file.find('/', end == std::string::npos ? 0 : end + 1);
        end = next == std::string::npos ? end : next;
      }
      slash = end;
    }
    entry.root = slash == std::string::npos ? "" : file.substr(0, slash);
    entry.path = slash == std::string::npos ? file : file.substr(slash + 1);
    found.push_back(std::move(entry));
  }
  std::sort(found.begin(), found.end(),
            [](const FoundFile& a, const FoundFile& b) { return std::tie(a.root, a.path) < std::tie(b.root, b.path); });
  return found;
}

// What an input names: itself, or what a glob matches (of a matching folder the folder, not what is in it).
std::vector<std::string> expand(const std::string& input) {
  if (path_exists(input)) {
    return {input};
  }
  const size_t wildcard = input.find_first_of("*?[");
  if (wildcard == std::string::npos) {
    throw input_error("no such file or folder", input, "name a folder, an archive, a file of rows or a glob of them");
  }
  const size_t slash = input.rfind('/', wildcard);
  const std::string folder = slash == std::string::npos ? "" : input.substr(0, slash + 1);
  const std::string pattern = input.substr(folder.size());
  const std::string root = folder.empty() ? "." : folder;
  std::vector<std::string> out;
  if (path_exists(root)) {
    const auto options = fs::directory_options::skip_permission_denied;
    for (auto it = fs::recursive_directory_iterator(root, options); it != fs::recursive_directory_iterator(); ++it) {
      const std::string relative = it->path().lexically_relative(root).generic_string();
      if (is_history(it->path().filename())) {
        it.disable_recursion_pending();
      } else if (matches_glob(pattern, relative)) {
        out.push_back(folder + relative);
        it.disable_recursion_pending();
      }
    }
  }
  if (out.empty()) {
    throw input_error("nothing matches", input, "name a folder, an archive, a file of rows or a glob of them");
  }
  std::sort(out.begin(), out.end());
  return out;
}

std::string stem_of_archive(const std::string& path) {
  std::string name = fs::path(path).filename().string();
  for (const char* ending : {".tar", ".tar.gz", ".tgz", ".tar.zst", ".tar.zstd"}) {
    if (name.ends_with(ending)) {
      return name.substr(0, name.size() - std::string_view(ending).size());
    }
  }
  return name;
}

std::string folder_name(const std::string& path) {
  const fs::path normal = fs::absolute(path).lexically_normal();
  return (normal.has_filename() ? normal : normal.parent_path()).filename().string();
}

bool is_excluded(const CodeInput& input, const std::string& repository, const std::string& path) {
  const std::string id = repository + "/" + path;
  return std::any_of(input.exclude.begin(), input.exclude.end(), [&](const std::string& pattern) {
    return matches_glob(pattern, id) || matches_glob(pattern, path);
  });
}

// The plan of one source.
class Planner {
 public:
  Planner(const CodeInput& input, int64_t files_per_shard, std::vector<CodeShard>& shards)
      : input_(input), limit_(files_per_shard), shards_(shards) {}

  void add(const std::string& place) {
    if (fs::is_directory(place)) {
      add_folder(place);
      return;
    }
    const std::string name = fs::path(place).filename().string();
    if (is_row_file(name) || is_archive(name)) {
      flush();
      const bool rows = is_row_file(name);
      shards_.push_back({rows ? CodeShard::Kind::kRows : CodeShard::Kind::kArchive,
                         &input_,
                         {{rows ? name : unique(stem_of_archive(place), place), name, place}},
                         {}});
      return;
    }
    const std::string folder = fs::path(place).parent_path().string();
    add_file({unique(folder_name(folder.empty() ? "." : folder), folder), name, place});
  }

  void flush() {
    if (!files_.empty()) {
      CodeShard shard{CodeShard::Kind::kFiles, &input_, std::move(files_), {}};
      std::string last;
      for (const CodeShard::File& file : shard.files) {
        if (file.repository != last) {
          last = file.repository;
          const auto& known = licenses_[last];
          shard.licenses.insert(shard.licenses.end(), known.begin(), known.end());
        }
      }
      shards_.push_back(std::move(shard));
    }
    files_.clear();
  }

 private:
  void add_folder(const std::string& folder) {
    const std::vector<FoundFile> found = walk(folder, input_.repository_depth);
    std::map<std::string, std::string> names;
    for (const FoundFile& file : found) {
      auto known = names.find(file.root);
      if (known == names.end()) {
        known = names.emplace(file.root, unique(file.root.empty() ? folder_name(folder) : file.root, folder)).first;
      }
      if (is_license_file(file.path)) {
        licenses_[known->second].push_back({known->second, file.path, join(folder, join(file.root, file.path))});
      }
    }
    for (const FoundFile& file : found) {
      add_file({names.at(file.root), file.path, join(folder, join(file.root, file.path))});
    }
  }

  void add_file(CodeShard::File file) {
    if (is_excluded(input_, file.repository, file.path)) {
      return;
    }
    const auto size = static_cast<int64_t>(files_.size());
    if (size >= limit_ && (files_.back().repository != file.repository || size >= kMaxSplit * limit_)) {
      flush();
    }
    files_.push_back(std::move(file));
  }

  // A repository's name, told from an equal one of another input.
  std::string unique(const std::string& name, const std::string& place) {
    const auto [known, fresh] = places_.emplace(name, place);
    return fresh || known->second == place ? name : place + "/" + name;
  }

  const CodeInput& input_;
  int64_t limit_;
  std::vector<CodeShard>& shards_;
  std::vector<CodeShard::File> files_;
  std::map<std::string, std::vector<CodeShard::File>> licenses_;
  std::map<std::string, std::string> places_;  // of repositories by name
};

class FolderSource : public CodeSource {
 public:
  explicit FolderSource(const CodeShard& shard) : shard_(shard) {}

  bool next(Result<CodeFile>& item) override {
    if (at_ == shard_.files.size()) {
      return false;
    }
    const CodeShard::File& from = shard_.files[at_++];
    CodeFile file;
    file.repository = from.repository;
    file.path = from.path;
    try {
      file.bytes = static_cast<int64_t>(file_size(from.place));
      if (file.bytes <= shard_.input->rules.max_file_bytes) {
        file.content = read_file(from.place);
      }
      item = std::move(file);
    } catch (const UserError& error) {
      item = Reject{"unreadable_file", error.what()};
    }
    return true;
  }

 private:
  const CodeShard& shard_;
  size_t at_ = 0;
};

std::string text_member(const Json& object, const std::string& key) {
  const Json* value = object.find(key);
  return value != nullptr && value->is_string() ? value->as_string() : std::string();
}

class RowSource : public CodeSource {
 public:
  explicit RowSource(const CodeShard& shard)
      : input_(*shard.input),
        fallback_(shard.files[0].repository),
        reader_(std::vector<InputFile>{{shard.files[0].place, shard.files[0].path}}, {.text_key = input_.content_key}) {
  }

  bool next(Result<CodeFile>& item) override {
    while (auto row = reader_.next()) {
      if (!row->ok()) {
        item = row->reject();
        return true;
      }
      CodeFile file;
      Json& metadata = row->value().metadata;
      file.repository = text_member(metadata, input_.repository_key);
      file.path = text_member(metadata, input_.path_key);
      metadata.erase(input_.repository_key);
      metadata.erase(input_.path_key);
      if (file.repository.empty()) {
        file.repository = fallback_;
      }
      if (file.path.empty()) {
        file.path = row->value().id;
      }
      file.bytes = static_cast<int64_t>(row->value().text.size());
      file.metadata = std::move(metadata);
      if (is_excluded(input_, file.repository, file.path)) {
        continue;
      }
      if (file.bytes <= input_.rules.max_file_bytes) {
        file.content = std::move(row->value().text);
      }
      item = std::move(file);
      return true;
    }
    return false;
  }

 private:
  const CodeInput& input_;
  std::string fallback_;
  DocumentReader reader_;
};

class ArchiveSource : public CodeSource {
 public:
  explicit ArchiveSource(const CodeShard& shard)
      : input_(*shard.input), name_(shard.files[0].repository), reader_(open_input(shard.files[0].place)) {}

  bool next(Result<CodeFile>& item) override {
    try {
      TarReader::Entry entry;
      while (!failed_ && reader_.next(entry, input_.rules.max_file_bytes)) {
        CodeFile file;
        size_t end = 0;
        for (int64_t i = 0; i < input_.repository_depth; ++i) {
          const size_t slash = entry.path.find('/', end);
          end = slash == std::string::npos ? end : slash + 1;
        }
        file.repository = end == 0 ? name_ : entry.path.substr(0, end - 1);
        file.path = entry.path.substr(end);
        file.bytes = entry.size;
        file.content = std::move(entry.content);
        if (!is_excluded(input_, file.repository, file.path)) {
          item = std::move(file);
          return true;
        }
      }
    } catch (const StreamError& error) {
      failed_ = true;
      item = Reject{error.reason(), name_ + ": " + error.what()};
      return true;
    }
    return false;
  }

 private:
  const CodeInput& input_;
  std::string name_;
  TarReader reader_;
  bool failed_ = false;
};

// SPDX names of a row as an expression; of a list any may be chosen.
std::string row_license(const Json& metadata, const std::string& key) {
  const Json* value = metadata.find(key);
  if (value != nullptr && value->is_array()) {
    std::string out;
    for (const Json& name : value->as_array()) {
      out += name.is_string() ? (out.empty() ? "" : " OR ") + name.as_string() : "";
    }
    return out;
  }
  return text_member(metadata, key);
}

}  // namespace

std::vector<CodeShard> plan_code(const std::vector<CodeInput>& inputs, int64_t files_per_shard) {
  std::vector<CodeShard> shards;
  for (const CodeInput& input : inputs) {
    if (input.inputs.empty()) {
      throw usage_error("no inputs", "documents.code.inputs",
                        fmt::format("name folders, archives or files for the code \"{}\"", input.name));
    }
    const size_t before = shards.size();
    Planner planner(input, files_per_shard, shards);
    for (const std::string& each : input.inputs) {
      for (const std::string& place : expand(each)) {
        planner.add(place);
      }
    }
    planner.flush();
    if (shards.size() == before) {
      throw input_error("no files, or all are excluded", "documents.code.inputs",
                        fmt::format("see the code \"{}\"", input.name));
    }
  }
  return shards;
}

std::string shard_digest(const CodeShard& shard) {
  Hasher hasher;
  for (const auto* files : {&shard.files, &shard.licenses}) {
    for (const CodeShard::File& file : *files) {
      hasher.update(fmt::format("{}\n{}\n{}\n", file.repository, file.path, hash_file(file.place).hex()));
    }
    hasher.update("\n");
  }
  return hasher.digest().hex();
}

std::unique_ptr<CodeSource> open_code(const CodeShard& shard) {
  switch (shard.kind) {
    case CodeShard::Kind::kFiles:
      return std::make_unique<FolderSource>(shard);
    case CodeShard::Kind::kRows:
      return std::make_unique<RowSource>(shard);
    default:
      return std::make_unique<ArchiveSource>(shard);
  }
}

LicenseMap read_licenses(const CodeShard& shard) {
  LicenseMap map;
  if (shard.kind == CodeShard::Kind::kFiles) {
    for (const CodeShard::File& file : shard.licenses) {
      try {
        map.add_file(file.repository, file.path, read_file(file.place));
      } catch (const UserError&) {  // read again, and rejected, with the shard's other files
        continue;
      }
    }
    return map;
  }
  const std::unique_ptr<CodeSource> source = open_code(shard);
  Result<CodeFile> item = Reject{};
  while (source->next(item)) {
    if (!item.ok()) {
      continue;
    }
    const CodeFile& file = item.value();
    if (is_license_file(file.path)) {
      map.add_file(file.repository, file.path, file.content);
    }
    if (std::string license = row_license(file.metadata, shard.input->license_key); !license.empty()) {
      map.add_repository(file.repository, license);
    }
  }
  return map;
}

}  // namespace smelt
