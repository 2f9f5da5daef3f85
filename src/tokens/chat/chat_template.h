// Chat templates: turning a conversation into the text a model was trained on.
//
// The language is Jinja as chat templates use it: see template_parser.h for the statements. Templates come from
// strangers' models, so rendering is bounded in steps, depth and size. Source of the conventions: tokenizer_config.json
// and chat_template.jinja of Hugging Face models.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/json.h"

namespace smelt {

// Immutable once made; may be used by many threads at once.
class ChatTemplate {
 public:
  // Parses a template. Reject "template_error" names the line.
  static Result<ChatTemplate> parse(std::string_view text);

  // The template of a model directory: chat_template.jinja, else chat_template in tokenizer_config.json (a list of
  // named ones: the one called "default"). bos_token, eos_token, pad_token and unk_token are taken from
  // tokenizer_config.json and given to the template. nullopt where the model has none; throws UserError(kInput) naming
  // the file where it cannot be read or parsed.
  static std::optional<ChatTemplate> load(const std::string& model_dir);

  // Renders `messages`, an array of objects with role and content. `extra`: an object of further variables (tools,
  // documents, enable_thinking,
  // ...), null for none. `now_seconds`: the time that strftime_now sees; the clock's where absent.
  // Rejects: "template_raised" (the template's own complaint about the conversation, from raise_exception),
  // "template_error", "template_limit".
  Result<std::string> render(const Json& messages, bool add_generation_prompt, const Json& extra = {},
                             std::optional<int64_t> now_seconds = std::nullopt) const;

  const std::string& source() const { return source_; }

 private:
  struct Tree;
  ChatTemplate() = default;

  std::shared_ptr<const Tree> tree_;
  std::string source_;
  Json special_tokens_ = Json::object();
};

// The template of a base model, which knows no turns: the conversation is one text that the model goes on writing. An
// answer follows what it went on from without a break, so that the text is the one the model wrote; every other message
// begins a paragraph.
const char* base_model_chat_template();

}  // namespace smelt
