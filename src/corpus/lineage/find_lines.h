// Lines of JSON that name a document, out of many files.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/context.h"
#include "base/json.h"
#include "corpus/input_files.h"

namespace smelt {

struct FoundLine {
  std::string file;  // InputFile::name
  uint64_t line = 0;
  Json json;
};

// Every line whose member `key` is the string `id`, or is a list that holds it, in the order of the files. Files are
// JSONL as this program writes it, plain or compressed. A file a thread. Throws UserError(kInput) where one is damaged.
std::vector<FoundLine> find_lines(const Context& context, const std::vector<InputFile>& files, const std::string& key,
                                  const std::string& id);
// The same of documents by their id, in any format that DocumentReader takes.
std::vector<FoundLine> find_documents(const Context& context, const std::vector<InputFile>& files,
                                      const std::string& id);

}  // namespace smelt
