// Any bytes as a text with every kind looked for: places ascend within the text, replacing twice changes nothing more,
// masking keeps what is no letter or digit, and what was valid UTF-8 stays so.
#include <cstdint>
#include <string>

#include "base/error.h"
#include "base/text.h"
#include "corpus/privacy/redact.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string original(reinterpret_cast<const char*>(data), size);
  smelt::RedactOptions options;
  const smelt::Redactor redactor(options);
  size_t done = 0;
  for (const smelt::PersonalSpan& span : redactor.find(original)) {
    SMELT_CHECK(span.begin >= done && span.begin < span.end && span.end <= original.size());
    done = span.end;
  }
  const bool valid = smelt::is_valid_utf8(original);
  std::string text = original;
  redactor.redact(text);
  SMELT_CHECK(!valid || smelt::is_valid_utf8(text));
  SMELT_CHECK(redactor.redact(text).total() == 0);
  options.emails = options.ip_addresses = options.phones = options.cards = options.ibans = options.national_ids =
      options.secrets = options.names = "mask";
  text = original;
  smelt::Redactor(options).redact(text);
  SMELT_CHECK(!valid || smelt::is_valid_utf8(text));
  SMELT_CHECK(!valid || smelt::count_code_points(text) == smelt::count_code_points(original));
  return 0;
}
