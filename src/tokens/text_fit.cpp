#include "tokens/text_fit.h"

#include <algorithm>
#include <memory>
#include <mutex>
#include <numeric>
#include <optional>

#include "base/error.h"
#include "base/stream.h"
#include "base/text.h"
#include "corpus/document_io.h"
#include "tokens/split/unicode_classes.h"

namespace smelt {
namespace {

constexpr size_t kBatchBytes = 1 << 19;
constexpr size_t kSampleBytes = 400;

struct FileText {
  size_t file = 0;
  std::string text;
  std::string language;
};

struct BatchFit {
  std::vector<std::pair<size_t, TextFit>> files;
  std::map<std::string, TextFit> languages;
};

bool holds_documents(const std::string& path) {
  for (const std::string_view ending : {".jsonl", ".ndjson", ".parquet", ".jsonl.gz", ".jsonl.zst", ".jsonl.zstd"}) {
    if (path.ends_with(ending)) {
      return true;
    }
  }
  return false;
}

// The texts of the files, each file up to its limit; the text that passes it is cut at a character.
class Texts {
 public:
  Texts(const std::vector<InputFile>& files, int64_t bytes_per_file)
      : files_(files), limit_(bytes_per_file == 0 ? INT64_MAX : bytes_per_file), left_(limit_) {}

  std::optional<FileText> next() {
    while (at_ < files_.size()) {
      std::optional<FileText> text = left_ > 0 ? next_in_file() : std::nullopt;
      if (text) {
        if (static_cast<int64_t>(text->text.size()) > left_) {
          cut(text->text, static_cast<size_t>(left_));
          left_ = 0;
        }
        left_ -= static_cast<int64_t>(text->text.size());
        return text;
      }
      ++at_;
      left_ = limit_;
      documents_.reset();
      was_read_ = false;
    }
    return std::nullopt;
  }

 private:
  static void cut(std::string& text, size_t size) {
    while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0U) == 0x80) {
      --size;
    }
    text.resize(size);
  }

  std::optional<FileText> next_in_file() {
    const std::string& path = files_[at_].path;
    if (!holds_documents(path)) {
      if (was_read_) {
        return std::nullopt;
      }
      was_read_ = true;
      return FileText{at_, read_text(path), {}};
    }
    if (documents_ == nullptr) {
      documents_ = std::make_unique<DocumentReader>(std::vector<InputFile>{files_[at_]});
    }
    while (std::optional<Result<Document>> item = documents_->next()) {
      if (item->ok()) {
        return FileText{at_, std::move((*item)->text), std::move((*item)->language)};
      }
    }
    return std::nullopt;
  }

  std::string read_text(const std::string& path) const {
    const auto source = open_input(path);
    std::string out;
    std::string buffer(1 << 20, '\0');
    try {
      while (const size_t count = source->read(buffer.data(), buffer.size())) {
        out.append(buffer, 0, count);
        if (static_cast<int64_t>(out.size()) > limit_) {
          break;
        }
      }
    } catch (const StreamError& error) {
      throw input_error(std::string("the file is damaged: ") + error.what(), path, "unpack it to see what is left");
    }
    return out;
  }

  const std::vector<InputFile>& files_;
  int64_t limit_;
  int64_t left_;
  size_t at_ = 0;
  bool was_read_ = false;
  std::unique_ptr<DocumentReader> documents_;
};

void count_text(std::string_view text, TextFit& fit) {
  const UnicodeClasses& classes = UnicodeClasses::get();
  const char* const end = text.data() + text.size();
  bool in_word = false;
  for (const char* p = text.data(); p < end;) {
    const ClassedChar c = classify(classes, p, end);
    const bool is_space = (c.bits & kClassSpace) != 0;
    fit.words += !is_space && !in_word ? 1 : 0;
    in_word = !is_space;
    ++fit.characters;
    p += c.length;
  }
  ++fit.documents;
  fit.bytes += static_cast<int64_t>(text.size());
}

bool is_part(std::string_view token) {
  return token.size() == 1 && static_cast<unsigned char>(token[0]) >= 0x80;
}

// Adds up what the batches hold; who counted what does not matter.
class Uses {
 public:
  explicit Uses(size_t ids) : uses_(ids) {}
  void add(const std::vector<uint32_t>& ids) {
    const std::lock_guard lock(mutex_);
    for (const uint32_t id : ids) {
      ++uses_[id];
    }
  }
  std::vector<int64_t> take() { return std::move(uses_); }

 private:
  std::mutex mutex_;
  std::vector<int64_t> uses_;
};

std::optional<std::vector<FileText>> next_batch(Texts& texts, FitReport& report) {
  std::vector<FileText> batch;
  for (size_t bytes = 0; bytes < kBatchBytes;) {
    std::optional<FileText> text = texts.next();
    if (!text) {
      break;
    }
    if (report.sample.empty()) {
      size_t size = std::min(text->text.size(), kSampleBytes);
      while (size < text->text.size() && (static_cast<unsigned char>(text->text[size]) & 0xC0U) == 0x80) {
        ++size;
      }
      report.sample = text->text.substr(0, size);
    }
    bytes += text->text.size() + 1;
    batch.push_back(std::move(*text));
  }
  return batch.empty() ? std::nullopt : std::optional(std::move(batch));
}

}  // namespace

