#include <algorithm>
#include <filesystem>
#include <optional>
#include <unordered_map>

#include "base/error.h"
#include "base/hash.h"
#include "corpus/document_io.h"
#include "corpus/quality/ngram_build.h"
#include "corpus/quality/ngram_text.h"
#include "corpus/quality/ngram_tokens.h"

namespace smelt {
namespace {

constexpr size_t kBatchBytes = 1 << 20;
constexpr int32_t kEnd = 1;
constexpr int32_t kFirstWord = 2;

using Batch = std::vector<std::string>;
using Counts = std::unordered_map<std::string, uint64_t>;

// The texts of all documents, about a megabyte at a time.
class TextBatches {
 public:
  TextBatches(const Context& context, const std::vector<LabelledInput>& inputs) : context_(context), inputs_(inputs) {}

  std::optional<Batch> next() {
    context_.stop_if_asked();
    Batch batch;
    size_t size = 0;
    while (size < kBatchBytes && (reader_ || input_ < inputs_.size())) {
      if (!reader_) {
        reader_.emplace(inputs_[input_].path);
      }
      std::optional<Result<Document>> item = reader_->next();
      if (!item) {
        reader_.reset();
        ++input_;
        continue;
      }
      if (item->ok() && inputs_[input_].label_of(item->value())) {
        ++documents;
        bytes += static_cast<int64_t>(item->value().text.size());
        size += item->value().text.size() + 1;
        batch.push_back(std::move(item->value().text));
      }
    }
    return batch.empty() ? std::nullopt : std::optional<Batch>(std::move(batch));
  }

  int64_t documents = 0;
  int64_t bytes = 0;

 private:
  const Context& context_;
  const std::vector<LabelledInput>& inputs_;
  size_t input_ = 0;
  std::optional<DocumentReader> reader_;  // of that input
};

// Counts words in bounded memory: when there are too many, the rarest so far are forgotten (Manku and Motwani,
// "Approximate Frequency Counts over Data Streams", VLDB 2002).
class WordCounts {
 public:
  explicit WordCounts(int64_t max_vocabulary) : most_(8 * static_cast<size_t>(max_vocabulary) + (1 << 16)) {}

  void add(const Counts& counts) {
    for (const auto& [word, count] : counts) {
      counts_[word] += count;
    }
    while (counts_.size() > most_) {
      ++forgotten_;
      std::erase_if(counts_, [&](const auto& entry) { return entry.second <= forgotten_; });
    }
  }

  // By falling count, equal ones in byte order.
  std::vector<std::string> most_frequent(int64_t max_vocabulary, int64_t min_count) {
    std::vector<std::pair<uint64_t, std::string>> all;
    for (auto& [word, count] : counts_) {
      if (count >= static_cast<uint64_t>(min_count)) {
        all.emplace_back(count, word);
      }
    }
    counts_.clear();
    std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
      return a.first != b.first ? a.first > b.first : a.second < b.second;
    });
    all.resize(std::min(all.size(), static_cast<size_t>(max_vocabulary)));
    std::vector<std::string> words;
    for (auto& [count, word] : all) {
      words.push_back(std::move(word));
    }
    return words;
  }

 private:
  size_t most_;
  uint64_t forgotten_ = 0;
  Counts counts_;
};

struct Sentences {
  std::vector<int32_t> tokens;  // each sentence ends with kEnd
  int64_t unknown = 0;
};

}  // namespace

class NgramTextTrainer {
 public:
  NgramTextTrainer(const Context& context, const std::vector<LabelledInput>& inputs, const NgramTextOptions& options)
      : context_(context), inputs_(inputs), options_(options), characters_(options.unit == "characters") {}

