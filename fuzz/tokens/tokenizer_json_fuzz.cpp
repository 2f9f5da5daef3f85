// Any bytes as tokenizer.json: an error, or a tokenizer whose ids stay inside its vocabulary.
#include "base/error.h"
#include "bytes.h"
#include "tokens/tokenizer.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  try {
    const auto tokenizer = smelt::Tokenizer::parse(smelt::fuzz_bytes(data, size), "tokenizer.json");
    const auto ids = tokenizer.encode("Iron, 12 smiths' and caf\xC3\xA9 \xFF\n");
    for (const uint32_t id : ids) {
      SMELT_CHECK(id < tokenizer.vocab_size());
    }
    static_cast<void>(tokenizer.decode(ids).size());
  } catch (const smelt::UserError&) {
  }
  return 0;
}