void TextFit::add(const TextFit& other) {
  documents += other.documents;
  bytes += other.bytes;
  characters += other.characters;
  words += other.words;
  tokens += other.tokens;
  part_tokens += other.part_tokens;
}

int64_t FitReport::unused() const {
  return std::count(uses.begin(), uses.end(), 0);
}

FitReport measure_fit(const Context& context, const Tokenizer& tokenizer, const std::vector<InputFile>& files,
                      int64_t bytes_per_file) {
  FitReport report;
  for (const InputFile& file : files) {
    report.files.emplace_back(file.name, TextFit());
  }
  Progress progress(context.progress, "encode", 0, "bytes");
  Texts texts(files, bytes_per_file);
  Uses uses(tokenizer.vocab_size());
  using Batch = std::vector<FileText>;
  const auto next = [&] {
    context.stop_if_asked();
    return next_batch(texts, report);
  };
  const auto work = [&](const Batch& batch) {
    BatchFit out;
    std::vector<uint32_t> ids;
    for (const FileText& text : batch) {
      TextFit fit;
      ids.clear();
      tokenizer.encode_plain(text.text, ids);
      count_text(text.text, fit);
      fit.tokens = static_cast<int64_t>(ids.size());
      fit.part_tokens =
          std::count_if(ids.begin(), ids.end(), [&](uint32_t id) { return is_part(tokenizer.token_view(id)); });
      uses.add(ids);
      out.files.emplace_back(text.file, fit);
      if (!text.language.empty()) {
        out.languages[text.language].add(fit);
      }
    }
    return out;
  };
  const auto sink = [&](const BatchFit& batch) {
    for (const auto& [file, fit] : batch.files) {
      report.files[file].second.add(fit);
      report.all.add(fit);
      progress.add(static_cast<uint64_t>(fit.bytes));
    }
    for (const auto& [language, fit] : batch.languages) {
      report.languages[language].add(fit);
    }
  };
  ordered_map<Batch, BatchFit>(context.threads.width(), next, work, sink);
  if (report.all.bytes == 0) {
    throw input_error("there is no text to measure", {}, "name files with text or documents");
  }
  report.uses = uses.take();
  return report;
}

namespace {

// Counts a token by what its characters are.
void classify_token(std::string_view token, VocabularyFigures& out) {
  out.after_space += token.starts_with(' ') && token.size() > 1 ? 1 : 0;
  if (token.size() == 1) {
    ++out.bytes;
  }
  if (!is_valid_utf8(token)) {
    out.parts += token.size() > 1 ? 1 : 0;
    return;
  }
  const UnicodeClasses& classes = UnicodeClasses::get();
  bool all_letters = token != " ";
  bool all_spaces = true;
  bool has_number = false;
  for (size_t pos = 0; pos < token.size();) {
    const bool leading_space = pos == 0 && token[0] == ' ';
    const uint8_t bits = classes.of(next_code_point(token, pos));
    const bool is_number = (bits & kClassNumber) != 0;
    all_letters = all_letters && (leading_space || ((bits & kClassWord) != 0 && !is_number));
    all_spaces = all_spaces && (bits & kClassSpace) != 0;
    has_number = has_number || is_number;
  }
  out.letters += all_letters ? 1 : 0;
  out.numbers += has_number ? 1 : 0;
  out.white_space += all_spaces ? 1 : 0;
}

}  // namespace

VocabularyFigures vocabulary_figures(const Tokenizer& tokenizer, size_t num_longest) {
  VocabularyFigures out;
  for (uint32_t id = 0; id < tokenizer.vocab_size(); ++id) {
    const std::string_view token = tokenizer.token_view(id);
    if (token.empty()) {
      continue;
    }
    ++out.entries;
    if (tokenizer.is_special(id)) {
      ++out.special;
      continue;
    }
    out.longest.push_back(id);
    int least = 32;
    while (least > static_cast<int>(token.size())) {
      least /= 2;
    }
    ++out.by_bytes[least];
    classify_token(token, out);
  }
  std::stable_sort(out.longest.begin(), out.longest.end(), [&](uint32_t a, uint32_t b) {
    return tokenizer.token_view(a).size() > tokenizer.token_view(b).size();
  });
  out.longest.resize(std::min(out.longest.size(), num_longest));
  return out;
}

int64_t shared_tokens(const Tokenizer& a, const Tokenizer& b) {
  int64_t shared = 0;
  for (uint32_t id = 0; id < a.vocab_size(); ++id) {
    const std::string_view token = a.token_view(id);
    const std::optional<uint32_t> other = token.empty() || a.is_special(id) ? std::nullopt : b.token_id(token);
    shared += other && !b.is_special(*other) ? 1 : 0;
  }
  return shared;
}

}  // namespace smelt
