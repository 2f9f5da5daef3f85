// Conversations -> tokens with a mark on those that a model is to learn: what the assistant wrote.
//
// A line of JSONL holds "messages" (objects with role and content), maybe "tools" and "chat_template_kwargs", which the
// chat template gets. Which part of the rendered text the assistant wrote is found in one of two ways:
//  - the template marks it with {% generation %} ... {% endgeneration %};
//  - else by rendering the messages before each assistant turn, with the prompt for one, and up to it: the turn is what
//    the longer text has more. A template that changes earlier text when a turn follows cannot be used so.
// The text between two borders is encoded by itself, as it is when a model is asked: the prompt ends where the turn
// begins. White space behind a turn's last special token is not trained on.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "tokens/chat/chat_template.h"
#include "tokens/tokenizer.h"

namespace smelt {

struct Conversation {
  std::vector<uint32_t> ids;
  std::vector<uint8_t> trained;  // 1 where the assistant wrote the token
};

struct TextSpan {
  size_t begin;
  size_t end;
};

// `source` with sentinels behind its generation tags; nullopt where it has none. Text of a template, see the cpp.
std::optional<std::string> with_sentinels(std::string_view source);

// Immutable, so thread-safe.
class ConversationEncoder {
 public:
  struct Options {
    bool control_tokens = false;  // messages may hold the texts of special tokens
    int64_t time = 0;             // what strftime_now shows, seconds since 1970
  };
  // The template is that of the tokenizer's folder. UserError(kInput) where there is none.
  ConversationEncoder(const Tokenizer& tokenizer, const std::string& tokenizer_dir, const Options& options);

  // Rejects: bad_json, not_an_object, missing_messages, template_raised, template_error, template_limit (see
  // ChatTemplate), not_a_prefix, no_assistant_turn, control_token (a message holds the text of a special token, which
  // would end its turn or begin another).
  Result<Conversation> encode(std::string_view line) const;

 private:
  struct Rendered {
    std::string text;
    std::vector<TextSpan> spans;  // of the assistant
  };
  Result<Rendered> by_marks(const Json& messages, const Json& extra) const;
  Result<Rendered> by_prefixes(const Json& messages, const Json& extra) const;
  bool has_control_token(const Json& value) const;
  Conversation tokens_of(const Rendered& rendered) const;

  Tokenizer tokenizer_;
  Options options_;
  std::optional<ChatTemplate> plain_;
  std::optional<ChatTemplate> marked_;
  Json special_tokens_ = Json::object();  // for the marked template
};

}  // namespace smelt
