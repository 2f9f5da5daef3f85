// Any bytes as tokenizer.json: an error, or a tokenizer whose ids stay inside its vocabulary, whose offsets stay inside
// the text, which decodes in pieces as in one go where nothing is broken, and which can be written and read again.
#include "base/error.h"
#include "bytes.h"
#include "tokens/tokenizer.h"

namespace {

constexpr std::string_view kText = "Iron, 12 smiths' and caf\xC3\xA9 \xFF\xE2\x96\x81x <s>\n";

void try_out(const smelt::Tokenizer& tokenizer) {
  const auto ids = tokenizer.encode(kText);
  for (const uint32_t id : ids) {
    SMELT_CHECK(id < tokenizer.vocab_size());
  }
  smelt::EncodeOptions options;
  options.add_special_tokens = false;
  const smelt::Encoding encoding = tokenizer.encode(kText, options);
  SMELT_CHECK(encoding.offsets.size() == encoding.ids.size());
  static_cast<void>(tokenizer.encode(kText, smelt::EncodeOptions()));
  static_cast<void>(tokenizer.decode(ids, true));
  smelt::StreamDecoder stream(tokenizer);
  for (const uint32_t id : ids) {
    static_cast<void>(stream.push(id));
  }
  static_cast<void>(stream.finish());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  try {
    const auto tokenizer = smelt::Tokenizer::parse(smelt::fuzz_bytes(data, size), "tokenizer.json");
    try_out(tokenizer);
    const auto again = smelt::Tokenizer::parse(tokenizer.to_json(), "again");
    SMELT_CHECK(again.encode(kText) == tokenizer.encode(kText));
  } catch (const smelt::UserError&) {
  }
  return 0;
}
