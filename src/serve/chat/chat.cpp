#include "serve/chat/chat.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "arch/counts.h"
#include "base/files.h"
#include "base/rng.h"
#include "base/text.h"

namespace smelt::serve {
namespace {

double parse_in_range(std::string_view name, const std::string& text, double low, double high, const char* wanted) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size() || !(value >= low && value <= high)) {
    throw usage_error(fmt::format("{} wants {}", name, wanted));
  }
  return value;
}

// The command that `name` abbreviates or misspells; empty where there is none.
std::string nearest_command(std::string_view name) {
  std::vector<std::string> names;
  for (const ChatCommand& known : chat_commands()) {
    if (name.size() > 1 && std::string_view(known.name).starts_with(name)) {
      return known.name;
    }
    names.emplace_back(known.name);
  }
  return nearest_name(name, names);
}

// The conversation for people, or as a line of chat data where the file is called .json or .jsonl.
std::string saved_text(const Json& messages, const std::string& path) {
  if (path.ends_with(".json") || path.ends_with(".jsonl")) {
    return Json(Json::Object{{"messages", messages}}).dump() + "\n";
  }
  std::string out;
  for (const Json& message : messages.as_array()) {
    out += fmt::format("{}{}:\n{}\n", out.empty() ? "" : "\n", message.at("role").as_string(),
                       message.at("content").as_string());
  }
  return out;
}

}  // namespace

const std::vector<ChatCommand>& chat_commands() {
  static const std::vector<ChatCommand> kCommands = {
      {"/help", "", "this list"},
      {"/retry", "", "another answer to the last message"},
      {"/reset", "", "forget the conversation"},
      {"/system", "TEXT", "a message that stands above the conversation; without TEXT none"},
      {"/temperature", "T", "0 takes the likeliest token, 2 is wild"},
      {"/top-p", "P", "choose among the likeliest tokens with mass P, above 0 to 1"},
      {"/max-tokens", "N", "the longest answer"},
      {"/save", "FILE", "write the conversation; .json and .jsonl as chat data"},
      {"/exit", "", "leave; so does Ctrl-D"}};
  return kCommands;
}

Chat::Chat(Dialogue& dialogue, ChatOptions options, ChatTerminal& terminal)
    : dialogue_(dialogue), options_(std::move(options)), terminal_(terminal) {
  dialogue_.set_system(options_.system);
}

void Chat::run() {
  greet();
  while (true) {
    const ChatInput input = terminal_.read();
    if (input.kind != ChatInput::Kind::kMessage) {
      if (input.kind == ChatInput::Kind::kInterrupt && !terminal_.is_interactive()) {
        throw UserError(ExitCode::kPreempted, "stopped on request");
      }
      return;
    }
    ++line_;
    try {
      if (!handle(input.text)) {
        return;
      }
    } catch (const UserError& error) {
      complain(error);
    }
  }
}

void Chat::greet() {
  if (!terminal_.is_interactive() || options_.json) {
    return;
  }
  const ModelConfig& config = dialogue_.model().config();
  const bool base = dialogue_.format().is_base_model();
  terminal_.notice(fmt::format(
      "{}: {} parameters, {} tokens of context\n{}/help lists the commands, Ctrl-C stops an "
      "answer, Ctrl-D leaves.",
      options_.model_name, human_count(static_cast<double>(count_parameters(config).total)), dialogue_.max_context(),
      base ? "It is a base model: write how a text begins, and it goes on.\n" : ""));
}

// Over a pipe what worked goes without saying.
void Chat::confirm(const std::string& text) {
  if (terminal_.is_interactive()) {
    terminal_.notice(text);
  }
}

void Chat::complain(const UserError& error) {
  if (!terminal_.is_interactive()) {
    const std::string where = fmt::format("message {}", line_);
    throw UserError(error.code(), error.message(), error.where().empty() ? where : where + ": " + error.where(),
                    error.cure());
  }
  terminal_.notice(error.what());
}

bool Chat::handle(const std::string& text) {
  const std::string_view trimmed = trim(text);
  if (trimmed.empty()) {
    return true;
  }
  if (trimmed.starts_with("//")) {
    const std::string rest(trimmed.substr(1));
    answer(&rest);
    return true;
  }
  if (!trimmed.starts_with('/')) {
    answer(&text);
    return true;
  }
  const size_t space = std::min(trimmed.find_first_of(" \t\n"), trimmed.size());
  return command(trimmed.substr(0, space), std::string(trim(trimmed.substr(space))));
}

bool Chat::command(std::string_view name, const std::string& argument) {
  if (name == "/exit" || name == "/quit") {
    return false;
  }
  if (name == "/help") {
    help();
  } else if (name == "/reset") {
    dialogue_.reset();
    confirm("The conversation is forgotten.");
  } else if (name == "/retry") {
    answer(nullptr);
  } else if (name == "/save") {
    save(argument);
  } else if (name == "/system") {
    dialogue_.set_system(argument);
    confirm(argument.empty() ? "No system message." : "The system message is set.");
  } else if (name == "/temperature" || name == "/top-p" || name == "/max-tokens") {
    set_number(name, argument);
  } else {
    const std::string nearest = nearest_command(name);
    throw usage_error(fmt::format("no command '{}'", name), "",
                      nearest.empty() ? "/help lists them; a message may begin with // for a slash"
                                      : fmt::format("did you mean '{}'?", nearest));
  }
  return true;
}