  Json train(const std::string& output) {
    const std::vector<std::string> words = choose_vocabulary();
    if (words.empty()) {
      throw input_error("the inputs have no text to learn a language model from", output, "name documents with text");
    }
    for (size_t i = 0; i < words.size(); ++i) {
      ids_.emplace(words[i], static_cast<int32_t>(i) + kFirstWord);
      vocabulary_ += words[i];
      vocabulary_ += '\n';
    }
    NgramOptions ngram;
    ngram.order = options_.order;
    ngram.vocab_size = static_cast<int64_t>(words.size()) + kFirstWord;
    ngram.probability_bits = options_.probability_bits;
    ngram.sort_bytes = options_.sort_bytes;
    const std::filesystem::path folder = std::filesystem::path(output).parent_path();
    ngram.scratch_dir = folder.empty() ? "." : folder.string();
    make_directories(ngram.scratch_dir);
    NgramTrainer trainer(context_.threads, ngram);
    add_sentences(trainer);
    AtomicFile file(output);
    trainer.finish(header(), vocabulary_, [&](std::string_view bytes) { file.write(bytes); });
    file.commit();
    counts_["vocabulary"] = static_cast<int64_t>(words.size());
    counts_["ngrams"] = Json::array();
    const NgramModel model = NgramModel::load(output);
    for (int64_t k = 1; k <= model.order(); ++k) {
      counts_["ngrams"].push_back(model.num_ngrams(k));
    }
    return std::move(counts_);
  }

 private:
  WordOptions word_options() const { return {.lower_case = options_.lower_case, .zero_digits = options_.zero_digits}; }

  Json header() const {
    Json out = Json::object();
    out["unit"] = options_.unit;
    out["lower_case"] = options_.lower_case;
    out["zero_digits"] = options_.zero_digits;
    return out;
  }

  std::vector<std::string> choose_vocabulary() {
    WordCounts counts(options_.max_vocabulary);
    TextBatches batches(context_, inputs_);
    ordered_map<Batch, Counts>(
        context_.threads.width(), [&] { return batches.next(); },
        [&](const Batch& batch) {
          Counts out;
          for (const std::string& text : batch) {
            for_each_sentence(
                text, characters_, word_options(), [&](std::string_view word) { ++out[std::string(word)]; }, [] {});
          }
          return out;
        },
        [&](const Counts& part) { counts.add(part); });
    return counts.most_frequent(options_.max_vocabulary, options_.min_count);
  }

  void add_sentences(NgramTrainer& trainer) {
    TextBatches batches(context_, inputs_);
    Progress progress(context_.progress, "n-grams", 0, "tokens");
    int64_t tokens = 0;
    int64_t unknown = 0;
    ordered_map<Batch, Sentences>(
        context_.threads.width(), [&] { return batches.next(); },
        [&](const Batch& batch) {
          Sentences out;
          std::string key;
          for (const std::string& text : batch) {
            for_each_sentence(
                text, characters_, word_options(),
                [&](std::string_view word) {
                  key = word;
                  const auto found = ids_.find(key);
                  out.unknown += found == ids_.end() ? 1 : 0;
                  out.tokens.push_back(found == ids_.end() ? 0 : found->second);
                },
                [&] { out.tokens.push_back(kEnd); });
          }
          return out;
        },
        [&](const Sentences& part) {
          for (size_t begin = 0; begin < part.tokens.size();) {
            const auto end = static_cast<size_t>(
                std::find(part.tokens.begin() + static_cast<int64_t>(begin), part.tokens.end(), kEnd) -
                part.tokens.begin() + 1);
            trainer.add_document(std::span(part.tokens).subspan(begin, end - begin));
            begin = end;
          }
          tokens += static_cast<int64_t>(part.tokens.size());
          unknown += part.unknown;
          progress.add(part.tokens.size());
        });
    counts_["documents"] = batches.documents;
    counts_["bytes"] = batches.bytes;
    counts_["tokens"] = tokens;
    counts_["unknown"] = unknown;
  }

  const Context& context_;
  const std::vector<LabelledInput>& inputs_;
  const NgramTextOptions& options_;
  bool characters_;
  std::unordered_map<std::string, int32_t> ids_;
  std::string vocabulary_;
  Json counts_ = Json::object();
};

Json train_ngram_text(const Context& context, const std::vector<LabelledInput>& inputs, const NgramTextOptions& options,
                      const std::string& output) {
  return NgramTextTrainer(context, inputs, options).train(output);
}

}  // namespace smelt
