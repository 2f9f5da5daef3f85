// Whatever parses is written as JSON that parses to the same value.
#include "base/json.h"
#include "bytes.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const smelt::Result<smelt::Json> parsed = smelt::Json::parse(smelt::fuzz_bytes(data, size));
  if (parsed.ok()) {
    for (const int indent : {-1, 1}) {
      const smelt::Result<smelt::Json> again = smelt::Json::parse(parsed.value().dump(indent));
      SMELT_CHECK(again.ok() && again.value() == parsed.value());
    }
  }
  return 0;
}
