// `smelt chat MODEL`: a conversation in the terminal.
#include "serve/chat/chat.h"

#include <memory>

#include "cli/session.h"
#include "cli/verbs/verbs.h"

namespace smelt::cli {
namespace {

serve::ChatOptions options_of(const Arguments& arguments) {
  serve::ChatOptions options;
  options.system = arguments.text("--system", "");
  options.generate.max_tokens = arguments.integer("--max-tokens", 256);
  options.generate.sampling.temperature = arguments.number("--temperature", 0.7);
  options.generate.sampling.top_p = arguments.number("--top-p", 0.95);
  options.generate.sampling.repetition_penalty = arguments.number("--repetition-penalty", 1.0);
  options.generate.sampling.seed = arguments.integer("--seed", 0);
  const auto require = [](bool good, const char* flag, const char* wanted) {
    if (!good) {
      throw usage_error(std::string("must be ") + wanted, flag);
    }
  };
  const serve::SamplingOptions& sampling = options.generate.sampling;
  require(options.generate.max_tokens >= 1, "--max-tokens", "at least 1");
  require(sampling.temperature >= 0 && sampling.temperature <= 100, "--temperature", "0 (greedy) or above");
  require(sampling.top_p > 0 && sampling.top_p <= 1, "--top-p", "above 0 and at most 1");
  require(sampling.repetition_penalty > 0 && sampling.repetition_penalty <= 100, "--repetition-penalty", "above 0");
  return options;
}

int chat(Session& session, const Arguments& arguments) {
  serve::ChatOptions options = options_of(arguments);
  const std::string directory = arguments.text("MODEL");
  const int64_t context = arguments.integer("--max-context", 0);
  if (context < 0) {
    throw usage_error("must be 0 (the model's) or above", "--max-context");
  }
  const auto model = serve::Model::load(directory, session.context().threads);
  serve::Dialogue dialogue(model, serve::ChatFormat::load(directory), context);
  options.model_name = serve::model_name_of(directory);
  options.json = session.json();
  std::vector<std::string> names;
  for (const serve::ChatCommand& command : serve::chat_commands()) {
    names.emplace_back(command.name);
  }
  const auto terminal = serve::make_process_terminal(std::move(names));
  serve::Chat(dialogue, std::move(options), *terminal).run();
  return 0;
}

}  // namespace

Verb chat_verb() {
  return {"chat",
          kModelGroup,
          "model -> a conversation in the terminal",
          "Commands begin with a slash; /help lists them. Ctrl-C stops an answer and, at the prompt, leaves.\n"
          "Over a pipe every line is a message or a command, and stdout holds the answers alone.\n"
          "A model without a chat template goes on writing the conversation as one text.\n"
          "What outgrows the model's context is forgotten from the oldest turn on.",
          {{"MODEL", "a model's folder, with its tokenizer"}},
          {{"--system", FlagKind::kText, "TEXT", "a message that stands above the conversation (default: none)"},
           {"--temperature", FlagKind::kNumber, "T", "0 takes the likeliest token (default: 0.7)"},
           {"--top-p", FlagKind::kNumber, "P", "choose among the likeliest tokens with mass P (default: 0.95)"},
           {"--max-tokens", FlagKind::kInteger, "N", "the longest answer (default: 256)"},
           {"--max-context", FlagKind::kInteger, "N", "tokens of conversation and answer (default: the model's)"},
           {"--repetition-penalty", FlagKind::kNumber, "R", "above 1 makes seen tokens less likely (default: 1)"},
           {"--seed", FlagKind::kInteger, "N", "the same messages and seed give the same answers (default: 0)"}},
          {{"smelt chat runs/quickstart/model", "talk to the model of a run"},
           {"smelt chat model --temperature 0 --system 'Be brief.'", "the likeliest answers, with a system message"},
           {"smelt chat model --json < questions.txt > answers.jsonl", "a message a line, an answer a line of JSON"}},
          chat};
}

}  // namespace smelt::cli
