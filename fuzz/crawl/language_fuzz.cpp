// Paragraphs of any text come in order and hold all that is not blank; keeping the main language leaves valid UTF-8 and
// something of what was there.
#include "base/text.h"
#include "bytes.h"
#include "crawl/language/language.h"
#include "crawl/language/paragraphs.h"

namespace {

bool is_blank(std::string_view between) {
  return between.find_first_not_of(" \t\n\v\f\r>") == std::string_view::npos;
}

const smelt::LanguageIdentifier& identifier() {
  static const smelt::LanguageIdentifier kMain([] {
    smelt::LanguageOptions options;
    options.keep = {"main"};
    options.min_letters = 10;
    return options;
  }());
  return kMain;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string text = smelt::replace_invalid_utf8(smelt::fuzz_bytes(data, size));
  size_t end = 0;
  for (const smelt::ParagraphSpan& paragraph : smelt::split_paragraphs(text)) {
    SMELT_CHECK(paragraph.begin >= end && paragraph.end > paragraph.begin && paragraph.end <= text.size());
    SMELT_CHECK(is_blank(std::string_view(text).substr(end, paragraph.begin - end)));
    end = paragraph.end;
  }
  SMELT_CHECK(is_blank(std::string_view(text).substr(end)));
  SMELT_CHECK(smelt::without_formulas(text).size() <= text.size());
  const bool prose = !is_blank(text);
  identifier().identify(text);
  SMELT_CHECK(smelt::is_valid_utf8(text) && (!prose || !text.empty()));
  return 0;
}
