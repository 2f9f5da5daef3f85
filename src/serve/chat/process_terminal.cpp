#include <cerrno>
#include <cstdlib>
#include <utility>

#include <fmt/format.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "base/error.h"
#include "base/runtime.h"
#include "base/text.h"
#include "base/write_all.h"
#include "serve/chat/chat_terminal.h"
#include "serve/chat/line_editor.h"

namespace smelt::serve {
namespace {

constexpr int kPollMs = 200;
constexpr std::string_view kPasteOn = "\x1b[?2004h";
constexpr std::string_view kPasteOff = "\x1b[?2004l";

// Keys one by one, unechoed, Ctrl-C as a byte, and pastes in brackets, as long as it lives.
class RawMode {
 public:
  RawMode() {
    if (::tcgetattr(STDIN_FILENO, &before_) != 0) {
      return;
    }
    termios raw = before_;
    raw.c_iflag &= ~static_cast<tcflag_t>(ICRNL | INLCR | IXON | ISTRIP);
    raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO | ISIG | IEXTEN);
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    set_ = ::tcsetattr(STDIN_FILENO, TCSADRAIN, &raw) == 0;
  }
  ~RawMode() {
    if (set_) {
      ::tcsetattr(STDIN_FILENO, TCSADRAIN, &before_);
    }
  }
  RawMode(const RawMode&) = delete;
  RawMode& operator=(const RawMode&) = delete;

 private:
  termios before_{};
  bool set_ = false;
};

bool is_set(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0';
}

bool can_edit() {
  const char* kind = std::getenv("TERM");
  return kind != nullptr && *kind != '\0' && std::string_view(kind) != "dumb";
}

int columns() {
  winsize size{};
  return ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

class ProcessTerminal : public ChatTerminal {
 public:
  explicit ProcessTerminal(std::vector<std::string> commands)
      : interactive_(::isatty(STDIN_FILENO) != 0 && ::isatty(STDOUT_FILENO) != 0),
        edits_(interactive_ && can_edit()),
        colours_(edits_ && !is_set("NO_COLOR")),
        editor_(colours_ ? "\x1b[1m>\x1b[0m " : "> ", std::move(commands)) {}

  bool is_interactive() const override { return interactive_; }
  bool is_interrupted() override { return stop_requested().load(std::memory_order_relaxed); }
  void forget_interrupt() override {
    if (!terminate_requested()) {
      request_stop(false);
    }
  }

  void write(std::string_view text) override {
    write_all(STDOUT_FILENO, interactive_ ? printable(text) : std::string(text), "standard output");
  }

  void notice(const std::string& text) override {
    const std::string line = printable(text);
    if (interactive_) {
      write_all(STDOUT_FILENO, colours_ ? fmt::format("\x1b[2m{}\x1b[0m\n", line) : line + "\n", "standard output");
    } else {
      // Of a list, the name before the first line alone would only push it out of line.
      const char* prefix = line.find('\n') == std::string::npos ? "smelt: " : "";
      write_all(STDERR_FILENO, prefix + line + "\n", "standard error");
    }
  }

  ChatInput read() override {
    if (interactive_) {
      write_all(STDOUT_FILENO, edits_ ? "\n" : "\n> ", "standard output");
    }
    return edits_ ? edit() : read_line();
  }

 private:
  // More bytes of standard input into pending_; false where it ended or the wait was interrupted.
  bool fill() {
    while (!is_interrupted()) {
      pollfd entry{STDIN_FILENO, POLLIN, 0};
      if (::poll(&entry, 1, kPollMs) <= 0) {
        continue;
      }
      char buffer[4096];
      const ssize_t count = ::read(STDIN_FILENO, buffer, sizeof(buffer));
      if (count > 0) {
        pending_.append(buffer, static_cast<size_t>(count));
        return true;
      }
      if (count == 0) {
        return false;
      }
      if (errno != EINTR && errno != EAGAIN) {
        throw system_error("cannot read", "standard input", errno);
      }
    }
    return false;
  }

  ChatInput ended() { return {is_interrupted() ? ChatInput::Kind::kInterrupt : ChatInput::Kind::kEnd, {}}; }

  ChatInput read_line() {
    size_t end = pending_.find('\n');
    while (end == std::string::npos) {
      const size_t seen = pending_.size();
      if (!fill()) {
        if (is_interrupted() || pending_.empty()) {
          return ended();
        }
        return {ChatInput::Kind::kMessage, std::exchange(pending_, {})};
      }
      end = pending_.find('\n', seen);
    }
    ChatInput out{ChatInput::Kind::kMessage, pending_.substr(0, end)};
    pending_.erase(0, end + 1);
    if (out.text.ends_with('\r')) {
      out.text.pop_back();
    }
    return out;
  }

  ChatInput edit() {
    const RawMode raw;
    editor_.begin();
    show(std::string(kPasteOn) + editor_.draw(columns()));
    LineEditor::Outcome outcome = LineEditor::Outcome::kEditing;
    while (outcome == LineEditor::Outcome::kEditing) {
      if (pending_.empty() && !fill()) {
        break;
      }
      size_t used = 0;
      outcome = editor_.feed(pending_, used);
      pending_.erase(0, used);
      if (outcome == LineEditor::Outcome::kEditing) {
        show(editor_.draw(columns()));
      }
    }
    show(editor_.draw_end(columns()) + std::string(kPasteOff) + "\r\n");
    if (outcome == LineEditor::Outcome::kEditing) {
      return ended();
    }
    if (outcome != LineEditor::Outcome::kDone) {
      return {outcome == LineEditor::Outcome::kEnd ? ChatInput::Kind::kEnd : ChatInput::Kind::kInterrupt, {}};
    }
    if (!trim(editor_.text()).empty()) {
      editor_.remember(editor_.text());
    }
    return {ChatInput::Kind::kMessage, replace_invalid_utf8(editor_.text())};
  }

  static void show(const std::string& bytes) { write_all(STDOUT_FILENO, bytes, "standard output"); }

  bool interactive_;
  bool edits_;
  bool colours_;
  LineEditor editor_;
  std::string pending_;
};

}  // namespace

std::unique_ptr<ChatTerminal> make_process_terminal(std::vector<std::string> commands) {
  return std::make_unique<ProcessTerminal>(std::move(commands));
}

std::string printable(std::string_view text) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    const uint32_t c = next_code_point(text, at);
    if (c == '\n' || c == '\t' || (c >= 32 && !(c >= 0x7F && c <= 0x9F))) {
      append_utf8(out, c);
    }
  }
  return out;
}

}  // namespace smelt::serve
