#include <cmath>
#include <deque>
#include <memory>

#include <fmt/core.h>

#include "base/files.h"
#include "corpus/document_io.h"
#include "tokens/bpe_trainer.h"
#include "tokens/corpus_files.h"

namespace smelt {
namespace {

// Reads file after file, of each up to its share of the sample.
class SampledTexts {
 public:
  SampledTexts(const Context& context, std::vector<InputFile> files, int64_t sample_bytes)
      : context_(context), files_(std::move(files)) {
    double total = 0;
    for (const InputFile& file : files_) {
      total += static_cast<double>(file_size(file.path));
    }
    for (const InputFile& file : files_) {
      const double share = total > 0 ? static_cast<double>(file_size(file.path)) / total : 1;
      quotas_.push_back(sample_bytes == 0 ? INT64_MAX
                                          : static_cast<int64_t>(std::ceil(static_cast<double>(sample_bytes) * share)));
    }
  }

  std::optional<std::string> next() {
    while (at_ < files_.size()) {
      if (std::optional<std::string> text = quotas_[at_] > 0 ? next_in_file() : std::nullopt) {
        quotas_[at_] -= static_cast<int64_t>(text->size());
        return text;
      }
      reader_.reset();
      ++at_;
    }
    return std::nullopt;
  }

 private:
  std::optional<std::string> next_in_file() {
    const std::string& path = files_[at_].path;
    if (path.ends_with(".txt")) {
      std::string text = read_file(path);
      if (static_cast<int64_t>(text.size()) > quotas_[at_]) {
        text.resize(static_cast<size_t>(quotas_[at_]));
      }
      quotas_[at_] = 0;
      return text;
    }
    if (reader_ == nullptr) {
      reader_ = std::make_unique<DocumentReader>(std::vector<InputFile>{files_[at_]});
    }
    while (std::optional<Result<Document>> item = reader_->next()) {
      if (item->ok()) {
        return std::move((*item)->text);
      }
      context_.log.debug("left out: {} ({})", item->reject().detail, item->reject().reason);
    }
    return std::nullopt;
  }

  const Context& context_;
  std::vector<InputFile> files_;
  std::vector<int64_t> quotas_;
  size_t at_ = 0;
  std::unique_ptr<DocumentReader> reader_;
};

}  // namespace

TextSource text_source(const Context& context, std::vector<InputFile> files, int64_t sample_bytes) {
  auto texts = std::make_shared<SampledTexts>(context, std::move(files), sample_bytes);
  return [texts] { return texts->next(); };
}

StageResult train_tokenizer_stage(const Context& context, const TokenizerOptions& options,
                                  const std::string& corpus_dir, const std::string& dir) {
  const StageSpec spec{"tokenizer", 1, dir, recipe_to_json(options), {{"corpus", corpus_digest(corpus_dir)}}};
  return run_stage(context, spec, [&](StageDir& out) {
    std::vector<InputFile> files;
    for (CorpusSource& source : corpus_sources(corpus_dir)) {
      files.insert(files.end(), source.files.begin(), source.files.end());
    }
    const TrainedTokenizer trained =
        train_tokenizer(context, options, text_source(context, std::move(files), options.sample_bytes));
    write_tokenizer(trained, options, out.path());
    Json counts = Json::object();
    counts["documents"] = trained.documents;
    counts["bytes"] = trained.bytes;
    counts["distinct_words"] = trained.distinct_words;
    counts["tokens"] = static_cast<int64_t>(trained.tokens.size());
    counts["merges"] = static_cast<int64_t>(trained.merges.size());
    return counts;
  });
}

}  // namespace smelt
