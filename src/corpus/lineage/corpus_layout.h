// Where the documents of a run, a corpus or a folder of documents lie.
#pragma once

#include <string>
#include <vector>

#include "corpus/input_files.h"

namespace smelt {

// The folders of the stages that a path stands for; empty where there is none.
struct CorpusLayout {
  std::string corpus;     // of curation: train/, heldout/, rejects/
  std::string documents;  // what it was made of
};

// `path`: a run's folder; a corpus, whose documents are those beside it where its manifest names them as its input; or
// documents. Throws UserError(kInput) where it does not exist.
CorpusLayout corpus_layout(const std::string& path);

// One file of a corpus and which of its folders it lies in: "train", "heldout", "rejects"; "documents" of others.
struct PlacedFile {
  InputFile file;
  std::string place;
};
// In byte order of the names.
std::vector<PlacedFile> placed_files(const CorpusLayout& layout);

}  // namespace smelt
