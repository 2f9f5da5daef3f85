// How a conversation becomes the tokens that a model goes on from; one way for the terminal, the page and the API.
#pragma once

#include <string>
#include <unordered_set>
#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "serve/engine/model.h"
#include "tokens/chat/chat_template.h"
#include "tokens/tokenizer.h"

namespace smelt::serve {

// Thread-safe.
class ChatFormat {
 public:
  // The tokenizer and the chat template of a model's folder. Without a template the model is a base model: it knows no
  // turns, and a conversation is one text that it goes on writing (base_model_chat_template). UserError(kInput) where
  // there is no tokenizer or a file is broken.
  static ChatFormat load(const std::string& model_dir);
  ChatFormat(Tokenizer tokenizer, ChatTemplate chat_template);

  // `messages`: an array of objects with role and content; `extra`: further variables of the template. The tokens end
  // where the answer begins. Special tokens are those of the template alone: in the conversation they are plain text.
  // Rejects as ChatTemplate::render.
  Result<std::vector<uint32_t>> encode(const Json& messages, const Json& extra = {}) const;

  const Tokenizer& tokenizer() const { return tokenizer_; }
  bool is_base_model() const { return base_model_; }

 private:
  std::string mark_specials(const std::string& text) const;
  Json mark_strings(const Json& value) const;
  std::vector<uint32_t> encode_marked(std::string_view text) const;

  Tokenizer tokenizer_;
  ChatTemplate template_;
  bool base_model_ = false;
  std::unordered_set<std::string> specials_;
  std::vector<size_t> special_sizes_;  // their distinct sizes, longest first
};

// What people call the model of a folder: the folder's name, and for runs/NAME/model and the like the run's.
std::string model_name_of(const std::string& directory);

// UserError(kInput) where the tokenizer has tokens that the model does not know.
void check_vocabulary(const Model& model, const Tokenizer& tokenizer);

}  // namespace smelt::serve
