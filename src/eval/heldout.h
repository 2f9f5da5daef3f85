// The held-out documents that everything is measured on, with their tokens.
//
// The rule of payment, the same for every yardstick: each document starts in the context of the end-of-document token
// alone; every one of its tokens and the end-of-document token behind it are paid for; the bytes of its text are what
// is divided by. So document boundaries cost bits and count no bytes. (zstd gets the same documents, each with one zero
// byte behind it.)
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/context.h"
#include "tokens/tokenizer.h"

namespace smelt {

extern const char* const kPaymentRule;  // the rule in two sentences, for reports

struct HeldoutDocument {
  std::string id;
  std::string text;
  std::vector<uint32_t> ids;  // of the text, then the end-of-document token
};

struct HeldoutSet {
  std::vector<HeldoutDocument> documents;
  int64_t bytes = 0;   // of all texts
  int64_t tokens = 0;  // of all ids
  int64_t available_documents = 0;
  int64_t available_bytes = 0;
  uint32_t eos_id = 0;

  std::string joined_text() const;  // for compressors: a zero byte behind each document
};

// Documents below `documents_path` (a folder, file or glob). Where they have more than max_bytes, documents are drawn
// without regard to their content, by (seed, place in the input), until max_bytes are reached; the last one drawn is
// cut at a character. They stay in the order of the input. Empty documents are left out. Throws UserError(kInput) where
// there is no document, or the tokenizer has no end-of-document token.
HeldoutSet load_heldout(const Context& context, const std::string& documents_path, const Tokenizer& tokenizer,
                        int64_t max_bytes);

// The texts of all documents of a path in order, a zero byte behind each; where they have more than max_bytes, an
// evenly drawn part of them.
struct TrainingText {
  std::string text;
  int64_t documents = 0;
  int64_t available_documents = 0;
  int64_t available_bytes = 0;
};
TrainingText load_training_text(const Context& context, const std::string& documents_path, int64_t max_bytes);

}  // namespace smelt
