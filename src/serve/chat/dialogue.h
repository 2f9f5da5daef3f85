// A conversation with a model: its messages, what the model has taken in of them, and the next answer.
//
// Each answer goes on from the longest beginning that the last ones share with it, so a turn costs its own tokens only.
// A conversation that outgrows the model loses its oldest turns.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/function_ref.h"
#include "serve/chat/chat_format.h"
#include "serve/engine/generator.h"

namespace smelt::serve {

struct Answer {
  std::string text;
  FinishReason reason = FinishReason::kNone;
  int64_t prompt_tokens = 0;     // of the conversation, as the model saw it
  int64_t reused_tokens = 0;     // of those, taken in before
  int64_t answer_tokens = 0;     // the end token included
  int64_t dropped_messages = 0;  // oldest ones that the model did not see any more, from this answer on
  double prompt_seconds = 0;
  double answer_seconds = 0;
};

// Not thread-safe.
class Dialogue {
 public:
  struct Listener {
    FunctionRef<void(std::string_view)> on_text;  // the answer, piece by piece, whole characters
    FunctionRef<bool()> cancelled;                // asked often; true ends the answer
  };

  // `max_context`: tokens of conversation and answer together, 0 for the model's own. UserError(kInput) where the
  // tokenizer does not belong to the model.
  Dialogue(std::shared_ptr<const Model> model, ChatFormat format, int64_t max_context = 0);

  // Adds what the user says and answers it. The answer joins the conversation, also where it was cancelled after some
  // text; without any text, and after a reject, the conversation is as before. Rejects: "too_long" (the message alone
  // does not fit), "empty" (nothing that makes a token), and those of the chat template.
  Result<Answer> say(const std::string& text, const GenerateOptions& options, const Listener& listener);
  // Answers the last message of the user again, in place of the last answer. Rejects as say(), and "no_answer".
  Result<Answer> retry(const GenerateOptions& options, const Listener& listener);

  void set_system(const std::string& text) { system_ = text; }  // empty: none
  void reset();                                                 // forgets the messages; the system message stays
  Json messages() const;                                        // all of them, dropped ones too
  bool empty() const { return messages_.empty(); }
  int64_t max_context() const { return max_context_; }
  const Model& model() const { return *model_; }
  const ChatFormat& format() const { return format_; }

 private:
  struct Message {
    std::string role;
    std::string content;
  };
  struct Mark {
    size_t length = 0;
    Sequence sequence;
  };

  Result<Answer> answer(const GenerateOptions& options, const Listener& listener);
  Result<std::vector<uint32_t>> fit(int64_t wanted, Answer& report);
  Json visible() const;
  bool next_turn();
  void rewind(std::span<const uint32_t> ids);
  std::vector<float> take_prompt(std::span<const uint32_t> ids, const Listener& listener);
  void generate(GenerationStream& stream, std::vector<float> logits, const Listener& listener);
  void take(std::span<const uint32_t> ids, std::vector<float>* logits);

  std::shared_ptr<const Model> model_;
  ChatFormat format_;
  std::vector<uint32_t> end_ids_;
  int64_t max_context_;
  std::string system_;
  std::vector<Message> messages_;
  size_t first_ = 0;             // the first message that the model still sees
  std::vector<uint32_t> taken_;  // what sequence_ has taken in
  Sequence sequence_;
  std::vector<Mark> marks_;  // states after beginnings of taken_, shortest first
};

}  // namespace smelt::serve
