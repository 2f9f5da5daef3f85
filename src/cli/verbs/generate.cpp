// `smelt generate MODEL`: text from a prompt, or ids from ids.
#include <fmt/format.h>

#include "base/files.h"
#include "base/runtime.h"
#include "base/stream.h"
#include "cli/session.h"
#include "cli/verbs/lines.h"
#include "cli/verbs/verbs.h"
#include "serve/engine/generator.h"

namespace smelt::cli {
namespace {

serve::GenerateOptions options_of(const Arguments& arguments) {
  serve::GenerateOptions options;
  options.max_tokens = arguments.integer("--max-tokens", options.max_tokens);
  options.sampling.temperature = arguments.number("--temperature", 0.8);
  options.sampling.top_p = arguments.number("--top-p", 1.0);
  options.sampling.top_k = arguments.integer("--top-k", 0);
  options.sampling.min_p = arguments.number("--min-p", 0.0);
  options.sampling.repetition_penalty = arguments.number("--repetition-penalty", 1.0);
  options.sampling.seed = arguments.integer("--seed", 0);
  options.stop = arguments.texts("--stop");
  options.ignore_eos = arguments.has("--ignore-eos");
  const auto require = [](bool good, const char* flag, const char* wanted) {
    if (!good) {
      throw usage_error(std::string("must be ") + wanted, flag);
    }
  };
  require(options.max_tokens >= 1, "--max-tokens", "at least 1");
  require(options.sampling.temperature >= 0, "--temperature", "0 (greedy) or above");
  require(options.sampling.top_p > 0 && options.sampling.top_p <= 1, "--top-p", "above 0 and at most 1");
  require(options.sampling.top_k >= 0, "--top-k", "0 (off) or above");
  require(options.sampling.min_p >= 0 && options.sampling.min_p <= 1, "--min-p", "between 0 and 1");
  require(options.sampling.repetition_penalty > 0, "--repetition-penalty", "above 0");
  return options;
}

Json figures(const serve::Generation& generation) {
  Json json = Json::object();
  json["prompt_tokens"] = generation.prompt_tokens;
  json["tokens"] = static_cast<int64_t>(generation.ids.size());
  json["finish_reason"] = serve::finish_reason_name(generation.reason);
  json["prefill_seconds"] = generation.prefill_seconds;
  json["decode_seconds"] = generation.decode_seconds;
  return json;
}

void say_speed(Session& session, const serve::Generation& generation) {
  const auto rate = [](double count, double seconds) { return seconds > 0 ? count / seconds : 0.0; };
  session.log().info("prompt {} tokens at {:.0f}/s, {} new ones at {:.0f}/s", generation.prompt_tokens,
                     rate(static_cast<double>(generation.prompt_tokens), generation.prefill_seconds),
                     generation.ids.size(),
                     rate(static_cast<double>(generation.ids.size()), generation.decode_seconds));
}

int from_prompt(Session& session, const serve::Generator& generator, const std::string& prompt,
                const serve::GenerateOptions& options) {
  if (!generator.tokenizer()) {
    throw input_error("the model's folder has no tokenizer", generator.model().directory(),
                      "put tokenizer.json beside it, or use --ids-file");
  }
  serve::Sequence sequence = generator.model().new_sequence();
  if (!session.json()) {
    session.print_text(prompt);
  }
  const serve::Generation generation = generator.generate(
      sequence, generator.tokenizer()->encode(prompt), options,
      [&](const serve::GeneratedToken& token) {
        if (!session.json()) {
          session.print_text(token.text);
        }
        return true;
      },
      &stop_requested());
  if (session.json()) {
    Json json = figures(generation);
    json["prompt"] = prompt;
    json["text"] = generation.text;
    session.print("", json);
  } else {
    session.print_text("\n");
    say_speed(session, generation);
  }
  return 0;
}

int from_ids(Session& session, const serve::Generator& generator, const Arguments& arguments,
             const serve::GenerateOptions& options) {
  const std::string input = arguments.text("--ids-file");
  if (!arguments.has("--output")) {
    throw usage_error("--ids-file wants --output", "", "name the file for the new ids");
  }
  const std::string output = arguments.text("--output");
  refuse_to_overwrite(output);
  LineReader lines(open_input(input));
  AtomicFile file(output);
  Progress progress(session.context().progress, "generate", 0, "tokens");
  std::string_view line;
  while (lines.next(line)) {
    session.context().stop_if_asked();
    const std::vector<uint32_t> prompt = ids_of_line(line, fmt::format("{}:{}", input, lines.line_number()),
                                                     generator.tokenizer(), generator.model().vocab_size());
    const serve::Generation generation = generator.generate(prompt, options);
    Json::Array ids;
    for (const uint32_t id : generation.ids) {
      ids.emplace_back(static_cast<int64_t>(id));
    }
    Json json = Json::object();
    json["ids"] = Json(std::move(ids));
    file.write(json.dump() + "\n");
    progress.add(generation.ids.size());
  }
  file.commit();
  Json json = Json::object();
  json["lines"] = static_cast<int64_t>(lines.line_number());
  session.print(fmt::format("{} lines -> {}\n", lines.line_number(), output), json);
  return 0;
}

int generate(Session& session, const Arguments& arguments) {
  const serve::GenerateOptions options = options_of(arguments);
  if (arguments.has("--prompt") == arguments.has("--ids-file")) {
    throw usage_error("give either --prompt or --ids-file", "", "see `smelt help generate`");
  }
  const serve::Generator generator(serve::Model::load(arguments.text("MODEL"), session.context().threads));
  return arguments.has("--prompt") ? from_prompt(session, generator, arguments.text("--prompt"), options)
                                   : from_ids(session, generator, arguments, options);
}

}  // namespace

Verb generate_verb() {
  return {"generate",
          kModelGroup,
          "model + prompt -> text",
          "With --ids-file each line is {\"ids\": [..]} or {\"text\": \"..\"} and the answer holds only the new ids.",
          {{"MODEL", "a model's folder"}},
          {{"--prompt", FlagKind::kText, "TEXT", "what to go on from"},
           {"--ids-file", FlagKind::kText, "FILE", "prompts as JSON lines, instead of --prompt"},
           {"--output", FlagKind::kText, "FILE", "JSON lines to write, with --ids-file"},
           {"--max-tokens", FlagKind::kInteger, "N", "at most N new tokens (default: 256)"},
           {"--temperature", FlagKind::kNumber, "T", "0 is greedy (default: 0.8)"},
           {"--top-p", FlagKind::kNumber, "P", "smallest set of tokens with mass P (default: 1, off)"},
           {"--top-k", FlagKind::kInteger, "K", "the K likeliest tokens (default: 0, off)"},
           {"--min-p", FlagKind::kNumber, "P", "tokens of at least P times the likeliest (default: 0, off)"},
           {"--repetition-penalty", FlagKind::kNumber, "R", "above 1 makes seen tokens less likely (default: 1)"},
           {"--seed", FlagKind::kInteger, "N", "the same seed gives the same text (default: 0)"},
           {"--stop", FlagKind::kTexts, "TEXT...", "end before any of these"},
           {"--ignore-eos", FlagKind::kSwitch, "", "go on past the end-of-text token"}},
          {{"smelt generate runs/quickstart/model --prompt 'The server'", "a continuation"},
           {"smelt generate model --prompt 'In this chapter' --temperature 0 --max-tokens 64", "greedy and short"},
           {"smelt generate model --ids-file in.jsonl --output out.jsonl --temperature 0", "many prompts of ids"}},
          generate};
}

}  // namespace smelt::cli
