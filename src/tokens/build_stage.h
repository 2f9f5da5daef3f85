// Documents to token datasets.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/context.h"
#include "base/recipe.h"
#include "base/stage.h"
#include "corpus/input_files.h"
#include "tokens/tokenizer.h"

namespace smelt {

struct TokensOptions {
  bool append_eod = true;
  bool special_tokens_in_text = false;

  void fields(Fields& f) {
    f("append_eod", append_eod, "end every document with the tokenizer's eos token");
    f("special_tokens_in_text", special_tokens_in_text,
      "read <|im_start|> and its kind in a text as control tokens; else they are plain text, as web pages must be "
      "read");
  }
};

struct TokenCounts {
  int64_t documents = 0;  // empty ones included
  int64_t empty_documents = 0;
  int64_t bytes = 0;                        // of text
  int64_t tokens = 0;                       // end-of-document tokens included
  std::map<std::string, int64_t> rejected;  // lines that are no documents, by reason

  void add(const TokenCounts& other);
  Json to_json() const;  // with bytes_per_token
  static TokenCounts from_json(const Json& json);
};

// The documents of files, in order -> PREFIX.bin and PREFIX.idx. Encodes on context.threads.width() threads; the bytes
// are the same for any number. An empty text is a document without a sequence. UserError(kUsage) where end-of-document
// tokens are asked for and the tokenizer has no eos.
TokenCounts build_dataset(const Context& context, const TokensOptions& options, const Tokenizer& tokenizer,
                          const std::vector<InputFile>& files, const std::string& prefix);

// A corpus folder -> one dataset a source (corpus_files.h) and heldout.bin/.idx. Each input file is encoded by itself
// and not again after a kill. Counts of the manifest: per source and in sum, documents, bytes, tokens, bytes_per_token.
StageResult build_tokens(const Context& context, const TokensOptions& options, const std::string& tokenizer_dir,
                         const std::string& corpus_dir, const std::string& dir);

}  // namespace smelt
