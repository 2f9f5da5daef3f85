// One source of code: [[documents.code]].
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/recipe.h"
#include "corpus/code/code_rules.h"

namespace smelt {

struct CodeInput {
  std::string name = "code";
  std::vector<std::string> inputs;
  std::vector<std::string> exclude;
  int64_t repository_depth = 0;
  std::string base_url;
  std::string content_key = "content";
  std::string path_key = "path";
  std::string repository_key = "repo";
  std::string license_key = "license";
  std::string licenses = "permissive_or_none";
  std::string headers = "cut";
  std::string notebooks = "script";
  CodeRuleOptions rules;

  void fields(Fields& f) {
    f("name", name, "the documents' source");
    f("inputs", inputs,
      "folders, work trees of git, .tar archives (plain, .gz, .zst) and globs of them; .jsonl (plain, .gz, .zst) and "
      ".parquet files with a file of code in each row");
    f("exclude", exclude, "globs of files to leave out, matched against REPOSITORY/PATH and PATH, e.g. \"**/test/**\"");
    f("repository_depth", repository_depth,
      "parts of the path below a folder or in an archive that name a repository; 0: each is one. Work trees of git are "
      "always their own",
      {.min = 0, .max = 16});
    f("base_url", base_url, "put before REPOSITORY/PATH to make the url, e.g. \"https://example.org/\"; empty: none");
    f("content_key", content_key, "of rows: the key or column with the text");
    f("path_key", path_key, "of rows: with the file's path");
    f("repository_key", repository_key, "of rows: with the repository's name");
    f("license_key", license_key, "of rows: with SPDX names of its licence, a text or a list");
    f.choice("licenses", licenses, {"permissive", "permissive_or_none", "any"},
             "which licences are kept: permissive ones; these and files without any; all");
    f.choice(
        "headers", headers, {"cut", "keep"},
        "copyright and licence notices at the head of files: cut them, with the notice kept in the metadata; or not");
    f.choice("notebooks", notebooks, {"script", "markdown", "structured", "drop"},
             "Jupyter notebooks: as code with the prose in comments; as Markdown with the code between fences; with "
             "marks such as <jupyter_code>; or not at all");
    f.table("rules", rules, "which files are worth it");
  }
};

}  // namespace smelt
