// The chat in a terminal or over a pipe: reads messages and commands, writes answers.
#pragma once

#include <string>
#include <vector>

#include "serve/chat/chat_terminal.h"
#include "serve/chat/dialogue.h"

namespace smelt::serve {

struct ChatOptions {
  GenerateOptions generate;  // sampling.seed is that of the whole chat; every answer draws from its own
  std::string system;
  std::string model_name;
  bool json = false;  // an answer is a line of JSON: text, finish_reason, prompt_tokens, answer_tokens
};

struct ChatCommand {
  const char* name;      // "/temperature"
  const char* argument;  // "T", or empty
  const char* help;
};
const std::vector<ChatCommand>& chat_commands();

// Not thread-safe.
class Chat {
 public:
  Chat(Dialogue& dialogue, ChatOptions options, ChatTerminal& terminal);

  // Until the input ends, /exit, or an interrupt while no answer is written. Mistakes in commands are told to people;
  // over a pipe they are a UserError (kUsage, kInput) that names the line, and an interrupt is one of kPreempted.
  void run();

 private:
  void greet();
  bool handle(const std::string& text);  // false: leave
  bool command(std::string_view name, const std::string& argument);
  void set_number(std::string_view name, const std::string& argument);
  void help();
  void save(const std::string& path);
  void answer(const std::string* text);
  void report(const Answer& answer);
  void confirm(const std::string& text);
  void complain(const UserError& error);

  Dialogue& dialogue_;
  ChatOptions options_;
  ChatTerminal& terminal_;
  int64_t line_ = 0;     // messages read so far
  int64_t answers_ = 0;  // numbers the answers for their random numbers
};

}  // namespace smelt::serve
