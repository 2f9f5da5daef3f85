// Any bytes as a text: every rule of every filter set measures a finite value, C4's rules add nothing, English words
// cover the text in order, redaction is idempotent, signatures are made.
#include <cmath>
#include <cstdint>
#include <string>

#include "base/error.h"
#include "corpus/dedup/minhash.h"
#include "corpus/filters.h"
#include "corpus/filters/english_tokenizer.h"
#include "corpus/privacy/redact.h"

namespace {

void check_sets(const std::string& text, const char* language, const char* mode) {
  smelt::FilterOptions options;
  options.mode = mode;
  options.sets = {"nemotron-cc", "gopher", "c4", "fineweb", "redpajama"};
  smelt::FilterPipeline pipeline(options);
  for (const smelt::RuleResult& result : pipeline.measure(text, language)) {
    SMELT_CHECK(std::isfinite(result.value) && result.value >= 0);
  }
  options.sets = {"c4"};
  options.c4.min_sentences = 0;
  smelt::FilterPipeline cleaner(options);
  std::string once = text;
  if (cleaner.filter(once, language).keep) {
    SMELT_CHECK(once.size() <= text.size());
  }
}

void check_english_words(const std::string& text) {
  smelt::EnglishTokenizer tokenizer;
  std::vector<smelt::EnglishToken> tokens;
  tokenizer.tokenize(text, tokens);
  uint32_t end = 0;
  for (const smelt::EnglishToken& token : tokens) {
    SMELT_CHECK(token.begin >= end && token.end > token.begin && token.end <= text.size());
    SMELT_CHECK(token.begin <= end + 1);  // nothing but single spaces between
    end = token.end;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string text(reinterpret_cast<const char*>(data), size);
  const char* const languages[] = {"en", "de", "zh", ""};
  check_sets(text, languages[size % 4], size % 2 == 0 ? "fixed" : "published");
  check_english_words(text);
  const smelt::Redactor redactor{smelt::RedactOptions{}};
  redactor.redact(text);
  SMELT_CHECK(redactor.redact(text).total() == 0);
  std::vector<uint32_t> shingles;
  smelt::shingle_hashes(smelt::normalize_for_duplicates(text), smelt::ShingleUnit::kCharacters, 24, shingles);
  SMELT_CHECK(shingles.size() <= text.size() + 1);
  return 0;
}
