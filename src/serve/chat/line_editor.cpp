#include "serve/chat/line_editor.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"

namespace smelt::serve {
namespace {

constexpr unsigned char kEscape = 27;
constexpr size_t kMaxEscape = 32;
constexpr size_t kMaxHistory = 1000;

constexpr unsigned char ctrl(char letter) {
  return static_cast<unsigned char>(letter - 'A' + 1);
}

bool is_continuation(char c) {
  return (static_cast<unsigned char>(c) & 0xC0U) == 0x80;
}

bool is_space(char c) {
  return c == ' ' || c == '\n' || c == '\t';
}

// The length of an escape sequence at text[at], in a prompt of ours: ESC [ parameters letter.
size_t colour_size(std::string_view text, size_t at) {
  const size_t end = text.find('m', at);
  return end == std::string_view::npos ? text.size() - at : end + 1 - at;
}

}  // namespace

int character_width(uint32_t c) {
  const auto in = [c](uint32_t low, uint32_t high) { return c >= low && c <= high; };
  if (c < 32 || in(0x7F, 0x9F) || in(0x300, 0x36F) || in(0x200B, 0x200F) || in(0x20D0, 0x20F0) || in(0xFE00, 0xFE0F) ||
      in(0xFE20, 0xFE2F)) {
    return 0;
  }
  const bool wide = in(0x1100, 0x115F) || in(0x2E80, 0x303E) || in(0x3041, 0xA4CF) || in(0xAC00, 0xD7A3) ||
                    in(0xF900, 0xFAFF) || in(0xFE30, 0xFE6F) || in(0xFF00, 0xFF60) || in(0xFFE0, 0xFFE6) ||
                    in(0x1F300, 0x1F64F) || in(0x1F680, 0x1F6FF) || in(0x1F900, 0x1F9FF) || in(0x20000, 0x3FFFD);
  return wide ? 2 : 1;
}

LineEditor::LineEditor(std::string prompt, std::vector<std::string> words)
    : prompt_(std::move(prompt)), words_(std::move(words)) {}

void LineEditor::begin() {
  text_.clear();
  draft_.clear();
  escape_.clear();
  cursor_ = 0;
  pasting_ = false;
  clear_screen_ = false;
  shown_ = history_.size();
  outcome_ = Outcome::kEditing;
  drawn_row_ = 0;
}

void LineEditor::remember(const std::string& text) {
  if (history_.empty() || history_.back() != text) {
    history_.push_back(text);
  }
  if (history_.size() > kMaxHistory) {
    history_.erase(history_.begin());
  }
  shown_ = history_.size();
}

LineEditor::Outcome LineEditor::feed(std::string_view bytes, size_t& used) {
  for (used = 0; used < bytes.size() && outcome_ == Outcome::kEditing; ++used) {
    byte(static_cast<unsigned char>(bytes[used]));
  }
  return outcome_;
}

void LineEditor::byte(unsigned char c) {
  if (!escape_.empty() || c == kEscape) {
    escape_byte(c);
  } else if (pasting_) {
    if (c >= 32 || c == '\t' || c == '\r' || c == '\n') {
      const char shown = c == '\r' ? '\n' : static_cast<char>(c);
      insert({&shown, 1});
    }
  } else if (c < 32 || c == 127) {
    control(c);
  } else {
    const char typed = static_cast<char>(c);
    insert({&typed, 1});
  }
}

// Collects ESC [ parameters final, ESC O final and ESC key.
void LineEditor::escape_byte(unsigned char c) {
  if (c == kEscape) {
    escape_.assign(1, static_cast<char>(c));
    return;
  }
  escape_ += static_cast<char>(c);
  const bool opened = escape_.size() == 2 && (c == '[' || c == 'O');
  const bool inside = escape_.size() > 2 && c >= 0x20 && c < 0x40;
  if ((opened || inside) && escape_.size() < kMaxEscape) {
    return;
  }
  escape_sequence();
  escape_.clear();
}

void LineEditor::escape_sequence() {
  const std::string_view key = std::string_view(escape_).substr(1);
  if (key == "[201~") {
    pasting_ = false;
  } else if (pasting_) {
    return;
  } else if (key == "[200~") {
    pasting_ = true;
  } else if (key == "\r" || key == "\n") {
    insert("\n");
  } else if (key == "[A" || key == "OA") {
    show_history(-1);
  } else if (key == "[B" || key == "OB") {
    show_history(1);
  } else if (key == "[D" || key == "OD") {
    cursor_ = left_of(cursor_);
  } else if (key == "[C" || key == "OC") {
    cursor_ = right_of(cursor_);
  } else if (key == "[H" || key == "OH" || key == "[1~" || key == "[7~") {
    cursor_ = 0;
  } else if (key == "[F" || key == "OF" || key == "[4~" || key == "[8~") {
    cursor_ = text_.size();
  } else if (key == "[3~") {
    erase(cursor_, right_of(cursor_));
  } else if (key == "[1;5D" || key == "b") {
    cursor_ = word_left();
  } else if (key == "[1;5C" || key == "f") {
    cursor_ = word_right();
  }
}

void LineEditor::control(unsigned char c) {
  if (c == '\r' || c == '\n') {
    outcome_ = Outcome::kDone;
  } else if (c == ctrl('C')) {
    outcome_ = Outcome::kInterrupt;
  } else if (c == ctrl('D') && text_.empty()) {
    outcome_ = Outcome::kEnd;
  } else if (c == ctrl('D')) {
    erase(cursor_, right_of(cursor_));
  } else if (c == ctrl('H') || c == 127) {
    erase(left_of(cursor_), cursor_);
  } else if (c == ctrl('A')) {
    cursor_ = 0;
  } else if (c == ctrl('E')) {
    cursor_ = text_.size();
  } else if (c == ctrl('B')) {
    cursor_ = left_of(cursor_);
  } else if (c == ctrl('F')) {
    cursor_ = right_of(cursor_);
  } else if (c == ctrl('P')) {
    show_history(-1);
  } else if (c == ctrl('N')) {
    show_history(1);
  } else if (c == ctrl('U')) {
    erase(0, cursor_);
  } else if (c == ctrl('K')) {
    erase(cursor_, text_.size());
  } else if (c == ctrl('W')) {
    erase(word_left(), cursor_);
  } else if (c == ctrl('L')) {
    clear_screen_ = true;
  } else if (c == '\t') {
    complete();
  }
}

void LineEditor::insert(std::string_view bytes) {
  text_.insert(cursor_, bytes);
  cursor_ += bytes.size();
}

void LineEditor::erase(size_t from, size_t to) {
  text_.erase(from, to - from);
  cursor_ = from;
}

size_t LineEditor::left_of(size_t at) const {
  at = at > 0 ? at - 1 : 0;
  while (at > 0 && is_continuation(text_[at])) {
    --at;
  }
  return at;
}

size_t LineEditor::right_of(size_t at) const {
  if (at < text_.size()) {
    ++at;
  }
  while (at < text_.size() && is_continuation(text_[at])) {
    ++at;
  }
  return at;
}

size_t LineEditor::word_left() const {
  size_t at = cursor_;
  while (at > 0 && is_space(text_[at - 1])) {
    --at;
  }
  while (at > 0 && !is_space(text_[at - 1])) {
    --at;
  }
  return at;
}

size_t LineEditor::word_right() const {
  size_t at = cursor_;
  while (at < text_.size() && is_space(text_[at])) {
    ++at;
  }
  while (at < text_.size() && !is_space(text_[at])) {
    ++at;
  }
  return at;
}

void LineEditor::show_history(int step) {
  if ((step < 0 && shown_ == 0) || (step > 0 && shown_ >= history_.size())) {
    return;
  }
  if (shown_ == history_.size()) {
    draft_ = text_;
  }
  shown_ = step < 0 ? shown_ - 1 : shown_ + 1;
  text_ = shown_ == history_.size() ? draft_ : history_[shown_];
  cursor_ = text_.size();
}

void LineEditor::complete() {
  const std::string start = text_.substr(0, cursor_);
  std::vector<std::string> fitting;
  for (const std::string& word : words_) {
    if (!start.empty() && word.starts_with(start)) {
      fitting.push_back(word);
    }
  }
  if (fitting.empty()) {
    return;
  }
  std::string common = fitting[0];
  for (const std::string& word : fitting) {
    const auto end = std::mismatch(common.begin(), common.end(), word.begin(), word.end()).first;
    common.erase(end, common.end());
  }
  insert(common.substr(start.size()) + (fitting.size() == 1 ? " " : ""));
}

// Where the character at `until` stands; with `out`, what shows prompt and text up to there. Rows fill to the last
// column; the next character opens a new one.
LineEditor::Place LineEditor::lay_out(size_t until, int columns, std::string* out) const {
  Place place;
  const auto put = [&](std::string_view bytes, int width) {
    if (place.column + width > columns) {
      ++place.row;
      place.column = 0;
      if (out != nullptr) {
        *out += "\r\n";
      }
    }
    place.column += width;
    if (out != nullptr) {
      *out += bytes;
    }
  };
  const auto put_all = [&](std::string_view all, bool colours) {
    for (size_t at = 0; at < all.size();) {
      const size_t begin = at;
      if (colours && all[at] == kEscape) {
        at += colour_size(all, at);
        put(all.substr(begin, at - begin), 0);
        continue;
      }
      const uint32_t c = next_code_point(all, at);
      if (c == '\n') {
        place = {place.row + 1, 0};
        if (out != nullptr) {
          *out += "\r\n";
        }
      } else if (c == '\t') {
        put(" ", 1);
      } else if (c >= 32 && !(c >= 0x7F && c <= 0x9F)) {
        std::string character;
        append_utf8(character, c);
        put(character, character_width(c));
      }
    }
  };
  put_all(prompt_, true);
  put_all(std::string_view(text_).substr(0, until), false);
  if (place.column >= columns) {
    place = {place.row + 1, 0};
    if (out != nullptr) {
      *out += "\r\n";
    }
  }
  return place;
}

std::string LineEditor::draw(int columns) {
  const int width = std::max(columns, 8);
  std::string out;
  if (clear_screen_) {
    out += "\x1b[H\x1b[2J";
    clear_screen_ = false;
  } else {
    out += "\r";
    if (drawn_row_ > 0) {
      out += fmt::format("\x1b[{}A", drawn_row_);
    }
    out += "\x1b[J";
  }
  const Place end = lay_out(text_.size(), width, &out);
  const Place cursor = lay_out(cursor_, width, nullptr);
  if (end.row > cursor.row) {
    out += fmt::format("\x1b[{}A", end.row - cursor.row);
  }
  out += "\r";
  if (cursor.column > 0) {
    out += fmt::format("\x1b[{}C", cursor.column);
  }
  drawn_row_ = cursor.row;
  return out;
}

std::string LineEditor::draw_end(int columns) {
  cursor_ = text_.size();
  return draw(columns);
}

}  // namespace smelt::serve
