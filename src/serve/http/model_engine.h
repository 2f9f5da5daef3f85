// A model's folder as the HTTP server sees it: engine, tokenizer, chat template and scheduler together.
#pragma once

#include <memory>
#include <string>

#include "base/threads.h"
#include "serve/chat/chat_format.h"
#include "serve/http/scheduler.h"
#include "serve/http/serve_options.h"
#include "serve/http/text_engine.h"

namespace smelt::serve {

// Thread-safe. The executor outlives it.
class ModelEngine : public TextEngine {
 public:
  // UserError(kInput) where the folder is no model that runs, has no tokenizer, or one with more tokens than the model.
  static std::shared_ptr<ModelEngine> open(const std::string& directory, Executor& executor,
                                           const ServeOptions& options);

  ModelCard card() const override { return card_; }
  std::vector<uint32_t> encode(std::string_view text) const override { return format_.tokenizer().encode(text); }
  std::string token_text(uint32_t id) const override { return format_.tokenizer().token_bytes(id); }
  Result<std::vector<uint32_t>> encode_chat(const Json& messages, const Json& extra) const override {
    return format_.encode(messages, extra);
  }
  Result<std::unique_ptr<Ticket>> start(TextRequest request, std::shared_ptr<EventQueue> events, int choice) override {
    return scheduler_.start(std::move(request), std::move(events), choice);
  }
  EngineLoad load() const override { return scheduler_.load(); }

 private:
  ModelEngine(const std::shared_ptr<const Model>& model, ChatFormat format, const ServeOptions& options);

  ChatFormat format_;
  ModelCard card_;
  Scheduler scheduler_;
};

}  // namespace smelt::serve
