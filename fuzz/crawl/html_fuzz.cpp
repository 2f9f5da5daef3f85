// Any bytes as a page: a text in valid UTF-8 that is not empty, or a named reject.
#include "base/text.h"
#include "bytes.h"
#include "crawl/extract.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  smelt::RawPage page;
  page.id = "page";
  page.body = std::string(smelt::fuzz_bytes(data, size));
  page.content_type = "text/html";
  for (const char* content : {"main", "all"}) {
    smelt::ExtractOptions options;
    options.content = content;
    const auto extracted = smelt::extract_page(page, options);
    if (extracted.ok()) {
      SMELT_CHECK(!extracted.value().text.empty() && smelt::is_valid_utf8(extracted.value().text));
      SMELT_CHECK(smelt::is_valid_utf8(extracted.value().title));
    } else {
      SMELT_CHECK(!extracted.reject().reason.empty());
    }
  }
  return 0;
}
