// Where a chat reads from and writes to: a person's terminal, a pipe, or a test.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace smelt::serve {

struct ChatInput {
  enum class Kind { kMessage, kInterrupt, kEnd };
  Kind kind = Kind::kEnd;
  std::string text;  // kMessage: may have several lines
};

class ChatTerminal {
 public:
  virtual ~ChatTerminal() = default;
  // True where a person sits there: prompts, figures and hints are shown, and mistakes do not end the chat.
  virtual bool is_interactive() const = 0;
  // Waits for the next message: for people what they typed or pasted, of a pipe the next line.
  virtual ChatInput read() = 0;
  virtual void write(std::string_view text) = 0;     // the answer, as it comes
  virtual void notice(const std::string& text) = 0;  // everything else, lines without the last line break
  // Whether somebody asked to stop (Ctrl-C) since the last forget_interrupt().
  virtual bool is_interrupted() = 0;
  virtual void forget_interrupt() = 0;
};

// Standard input and output of the process. Answers go to stdout; so do notices where a person reads them, else stderr.
// Interrupts are base/runtime.h's stop_requested(). `commands`: what the Tab key completes at the start of a line.
std::unique_ptr<ChatTerminal> make_process_terminal(std::vector<std::string> commands);

// `text` without what would control a terminal: escape sequences and control characters but for line breaks and tabs.
std::string printable(std::string_view text);

}  // namespace smelt::serve
