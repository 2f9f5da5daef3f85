#include "serve/http/model_engine.h"

#include <chrono>
#include <filesystem>

namespace smelt::serve {
namespace {

int64_t seconds_since_1970(const std::string& file) {
  std::error_code error;
  const auto time = std::filesystem::last_write_time(file, error);
  if (error) {
    return 0;
  }
  const auto system = std::chrono::file_clock::to_sys(time);
  return std::chrono::duration_cast<std::chrono::seconds>(system.time_since_epoch()).count();
}

ModelCard make_card(const Model& model, const ChatFormat& format, const ServeOptions& options) {
  ModelCard card;
  card.id = options.model_name.empty() ? model_name_of(model.directory()) : options.model_name;
  card.created = seconds_since_1970(model.directory() + "/config.json");
  const int64_t own = model.config().max_position_embeddings;
  card.max_context = options.max_context > 0 ? options.max_context : own;
  card.vocab_size = model.vocab_size();
  card.base_model = format.is_base_model();
  return card;
}

SchedulerOptions scheduler_options(const ServeOptions& options) {
  SchedulerOptions out;
  out.max_batch = options.max_batch;
  out.max_queue = options.max_queue;
  out.prefill_chunk = options.prefill_chunk;
  out.prefix_cache_bytes = options.prefix_cache_mb << 20;
  return out;
}

}  // namespace

std::shared_ptr<ModelEngine> ModelEngine::open(const std::string& directory, Executor& executor,
                                               const ServeOptions& options) {
  const std::shared_ptr<const Model> model = Model::load(directory, executor);
  ChatFormat format = ChatFormat::load(directory);
  check_vocabulary(*model, format.tokenizer());
  return std::shared_ptr<ModelEngine>(new ModelEngine(model, std::move(format), options));
}

ModelEngine::ModelEngine(const std::shared_ptr<const Model>& model, ChatFormat format, const ServeOptions& options)
    : format_(std::move(format)),
      card_(make_card(*model, format_, options)),
      scheduler_(make_step_model(model), format_.tokenizer(), Generator(model, format_.tokenizer()).end_ids(),
                 scheduler_options(options)) {}

}  // namespace smelt::serve
