// Files of code out of folders, archives and rows, in a fixed order, repository after repository.
//
// A folder's files come in byte order within their repository; links are not followed, and what lies in .git, .hg and
// .svn is no file. A work tree of git below a folder is a repository of its own, named by its path below the folder;
// the folder itself is named by its last part. Where two inputs of a source give the same repository, the later one's
// name starts with its input as given.
//
// Thread safety: plan_code may be called at any time; one CodeSource belongs to one thread at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "corpus/code/code_options.h"
#include "corpus/code/licenses.h"

namespace smelt {

struct CodeFile {
  std::string repository;
  std::string path;  // within the repository
  std::string content;
  int64_t bytes = 0;               // of the file; the content is empty where these are more than rules.max_file_bytes
  Json metadata = Json::object();  // what the row says beside path, repository and content

  std::string id() const { return repository + "/" + path; }
};

// What is read, and done again after a kill, on its own.
struct CodeShard {
  enum class Kind { kFiles, kRows, kArchive };
  struct File {
    std::string repository;
    std::string path;
    std::string place;  // to open it
  };
  Kind kind = Kind::kFiles;
  const CodeInput* input = nullptr;
  std::vector<File> files;     // one of rows and archives, whose repository is the archive's name
  std::vector<File> licenses;  // licence files of the repositories of kFiles, also of those in other shards
};

// Shards of about `files_per_shard` files, cut between repositories where these are not much larger. Throws
// UserError(kInput) where an input does not exist or names nothing. The inputs must outlive the plan.
std::vector<CodeShard> plan_code(const std::vector<CodeInput>& inputs, int64_t files_per_shard);

// Hash of the names and bytes of a shard's files.
std::string shard_digest(const CodeShard& shard);

class CodeSource {
 public:
  virtual ~CodeSource() = default;
  // The next file, or what could not be read (bad rows; unreadable_file, corrupt_archive, reasons of StreamError);
  // false at the end.
  virtual bool next(Result<CodeFile>& item) = 0;
};
std::unique_ptr<CodeSource> open_code(const CodeShard& shard);

// The licences of the shard's repositories: reads the licence files of folders, and rows and archives once through.
LicenseMap read_licenses(const CodeShard& shard);

}  // namespace smelt
