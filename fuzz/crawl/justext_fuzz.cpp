// Paragraphs of any page are valid UTF-8, never empty, and as long as they say.
#include "base/text.h"
#include "bytes.h"
#include "crawl/justext.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::vector<smelt::JustextParagraph> paragraphs =
      smelt::justext_paragraphs(smelt::replace_invalid_utf8(smelt::fuzz_bytes(data, size)));
  smelt::classify_paragraphs(paragraphs, smelt::stop_words("en"), {});
  for (const smelt::JustextParagraph& paragraph : paragraphs) {
    SMELT_CHECK(!paragraph.text.empty() && smelt::is_valid_utf8(paragraph.text));
    SMELT_CHECK(paragraph.length == smelt::count_code_points(paragraph.text));
    SMELT_CHECK(paragraph.final == smelt::BlockClass::kGood || paragraph.final == smelt::BlockClass::kBad);
  }
  return 0;
}
