// Which files an input names: paths, folders and globs, in a fixed order.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace smelt {

// True where `path` matches `pattern`: * and ? stay within a part of the path, ** crosses parts, [a-z] and [!a-z] are
// sets, anything else is itself. Linear in practice and at most pattern x path steps.
bool matches_glob(std::string_view pattern, std::string_view path);

struct InputFile {
  std::string path;  // to open it
  std::string name;  // relative to the input that named it, for messages and ids
};

// Files of documents that the inputs name, each input's in byte order. A folder stands for every .jsonl, .jsonl.zst,
// .jsonl.zstd, .jsonl.gz, .ndjson and .parquet file below it, hidden files and the folders `rejects`, `duplicates` and
// `contamination` (what the stages of this project set aside) left out; a glob and a path may name any file. Files
// whose path or name matches one of `exclude` are left out. Throws UserError(kInput) where an input does not exist or
// names no file.
std::vector<InputFile> list_document_files(const std::vector<std::string>& inputs,
                                           const std::vector<std::string>& exclude = {});

// Hash of the names, sizes and contents of the files: what a stage names as its input.
std::string files_digest(const std::vector<InputFile>& files);

}  // namespace smelt
