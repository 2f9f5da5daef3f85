// Any bytes in any encoding become valid UTF-8. The first byte chooses the declared encoding.
#include <array>

#include "base/text.h"
#include "bytes.h"
#include "crawl/charset.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr std::array<const char*, 14> kLabels = {
      "",        "utf-8", "windows-1252", "shift_jis", "euc-jp", "iso-2022-jp",  "gbk",
      "gb18030", "big5",  "euc-kr",       "utf-16le",  "koi8-r", "iso-8859-8-i", "nonsense"};
  if (size == 0) {
    return 0;
  }
  const std::string label = kLabels[data[0] % kLabels.size()];
  const std::string_view body = smelt::fuzz_bytes(data + 1, size - 1);
  const auto decoded = smelt::decode_html(body, label.empty() ? "text/html" : "text/html; charset=" + label);
  SMELT_CHECK(smelt::is_valid_utf8(decoded.utf8) && !decoded.charset.empty());
  static_cast<void>(smelt::content_type_charset(body));
  static_cast<void>(smelt::charset_for_label(body));
  return 0;
}
