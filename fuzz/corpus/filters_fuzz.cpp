// Any bytes as a text: statistics stay within their bounds, redaction is idempotent, signatures are made.
#include <cmath>
#include <cstdint>
#include <string>

#include "base/error.h"
#include "corpus/dedup/minhash.h"
#include "corpus/filters.h"
#include "corpus/privacy/redact.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string text(reinterpret_cast<const char*>(data), size);
  const char* const languages[] = {"en", "de", "zh", ""};
  smelt::FilterPipeline pipeline{smelt::FilterOptions{}};
  for (const smelt::RuleResult& result : pipeline.measure(text, languages[size % 4])) {
    SMELT_CHECK(std::isfinite(result.value) && result.value >= 0);
  }
  const smelt::Redactor redactor{smelt::RedactOptions{}};
  redactor.redact(text);
  SMELT_CHECK(redactor.redact(text).total() == 0);
  std::vector<uint32_t> shingles;
  smelt::shingle_hashes(smelt::normalize_for_duplicates(text), smelt::ShingleUnit::kCharacters, 24, shingles);
  SMELT_CHECK(shingles.size() <= text.size() + 1);
  return 0;
}
