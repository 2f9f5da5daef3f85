// Any bytes as a text: statistics stay within their bounds, redaction is idempotent, signatures are made.
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "corpus/filters.h"
#include "corpus/minhash.h"
#include "corpus/redact.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string text(reinterpret_cast<const char*>(data), size);
  const char* const languages[] = {"en", "de", "zh", ""};
  smelt::FilterPipeline pipeline{smelt::FilterOptions{}};
  for (const smelt::RuleResult& result : pipeline.measure(text, languages[size % 4])) {
    if (!std::isfinite(result.value) || result.value < 0) {
      abort();
    }
  }
  smelt::redact(text, {});
  if (smelt::redact(text, {}).total() != 0) {
    abort();
  }
  std::vector<uint32_t> shingles;
  smelt::shingle_hashes(smelt::normalize_for_duplicates(text), 24, shingles);
  if (shingles.size() > size + 1) {
    abort();
  }
  return 0;
}
