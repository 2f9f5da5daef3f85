// Any bytes in any encoding become valid UTF-8. The first byte chooses the declared encoding, the second how much of
// the input is looked at, since detection reads all of it.
#include <array>

#include "base/text.h"
#include "bytes.h"
#include "crawl/charset.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr std::array<const char*, 18> kLabels = {
      "",       "utf-8",          "windows-1252", "shift_jis", "euc-jp",       "iso-2022-jp",
      "gbk",    "gb18030",        "big5",         "euc-kr",    "utf-16le",     "utf-16be",
      "koi8-r", "x-user-defined", "replacement",  "macintosh", "iso-8859-8-i", "nonsense"};
  if (size < 2) {
    return 0;
  }
  const std::string label = kLabels[data[0] % kLabels.size()];
  constexpr size_t kStep = 64;
  const std::string_view body = smelt::fuzz_bytes(data + 2, size - 2).substr(0, std::max<size_t>(1, data[1]) * kStep);
  const auto decoded = smelt::decode_html(body, label.empty() ? "text/html" : "text/html; charset=" + label);
  SMELT_CHECK(smelt::is_valid_utf8(decoded.utf8) && !decoded.charset.empty());
  static_cast<void>(smelt::content_type_charset(body));
  static_cast<void>(smelt::charset_for_label(body));
  return 0;
}
