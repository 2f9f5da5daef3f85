// Editing a message on a terminal: a state machine from the bytes of keys to the text, and from the text to what brings
// the screen there. It does no input or output itself.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace smelt::serve {

// Keys: arrows, Home, End, Delete, Backspace, Ctrl-A E B F P N U K W L D C, Ctrl-arrows by words, Alt-Enter for a line
// break, Tab completes a command. Pasted text (bracketed paste) comes in whole, line breaks too. Not thread-safe.
class LineEditor {
 public:
  enum class Outcome { kEditing, kDone, kInterrupt, kEnd };

  // `prompt` may hold escape sequences of colour; `words`: what Tab completes at the start of the text.
  explicit LineEditor(std::string prompt, std::vector<std::string> words = {});

  // Takes the bytes up to the one that ends the editing; `used` is how many. Keys may be cut anywhere.
  Outcome feed(std::string_view bytes, size_t& used);
  // The text, for kDone. Then, and after every other end, begin() starts the next one.
  const std::string& text() const { return text_; }
  void begin();
  void remember(const std::string& text);  // for the arrow up

  // What to write to a terminal of `columns` so that it shows the text as it is now, cursor included, given that
  // everything drawn since begin() came from here.
  std::string draw(int columns);
  // The same, with the cursor behind the text, for the end of the editing.
  std::string draw_end(int columns);

 private:
  struct Place {
    int row = 0;
    int column = 0;
  };

  void byte(unsigned char c);
  void escape_byte(unsigned char c);
  void escape_sequence();
  void control(unsigned char c);
  void insert(std::string_view bytes);
  void erase(size_t from, size_t to);
  size_t left_of(size_t at) const;
  size_t right_of(size_t at) const;
  size_t word_left() const;
  size_t word_right() const;
  void show_history(int step);
  void complete();
  Place lay_out(size_t until, int columns, std::string* out) const;

  std::string prompt_;
  std::vector<std::string> words_;
  std::vector<std::string> history_;
  size_t shown_ = 0;   // in history_; its size: the new text
  std::string draft_;  // the new text while an old one is shown
  std::string text_;
  size_t cursor_ = 0;
  std::string escape_;  // an unfinished escape sequence
  bool pasting_ = false;
  bool clear_screen_ = false;
  Outcome outcome_ = Outcome::kEditing;
  int drawn_row_ = 0;  // where the cursor is on the screen, below the first row
};

// Columns that a character takes on a terminal: 0, 1 or 2. By the common ranges, not by the whole of Unicode's tables.
int character_width(uint32_t code_point);

}  // namespace smelt::serve
