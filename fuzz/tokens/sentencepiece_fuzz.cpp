// Any bytes as a SentencePiece model or a rank file of tiktoken: an error, or a tokenizer whose ids stay inside its
// vocabulary.
#include "base/error.h"
#include "bytes.h"
#include "tokens/formats/model_files.h"
#include "tokens/tokenizer.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes = smelt::fuzz_bytes(data, size);
  for (const bool ranks : {false, true}) {
    try {
      const auto tokenizer = smelt::Tokenizer::from_spec(ranks ? smelt::read_tiktoken(bytes, "gpt2", "ranks")
                                                               : smelt::read_sentencepiece(bytes, "model"));
      const auto ids = tokenizer.encode("Iron,  12 smiths' and caf\xC3\xA9 \xFF\n");
      for (const uint32_t id : ids) {
        SMELT_CHECK(id < tokenizer.vocab_size());
      }
      static_cast<void>(tokenizer.decode(ids));
    } catch (const smelt::UserError&) {
    }
  }
  return 0;
}