void Chat::set_number(std::string_view name, const std::string& argument) {
  GenerateOptions& generate = options_.generate;
  if (name == "/temperature") {
    generate.sampling.temperature = parse_in_range(name, argument, 0, 100, "a number from 0 on, such as 0.7");
  } else if (name == "/top-p") {
    generate.sampling.top_p = parse_in_range(name, argument, 1e-9, 1, "a number above 0 and at most 1, such as 0.9");
  } else {
    const double value = parse_in_range(name, argument, 1, 1e9, "a whole number from 1 on, such as 256");
    if (value != static_cast<double>(static_cast<int64_t>(value))) {
      throw usage_error(fmt::format("{} wants a whole number from 1 on, such as 256", name));
    }
    generate.max_tokens = static_cast<int64_t>(value);
  }
  confirm(fmt::format("{} is {} now.", name.substr(1), argument));
}

void Chat::help() {
  std::string text;
  for (const ChatCommand& entry : chat_commands()) {
    const std::string left = fmt::format("{} {}", entry.name, entry.argument);
    text += fmt::format("{}  {:<16} {}", text.empty() ? "" : "\n", left, entry.help);
  }
  const GenerateOptions& now = options_.generate;
  text += fmt::format(
      "\nNow: temperature {}, top-p {}, max-tokens {}. A message that begins with // begins with a "
      "slash; Alt-Enter begins a new line.",
      now.sampling.temperature, now.sampling.top_p, now.max_tokens);
  terminal_.notice(text);
}

void Chat::save(const std::string& path) {
  if (path.empty()) {
    throw usage_error("/save wants the name of a file", "", "for example /save talk.txt");
  }
  if (dialogue_.empty()) {
    throw usage_error("there is nothing to save yet");
  }
  if (path_exists(path)) {
    throw usage_error("the file is there already", path, "choose another name");
  }
  write_file(path, saved_text(dialogue_.messages(), path));
  confirm(fmt::format("Saved to {}.", path));
}

// Answers `text`, or the last message again where it is null.
void Chat::answer(const std::string* text) {
  GenerateOptions generate = options_.generate;
  const auto seed = static_cast<uint64_t>(options_.generate.sampling.seed);
  generate.sampling.seed = static_cast<int64_t>(Rng(seed, "serve/chat", static_cast<uint64_t>(answers_++)).u64() >> 1U);
  const auto on_text = [this](std::string_view piece) {
    if (!options_.json) {
      terminal_.write(piece);
    }
  };
  const auto cancelled = [this] { return terminal_.is_interrupted(); };
  const Dialogue::Listener listener{on_text, cancelled};
  Result<Answer> out = text != nullptr ? dialogue_.say(*text, generate, listener) : dialogue_.retry(generate, listener);
  if (!out) {
    throw input_error(out.reject().detail);
  }
  report(out.value());
  if (out->reason == FinishReason::kCancelled) {
    if (!terminal_.is_interactive()) {
      throw UserError(ExitCode::kPreempted, "stopped on request");
    }
    terminal_.forget_interrupt();
  }
}

void Chat::report(const Answer& answer) {
  if (options_.json) {
    Json json = Json::object();
    json["text"] = answer.text;
    json["finish_reason"] = finish_reason_name(answer.reason);
    json["prompt_tokens"] = answer.prompt_tokens;
    json["answer_tokens"] = answer.answer_tokens;
    terminal_.write(json.dump() + "\n");
  } else {
    terminal_.write("\n");
  }
  if (answer.dropped_messages > 0) {
    terminal_.notice(fmt::format("The conversation outgrew {} tokens: the model no longer sees its oldest {} messages.",
                                 dialogue_.max_context(), answer.dropped_messages));
  }
  if (!terminal_.is_interactive() || options_.json) {
    return;
  }
  std::string line = fmt::format("{} tokens", answer.answer_tokens);
  if (answer.answer_tokens > 1 && answer.answer_seconds > 0) {
    line += fmt::format(", {:.0f} a second", static_cast<double>(answer.answer_tokens) / answer.answer_seconds);
  }
  if (answer.reason == FinishReason::kLength) {
    line += answer.answer_tokens < options_.generate.max_tokens ? ", cut at the end of the model's context"
                                                                : ", cut at the longest answer (/max-tokens)";
  } else if (answer.reason == FinishReason::kCancelled) {
    line += ", stopped";
  } else if (answer.text.empty()) {
    line += ": the model had nothing to add";
  }
  terminal_.notice(line);
}

}  // namespace smelt::serve
