// Files of one repository as one document, so that a model sees code beside what it calls (Lozhkov et al. 2024,
// "StarCoder 2 and The Stack v2", section 5.1).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/recipe.h"
#include "corpus/document.h"

namespace smelt {

struct RepositoryOptions {
  bool join = false;
  std::string order = "random";
  double named = 0.5;
  std::string repository_mark = "<repo_name>";
  std::string file_mark = "<file_sep>";
  int64_t max_bytes = 1 << 20;
  int64_t seed = 1;

  void fields(Fields& f) {
    f("join", join, "put the files of a repository that are left into one document, after duplicates are gone");
    f.choice("order", order, {"path", "random"}, "of the files within a repository");
    f("named", named,
      "share of the repositories whose name and paths are written: MARK NAME MARK PATH, newline, code, MARK ...; of "
      "the "
      "others the code alone, a mark before each file",
      {.min = 0, .max = 1});
    f("repository_mark", repository_mark, "before a repository's name; make it a special token of the tokenizer");
    f("file_mark", file_mark, "before each file");
    f("max_bytes", max_bytes, "of a document; what comes after goes into further ones of the same repository",
      {.min = 1, .max = 1 << 30});
    f("seed", seed, "of the order and of who is named", {.min = 0});
  }
};

// Takes the lines of documents in their order; the files of a repository must follow each other. Documents that are no
// code pass through. Belongs to one thread.
class RepositoryJoiner {
 public:
  explicit RepositoryJoiner(RepositoryOptions options) : options_(std::move(options)) {}

  // The lines that are ready, each with its '\n'. Memory: the files of one repository.
  std::vector<std::string> add(std::string_view line);
  std::vector<std::string> finish();

 private:
  std::vector<std::string> joined();

  RepositoryOptions options_;
  std::vector<Document> files_;  // of the repository at hand
  std::string repository_;
};

}  // namespace smelt
