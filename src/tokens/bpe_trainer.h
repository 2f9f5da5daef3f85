// Training a byte-level BPE tokenizer and writing it as Hugging Face's library does.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/context.h"
#include "base/recipe.h"
#include "base/stage.h"
#include "corpus/input_files.h"

namespace smelt {

struct TokenizerOptions {
  int64_t vocab_size = 32768;
  std::string split = "nemotron";
  int64_t min_frequency = 2;
  int64_t sample_bytes = int64_t{1} << 30;
  std::vector<std::string> special_tokens = {"<|endoftext|>", "<|im_start|>", "<|im_end|>"};
  std::vector<std::string> marker_tokens = {"<think>", "</think>"};
  std::string eos_token = "<|endoftext|>";
  std::string bos_token;

  void fields(Fields& f) {
    f("vocab_size", vocab_size, "number of tokens, the special ones included; a multiple of 128 keeps GEMMs aligned",
      {.min = 258, .max = 1 << 24});
    f.choice("split", split, {"gpt2", "llama3", "nemotron"},
             "how text is cut into words: as GPT-2 does; as Llama 3 (numbers in threes); as Nemotron (case, single "
             "digits)");
    f("min_frequency", min_frequency, "pairs that occur less often are not merged", {.min = 0});
    f("sample_bytes", sample_bytes, "bytes of text to learn from, spread over the files by size; 0: all", {.min = 0});
    f("special_tokens", special_tokens, "control tokens, first in the vocabulary; hidden where text is shown");
    f("marker_tokens", marker_tokens, "tokens of their own that are shown in text");
    f("eos_token", eos_token, "the special token that ends a document");
    f("bos_token", bos_token, "the special token that begins a document; empty: none");
  }
};

// Gives the next text, nullopt at the end. Called by one thread at a time.
using TextSource = std::function<std::optional<std::string>()>;

// The texts of files of documents (corpus/document_io.h) and of plain .txt files (one text each), of each file as much
// as its share of `sample_bytes` (0: all). Lines that are no documents are skipped.
TextSource text_source(const Context& context, std::vector<InputFile> files, int64_t sample_bytes);

struct TrainedTokenizer {
  std::vector<std::string> tokens;  // bytes by id: special, marker, the 256 bytes, merged
  std::vector<std::pair<uint32_t, uint32_t>> merges;
  int64_t documents = 0;
  int64_t bytes = 0;
  int64_t distinct_words = 0;
};

// Equal to the Hugging Face library's BpeTrainer on the same texts and settings, whatever the number of threads.
// UserError: kUsage for options that contradict each other, kInput where there is no text.
TrainedTokenizer train_tokenizer(const Context& context, const TokenizerOptions& options, const TextSource& next);

// tokenizer.json, tokenizer_config.json and special_tokens_map.json in an existing folder.
void write_tokenizer(const TrainedTokenizer& trained, const TokenizerOptions& options, const std::string& dir);

// A corpus folder (its train/ where it has one, else all document files) -> a tokenizer's folder.
StageResult train_tokenizer_stage(const Context& context, const TokenizerOptions& options,
                                  const std::string& corpus_dir, const std::string& dir);

}  // namespace smelt
