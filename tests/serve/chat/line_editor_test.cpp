#include "serve/chat/line_editor.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace smelt::serve {
namespace {

using Outcome = LineEditor::Outcome;

// Feeds all bytes, one at a time, so that every key is cut everywhere.
Outcome type(LineEditor& editor, std::string_view bytes) {
  Outcome outcome = Outcome::kEditing;
  size_t used = 0;
  for (size_t i = 0; i < bytes.size() && outcome == Outcome::kEditing; ++i) {
    outcome = editor.feed(bytes.substr(i, 1), used);
  }
  return outcome;
}

std::string typed(std::string_view bytes, std::vector<std::string> words = {}) {
  LineEditor editor("> ", std::move(words));
  editor.begin();
  EXPECT_EQ(type(editor, bytes), Outcome::kDone) << bytes;
  return editor.text();
}

TEST(LineEditor, KeysEdit) {
  EXPECT_EQ(typed("hello\r"), "hello");
  EXPECT_EQ(typed("helo\x1b[Dl\r"), "hello");
  EXPECT_EQ(typed("h\xC3\xA9\xC3\xA9\x7F\x1b[D\x1b[3~e\r"), "he");
  EXPECT_EQ(typed("one two three\x17\x17"
                  "2\r"),
            "one 2");
  EXPECT_EQ(typed("b\x01"
                  "a\x05"
                  "c\r"),
            "abc");
  EXPECT_EQ(typed("bc\x1b[Ha\x1b[Fd\r"), "abcd");
  EXPECT_EQ(typed("rest\x1bOD\x1bOD\x15\r"), "st");
  EXPECT_EQ(typed("rest\x1b[D\x1b[D\x0B\r"), "re");
  EXPECT_EQ(typed("one two\x1b[1;5DX\x1b[1;5CY\r"), "one XtwoY");
  EXPECT_EQ(typed("a\x1b\rb\r"), "a\nb");
  EXPECT_EQ(typed("\x1b[D\x1b[3~\x7F"
                  "a\x1b[C\x1b[99;99Xb\r"),
            "ab");
}

TEST(LineEditor, PastesComeWhole) {
  EXPECT_EQ(typed("a\x1b[200~b\r\tc\nd\x03\x1b[201~e\r"), "ab\n\tc\nde");
}

TEST(LineEditor, EndsByItsKeys) {
  LineEditor editor("> ");
  editor.begin();
  EXPECT_EQ(type(editor, "ab\x03"), Outcome::kInterrupt);
  editor.begin();
  EXPECT_EQ(editor.text(), "");
  EXPECT_EQ(type(editor, "a\x04"), Outcome::kEditing);
  EXPECT_EQ(type(editor, "\x7F\x04"), Outcome::kEnd);
  editor.begin();
  size_t used = 0;
  EXPECT_EQ(editor.feed("ab\rrest", used), Outcome::kDone);
  EXPECT_EQ(used, 3U);
}

TEST(LineEditor, ArrowsBringBackWhatWasSaid) {
  LineEditor editor("> ");
  editor.remember("first");
  editor.remember("second");
  editor.begin();
  EXPECT_EQ(type(editor, "new\x1b[A\x1b[A\x1b[A"), Outcome::kEditing);
  EXPECT_EQ(editor.text(), "first");
  type(editor, "\x1b[B");
  EXPECT_EQ(editor.text(), "second");
  type(editor, "\x1b[B\x1b[B");
  EXPECT_EQ(editor.text(), "new");
}

TEST(LineEditor, TabCompletesCommands) {
  const std::vector<std::string> words = {"/retry", "/reset", "/help"};
  EXPECT_EQ(typed("/h\t\r", words), "/help ");
  EXPECT_EQ(typed("/r\t\r", words), "/re");
  EXPECT_EQ(typed("\t\r", words), "");
  EXPECT_EQ(typed("x\t\r", words), "x");
}

// A terminal that knows what the editor sends, and wraps only when told.
class Screen {
 public:
  explicit Screen(int columns) : columns_(columns) {}
  void show(std::string_view bytes) {
    for (size_t at = 0; at < bytes.size();) {
      if (bytes[at] == '\x1b') {
        sequence(bytes, at);
        continue;
      }
      const uint32_t c = next_code_point(bytes, at);
      if (c == '\r') {
        column = 0;
      } else if (c == '\n') {
        ++row;
      } else {
        const int width = c >= 0x4E00 ? 2 : 1;
        ASSERT_LE(column + width, columns_);
        cell(row, column) = {};
        append_utf8(cell(row, column), c);
        for (int i = 1; i < width; ++i) {
          cell(row, column + i) = "";
        }
        column += width;
      }
    }
  }
  std::string line(int number) {
    std::string out;
    for (const std::string& one : cells_[static_cast<size_t>(number)]) {
      out += one;
    }
    return std::string(out.substr(0, out.find_last_not_of(' ') + 1));
  }
  int row = 0;
  int column = 0;

