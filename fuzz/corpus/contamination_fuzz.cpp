// Any bytes as a benchmark's text and as a document: a text of enough words is found in itself, places lie in the text,
// cutting leaves no hit of it behind.
#include <cstdint>
#include <string>

#include "base/error.h"
#include "base/text.h"
#include "corpus/contamination/contamination_index.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  smelt::ContaminationRules rules;
  rules.ngram = 8;
  rules.all_texts = size % 2 == 1;
  smelt::ContaminationIndex index(rules);
  index.add({"fuzz", "1", "", text});
  index.add({"fuzz", "2", "", "the quick brown fox jumps over the lazy dog and runs away"});
  index.finish();
  size_t words = 0;
  smelt::for_each_word(text, [&](const smelt::FoldedWord& word) {
    SMELT_CHECK(word.begin < word.end && word.end <= text.size());
    ++words;
  });
  smelt::ContaminationIndex::Scratch scratch;
  bool found = false;
  for (const smelt::ContaminationHit& hit : index.find(text, scratch)) {
    SMELT_CHECK(hit.begin < hit.end && hit.end <= text.size());
    found = found || index.texts()[hit.text].item == "1";
  }
  SMELT_CHECK(found || words < 8);
  return 0;
}
