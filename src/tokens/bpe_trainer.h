// Training a tokenizer and writing it as Hugging Face's library does.
//
// A text is cut into words, distinct words are counted in one pass, and the pairs that occur most often become tokens.
// On the same texts and settings the merges are those of the library's BpeTrainer (and the vocabulary that of its
// WordPieceTrainer, where its order of "##" characters, which changes from run to run, is ours), whatever the number of
// threads.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/context.h"
#include "base/recipe.h"
#include "base/stage.h"
#include "corpus/input_files.h"

namespace smelt {

// How much the documents of a source or a language count.
struct SamplingFactor {
  std::string source;
  std::string language;
  double factor = 1;

  void fields(Fields& f) {
    f("source", source, "documents of this source: their `source`, or the folder below train/; empty: of any");
    f("language", language, "documents of this `language`; empty: of any");
    f("factor", factor, "how often each counts, in thousandths: 3 as if it stood there three times, 0 not at all",
      {.min = 0, .max = 1e6});
  }
};

struct TokenizerOptions {
  std::string model = "byte_level";
  int64_t vocab_size = 32768;
  std::string split = "nemotron";
  bool split_digits = false;
  bool lowercase = true;
  int64_t min_frequency = 2;
  int64_t max_token_length = 0;
  int64_t limit_alphabet = 0;
  double character_coverage = 0.9995;
  std::string initial_alphabet;
  std::vector<SamplingFactor> factors;
  int64_t sample_bytes = int64_t{1} << 30;
  int64_t min_word_count = 1;
  int64_t memory = 2048;
  std::vector<std::string> special_tokens = {"<|endoftext|>", "<|im_start|>", "<|im_end|>"};
  std::vector<std::string> marker_tokens = {"<think>", "</think>"};
  bool protect_tokens = true;
  std::string eos_token = "<|endoftext|>";
  std::string bos_token;

  void fields(Fields& f) {
    f.choice("model", model, {"byte_level", "byte_fallback", "wordpiece"},
             "byte_level: BPE over bytes, nothing is unknown; byte_fallback: BPE over characters as SentencePiece has "
             "it, bytes for the rare ones; wordpiece: as BERT, pieces inside a word begin with ##");
    f("vocab_size", vocab_size, "number of tokens, the special ones included; a multiple of 128 keeps GEMMs aligned",
      {.min = 258, .max = 1 << 24});
    f.choice("split", split, {"gpt2", "llama3", "nemotron", "metaspace"},
             "how text is cut into words: as GPT-2 does; as Llama 3 (numbers in threes); as Nemotron (case, single "
             "digits); before every space (SentencePiece). wordpiece always cuts at white space and punctuation");
    f("split_digits", split_digits, "every digit is a token of its own, whatever the split");
    f("lowercase", lowercase, "wordpiece: letters lose case and accents");
    f("min_frequency", min_frequency, "pairs that occur less often are not merged", {.min = 0});
    f("max_token_length", max_token_length,
      "merged tokens have fewer characters (of byte_level: bytes) than this; 0: any number", {.min = 0});
    f("limit_alphabet", limit_alphabet,
      "byte_fallback, wordpiece: the most frequent characters, so many, are tokens; 0: as many as cover the text",
      {.min = 0});
    f("character_coverage", character_coverage,
      "byte_fallback, wordpiece: share of the text's characters that the alphabet covers; the others are bytes or "
      "unknown",
      {.min = 0, .max = 1});
    f("initial_alphabet", initial_alphabet, "byte_fallback, wordpiece: characters that are tokens in any case");
    f.tables("factors", factors,
             "Sources and languages that count more or less than they are long. What fits several counts by the "
             "product.");
    f("sample_bytes", sample_bytes, "bytes of text to learn from, spread over the files by size; 0: all", {.min = 0});
    f("min_word_count", min_word_count, "words that occur less often are left out; raise it for corpora of terabytes",
      {.min = 1});
    f("memory", memory, "MiB for the table of words; what needs more goes to files", {.min = 16});
    f("special_tokens", special_tokens, "control tokens, first in the vocabulary; hidden where text is shown");
    f("marker_tokens", marker_tokens, "tokens of their own that are shown in text");
    f("protect_tokens", protect_tokens,
      "special and marker tokens that stand in the text are not learnt from, and no merge makes one");
    f("eos_token", eos_token, "the special token that ends a document");
    f("bos_token", bos_token, "the special token that begins a document; empty: none");
  }
};

struct TrainingText {
  TrainingText(std::string bytes) : text(std::move(bytes)) {}  // NOLINT(google-explicit-constructor)
  std::string text;
  double factor = 1;       // as in SamplingFactor
  bool continues = false;  // the document of the text before
};

// Gives the next text, nullopt at the end. Called by one thread at a time.
using TextSource = std::function<std::optional<TrainingText>()>;

// Files of documents under one name.
struct TrainingFiles {
  std::string source;
  std::vector<InputFile> files;
};

// The texts of files of documents (corpus/document_io.h) and of plain text (.txt, .txt.gz, .txt.zst: one text each), of
// each file as much as its share of options.sample_bytes, by its size on disk. Lines that are no documents are skipped.
TextSource text_source(const Context& context, const TokenizerOptions& options, std::vector<TrainingFiles> sources);

struct TrainedTokenizer {
  std::vector<std::string> tokens;  // by id, as vocabularies spell them: special, marker, alphabet, merged
  std::vector<std::pair<uint32_t, uint32_t>> merges;
  int64_t documents = 0;
  int64_t bytes = 0;
  int64_t words = 0;  // in the texts, by their factors
  int64_t distinct_words = 0;
};

// `scratch_folder`: where words go that options.memory does not hold; empty: the system's folder for temporary files.
// UserError: kUsage for options that contradict each other, kInput where there is no text, kResource where even the
// distinct words need more memory.
TrainedTokenizer train_tokenizer(const Context& context, const TokenizerOptions& options, const TextSource& next,
                                 const std::string& scratch_folder = {});

// tokenizer.json, tokenizer_config.json and special_tokens_map.json in an existing folder.
void write_tokenizer(const TrainedTokenizer& trained, const TokenizerOptions& options, const std::string& dir);

// A corpus folder (its train/ where it has one, else all document files) -> a tokenizer's folder.
StageResult train_tokenizer_stage(const Context& context, const TokenizerOptions& options,
                                  const std::string& corpus_dir, const std::string& dir);
// The same of files, into a folder that must not exist (base/stage.h, run_single_stage).
StageResult train_tokenizer_files(const Context& context, const TokenizerOptions& options,
                                  const std::vector<InputFile>& files, const std::string& dir, bool resume);

}  // namespace smelt
