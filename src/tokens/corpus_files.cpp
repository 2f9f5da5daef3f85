#include "tokens/corpus_files.h"

#include <filesystem>
#include <map>

#include "base/error.h"
#include "base/files.h"
#include "base/manifest.h"

namespace smelt {

std::vector<CorpusSource> corpus_sources(const std::string& corpus_dir) {
  const std::string train = corpus_dir + "/train";
  if (!path_exists(train)) {
    std::string name = std::filesystem::path(corpus_dir).lexically_normal().filename().string();
    if (name.empty() || name == "." || name == "..") {
      name = "train";
    }
    return {{name, list_document_files({corpus_dir})}};
  }
  std::map<std::string, std::vector<InputFile>> by_name;
  for (InputFile& file : list_document_files({train})) {
    const std::string relative = std::filesystem::relative(file.path, train).generic_string();
    const size_t slash = relative.find('/');
    by_name[slash == std::string::npos ? "train" : relative.substr(0, slash)].push_back(std::move(file));
  }
  std::vector<CorpusSource> out;
  for (auto& [name, files] : by_name) {
    if (name == "heldout") {
      throw input_error("a source cannot be called heldout", train + "/heldout", "rename the source");
    }
    out.push_back({name, std::move(files)});
  }
  return out;
}

std::vector<InputFile> heldout_files(const std::string& corpus_dir) {
  const std::string heldout = corpus_dir + "/heldout";
  return path_exists(heldout) ? list_document_files({heldout}) : std::vector<InputFile>();
}

std::string corpus_digest(const std::string& corpus_dir) {
  return has_manifest(corpus_dir) ? read_manifest(corpus_dir).digest()
                                  : files_digest(list_document_files({corpus_dir}));
}

}  // namespace smelt
