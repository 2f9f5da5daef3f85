// Settings of the building of token datasets.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/recipe.h"

namespace smelt {

// Fill-in-the-middle (Bavarian et al. 2022, arXiv 2207.14255), by files within a repository as StarCoder 2 has it
// (Lozhkov et al. 2024, section 5.1).
struct FimOptions {
  double rate = 0;
  double file_rate = 0.5;
  double spm = 0.5;
  std::string prefix = "<fim_prefix>";
  std::string middle = "<fim_middle>";
  std::string suffix = "<fim_suffix>";
  std::string repository_mark = "<repo_name>";
  std::string file_mark = "<file_sep>";

  void fields(Fields& f) {
    f("rate", rate,
      "share of the documents that are cut in three at two random characters and written with the middle last; of "
      "joined repositories: share in which this is done to files",
      {.min = 0, .max = 1});
    f("file_rate", file_rate, "share of the files within such a repository", {.min = 0, .max = 1});
    f("spm", spm, "share of these that are written suffix, prefix, middle; the others prefix, suffix, middle",
      {.min = 0, .max = 1});
    f("prefix", prefix, "token before the prefix");
    f("middle", middle, "token before the middle");
    f("suffix", suffix, "token before the suffix");
    f("repository_mark", repository_mark, "marker with which a document begins that writes its files' paths");
    f("file_mark", file_mark, "marker before each file of a joined repository; counts where `markers` names it");
  }
};

struct TokensOptions {
  bool append_eod = true;
  bool documents = false;
  std::vector<std::string> markers;
  FimOptions fim;

  void fields(Fields& f) {
    f("append_eod", append_eod, "end every document with the tokenizer's eos token");
    f("documents", documents, "keep id, url, source and length of every document beside, in NAME.documents.jsonl.zst");
    f("markers", markers,
      "special tokens that are read as such where a text has them: the corpus's own marks, as <file_sep>. All others "
      "stay plain text, so that no page can write <|endoftext|>");
    f.table("fim", fim, "Fill-in-the-middle for code.");
  }
};

}  // namespace smelt