 private:
  std::string& cell(int r, int c) {
    const std::vector<std::string> blank(static_cast<size_t>(columns_), " ");
    while (static_cast<int>(cells_.size()) <= r) {
      cells_.push_back(blank);
    }
    return cells_[static_cast<size_t>(r)][static_cast<size_t>(c)];
  }
  void sequence(std::string_view bytes, size_t& at) {
    ASSERT_EQ(bytes[at + 1], '[');
    int number = 0;
    for (at += 2; bytes[at] >= '0' && bytes[at] <= '9'; ++at) {
      number = number * 10 + (bytes[at] - '0');
    }
    const char kind = bytes[at++];
    if (kind == 'A') {
      row -= number;
    } else if (kind == 'C') {
      column += number;
    } else if (kind == 'J') {
      cell(row, 0);
      for (int r = row; r < static_cast<int>(cells_.size()); ++r) {
        for (int c = r == row ? column : 0; c < columns_; ++c) {
          cell(r, c) = " ";
        }
      }
    } else {
      ASSERT_EQ(kind, 'm');
    }
    ASSERT_GE(row, 0);
  }
  int columns_;
  std::vector<std::vector<std::string>> cells_;
};

TEST(LineEditor, ScreenShowsTheTextAtEveryKey) {
  LineEditor editor("\x1b[1m>\x1b[0m ");
  editor.begin();
  Screen screen(10);
  screen.show(editor.draw(10));
  const auto press = [&](std::string_view keys) {
    type(editor, keys);
    screen.show(editor.draw(10));
  };
  for (const char c : std::string("abcdefgh")) {
    press(std::string(1, c));
  }
  EXPECT_EQ(screen.line(0), "> abcdefgh");
  EXPECT_EQ(screen.row, 1);
  EXPECT_EQ(screen.column, 0);
  press("ij");
  EXPECT_EQ(screen.line(1), "ij");
  press("\x1b[H");
  EXPECT_EQ(screen.row, 0);
  EXPECT_EQ(screen.column, 2);
  press("X");
  EXPECT_EQ(screen.line(0), "> Xabcdefg");
  EXPECT_EQ(screen.line(1), "hij");
  EXPECT_EQ(screen.column, 3);
  press("\x1b[F\x15");
  EXPECT_EQ(screen.line(0), ">");
  EXPECT_EQ(screen.line(1), "");
  press("abcdefg\xE6\xBC\xA2");  // two columns wide: it does not fit into the last one
  EXPECT_EQ(screen.line(0), "> abcdefg");
  EXPECT_EQ(screen.line(1), "\xE6\xBC\xA2");
  press("\x15one\x1b\rtwo");
  EXPECT_EQ(screen.line(0), "> one");
  EXPECT_EQ(screen.line(1), "two");
  screen.show(editor.draw_end(10));
  EXPECT_EQ(screen.row, 1);
  EXPECT_EQ(screen.column, 3);
}

}  // namespace
}  // namespace smelt::serve
