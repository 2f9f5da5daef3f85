// The files of a corpus folder as the stages of this room find them.
#pragma once

#include <string>
#include <vector>

#include "corpus/input_files.h"

namespace smelt {

struct CorpusSource {
  std::string name;
  std::vector<InputFile> files;
};

// train/<source>/* as one source each, in byte order of the names; files right below train/ are the source "train". A
// folder without train/ is one source by the folder's name. UserError(kInput) where there are no document files.
std::vector<CorpusSource> corpus_sources(const std::string& corpus_dir);
// heldout/*, empty where there is none.
std::vector<InputFile> heldout_files(const std::string& corpus_dir);
// What a stage names as its input: the manifest's digest where the folder has one, else a hash of all files.
std::string corpus_digest(const std::string& corpus_dir);

}  // namespace smelt
