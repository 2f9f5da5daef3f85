#include <cmath>
#include <memory>
#include <string_view>

#include <fmt/core.h>

#include "base/files.h"
#include "base/stream.h"
#include "corpus/document_io.h"
#include "tokens/bpe_trainer.h"
#include "tokens/train/word_splitter.h"

namespace smelt {
namespace {

constexpr size_t kBlock = 1 << 20;

bool is_plain_text(std::string_view path) {
  for (const std::string_view ending : {".gz", ".zst", ".zstd"}) {
    if (path.ends_with(ending)) {
      path.remove_suffix(ending.size());
      break;
    }
  }
  return path.ends_with(".txt");
}

// A file of plain text in blocks, cut where no word is.
class PlainText {
 public:
  PlainText(const std::string& path, const WordSplitter& splitter)
      : path_(path), source_(open_input(path)), splitter_(splitter) {}

  std::optional<std::string> next() {
    size_t searched = 0;
    while (true) {
      const size_t cut =
          held_.size() > kBlock ? splitter_.safe_cut(held_, std::max(kBlock / 2, searched)) : std::string::npos;
      if (cut != std::string::npos) {
        std::string rest = held_.substr(cut);
        held_.resize(cut);
        return std::exchange(held_, std::move(rest));
      }
      searched = held_.size();
      if (!read()) {
        return held_.empty() ? std::nullopt : std::optional(std::exchange(held_, {}));
      }
    }
  }

 private:
  bool read() {
    const size_t held = held_.size();
    held_.resize(held + kBlock);
    size_t got = 0;
    try {
      got = source_->read(held_.data() + held, kBlock);
    } catch (const StreamError& error) {
      throw input_error(fmt::format("{} ({})", error.what(), error.reason()), path_, "unpack it to see what is left");
    }
    held_.resize(held + got);
    return got > 0;
  }

  std::string path_;
  std::unique_ptr<ByteSource> source_;
  const WordSplitter& splitter_;
  std::string held_;
};

// Reads file after file, of each up to its share of the sample.
class SampledTexts {
 public:
  SampledTexts(const Context& context, const TokenizerOptions& options, std::vector<TrainingFiles> sources)
      : context_(context), splitter_(options), factors_(options.factors) {
    double total = 0;
    for (const TrainingFiles& source : sources) {
      for (const InputFile& file : source.files) {
        files_.push_back({file, source.source, static_cast<double>(file_size(file.path))});
        total += files_.back().quota;
      }
    }
    for (File& file : files_) {
      const double share = total > 0 ? file.quota / total : 1;
      file.quota = options.sample_bytes == 0 ? INFINITY : std::ceil(static_cast<double>(options.sample_bytes) * share);
    }
  }

  std::optional<TrainingText> next() {
    while (at_ < files_.size()) {
      if (std::optional<TrainingText> text = files_[at_].quota > 0 ? next_in_file() : std::nullopt) {
        files_[at_].quota -= static_cast<double>(text->text.size());
        return text;
      }
      documents_.reset();
      plain_.reset();
      ++at_;
    }
    return std::nullopt;
  }

 private:
  struct File {
    InputFile file;
    std::string source;
    double quota;  // bytes still to read; at first the file's size
  };

  std::optional<TrainingText> next_in_file() {
    const File& file = files_[at_];
    if (is_plain_text(file.file.path)) {
      const bool continues = plain_ != nullptr;
      if (!continues) {
        plain_ = std::make_unique<PlainText>(file.file.path, splitter_);
      }
      std::optional<std::string> block = plain_->next();
      if (!block) {
        return std::nullopt;
      }
      if (static_cast<double>(block->size()) > file.quota) {
        block->resize(static_cast<size_t>(file.quota));
      }
      TrainingText text(std::move(*block));
      text.continues = continues;
      text.factor = factor(file.source, {}, {});
      return text;
    }
    if (documents_ == nullptr) {
      documents_ = std::make_unique<DocumentReader>(std::vector<InputFile>{file.file});
    }
    while (std::optional<Result<Document>> item = documents_->next()) {
      if (item->ok()) {
        Document& document = **item;
        TrainingText text(std::move(document.text));
        text.factor = factor(file.source, document.source, document.language);
        return text;
      }
      context_.log.debug("left out: {} ({})", item->reject().detail, item->reject().reason);
    }
    return std::nullopt;
  }

  double factor(std::string_view folder, std::string_view source, std::string_view language) const {
    double product = 1;
    for (const SamplingFactor& each : factors_) {
      const bool fits_source = each.source.empty() || each.source == source || each.source == folder;
      if (fits_source && (each.language.empty() || each.language == language)) {
        product *= each.factor;
      }
    }
    return product;
  }

  const Context& context_;
  WordSplitter splitter_;
  std::vector<SamplingFactor> factors_;
  std::vector<File> files_;
  size_t at_ = 0;
  std::unique_ptr<DocumentReader> documents_;
  std::unique_ptr<PlainText> plain_;
};

}  // namespace

TextSource text_source(const Context& context, const TokenizerOptions& options, std::vector<TrainingFiles> sources) {
  auto texts = std::make_shared<SampledTexts>(context, options, std::move(sources));
  return [texts] { return texts->next(); };
}

}  // namespace smelt
