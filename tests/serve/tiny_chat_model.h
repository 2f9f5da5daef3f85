// A small random model with a tokenizer of bytes: a folder that can be served and talked to.
#pragma once

#include "eval/byte_tokenizer.h"
#include "serve/engine/tiny_model.h"

namespace smelt::serve {

// Turns as some instruction-tuned models have them, with a special token that messages must not be able to write.
constexpr const char* kTurnTemplate =
    "{% for m in messages %}[{{ m.role }}]{{ m.content }}<|end|>{% endfor %}"
    "{% if add_generation_prompt %}[assistant]{% endif %}";

inline ModelConfig tiny_chat_config(int64_t context = 512) {
  ModelConfig c = tiny_config();
  c.vocab_size = 257;
  c.hybrid_override_pattern = "M*-M";
  c.eos_token_ids = {kTestEos};
  c.max_position_embeddings = context;
  return c;
}

class TinyChatModel : public TinyModel {
 public:
  explicit TinyChatModel(int64_t context = 512, const char* chat_template = nullptr)
      : TinyModel(tiny_chat_config(context), 3) {
    write_byte_tokenizer(path());
    if (chat_template != nullptr) {
      write_file(path() + "/chat_template.jinja", chat_template);
    }
  }
};

}  // namespace smelt::serve
