// Any bytes as an address, alone and against a base: what is read reads back to itself, and has no bytes that a request
// line may not hold.
#include <algorithm>

#include "bytes.h"
#include "crawl/fetch/url.h"

namespace {

void check(const smelt::Url& url) {
  const std::string text = url.text();
  SMELT_CHECK(std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7F; }));
  const auto again = smelt::parse_url(text);
  SMELT_CHECK(again.has_value() && again->text() == text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes = smelt::fuzz_bytes(data, size);
  if (const auto url = smelt::parse_url(bytes)) {
    check(*url);
  }
  const smelt::Url base = smelt::parse_url("https://example.org:81/a/b;c/d?e=f").value();
  if (const auto url = smelt::parse_url(bytes, &base)) {
    check(*url);
  }
  return 0;
}
