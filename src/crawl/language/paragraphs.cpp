#include "crawl/language/paragraphs.h"

#include <algorithm>
#include <optional>

#include <utf8proc.h>

#include "base/text.h"

namespace smelt {
namespace {

using Kind = ParagraphSpan::Kind;

bool is_blank(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

// Without white space at both ends and the marks of quotations before it.
std::string_view bare_line(std::string_view line) {
  line = trim(line);
  while (line.starts_with('>')) {
    line = trim(line.substr(1));
  }
  return line;
}

struct Fence {
  char mark = '`';
  size_t length = 0;  // 0: none
};

size_t run_of(std::string_view line, char mark) {
  return std::min(line.find_first_not_of(mark), line.size());
}

Fence opening_fence(std::string_view line) {
  for (const char mark : {'`', '~'}) {
    const size_t length = run_of(line, mark);
    if (length >= 3 && (mark == '~' || line.find('`', length) == std::string_view::npos)) {
      return {mark, length};
    }
  }
  return {};
}

bool closes(const Fence& fence, std::string_view line) {
  const size_t length = run_of(line, fence.mark);
  return length >= fence.length && length == line.size();
}

bool is_heading(std::string_view line) {
  const size_t marks = run_of(line, '#');
  return marks >= 1 && marks <= 6 && (marks == line.size() || line[marks] == ' ');
}

Kind kind_of(std::string_view paragraph) {
  if (paragraph.find('$') != std::string_view::npos && count_letters(without_formulas(paragraph), 1) == 0 &&
      count_letters(paragraph, 1) > 0) {
    return Kind::kOther;
  }
  const bool one_line = paragraph.find('\n') == std::string_view::npos;
  return one_line && is_heading(bare_line(paragraph)) ? Kind::kHeading : Kind::kProse;
}

class Splitter {
 public:
  Splitter(std::string_view text, bool lines) : text_(text), lines_(lines) {}

  std::vector<ParagraphSpan> run() {
    for (size_t begin = 0; begin < text_.size();) {
      const size_t end = std::min(text_.find('\n', begin), text_.size());
      line(begin, end, bare_line(text_.substr(begin, end - begin)));
      begin = end + 1;
    }
    close();
    return std::move(out_);
  }
  bool saw_blank() const { return saw_blank_; }

 private:
  void line(size_t begin, size_t end, std::string_view bare) {
    const Fence fence = opening_fence(bare);
    if (fence_.length > 0) {
      open_->end = end;
      if (closes(fence_, bare)) {
        close();
      }
    } else if (fence.length > 0) {
      close();
      open(begin, end, Kind::kOther);
      fence_ = fence;
    } else if (bare.empty()) {
      close();
      after_blank_ = !out_.empty();
    } else {
      if (!open_) {
        open(begin, end, Kind::kProse);
      }
      open_->end = end;
      if (lines_) {
        close();
      }
    }
  }

  void open(size_t begin, size_t end, Kind kind) {
    saw_blank_ = saw_blank_ || after_blank_;
    open_ = {begin, end, kind};
  }

  void close() {
    if (open_) {
      if (open_->kind == Kind::kProse) {
        open_->kind = kind_of(text_.substr(open_->begin, open_->end - open_->begin));
      }
      out_.push_back(*open_);
    }
    open_.reset();
    fence_ = {};
  }

  std::string_view text_;
  bool lines_;
  bool after_blank_ = false;
  bool saw_blank_ = false;  // between paragraphs
  std::vector<ParagraphSpan> out_;
  std::optional<ParagraphSpan> open_;
  Fence fence_;  // of the code that is open
};

// Unicode categories L and M: signs for vowels are written like letters.
bool is_letter(uint32_t code) {
  if (code < 0x80) {
    return (code | 0x20) >= 'a' && (code | 0x20) <= 'z';
  }
  const utf8proc_category_t category = utf8proc_category(static_cast<utf8proc_int32_t>(code));
  return category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_ME;
}

// Where the formula ends that `open` begins, behind its dollars; npos where it is none.
size_t formula_end(std::string_view text, size_t open) {
  if (text.substr(open).starts_with("$$")) {
    const size_t close = text.find("$$", open + 2);
    return close == std::string_view::npos ? close : close + 2;
  }
  if (open + 1 >= text.size() || is_blank(text[open + 1])) {
    return std::string_view::npos;
  }
  for (size_t i = open + 1; i < text.size() && text[i] != '\n'; ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '$') {
      const bool hugs = i > open + 1 && !is_blank(text[i - 1]);
      const bool counts = i + 1 < text.size() && text[i + 1] >= '0' && text[i + 1] <= '9';
      return hugs && !counts ? i + 1 : std::string_view::npos;
    }
  }
  return std::string_view::npos;
}

}  // namespace

std::vector<ParagraphSpan> split_paragraphs(std::string_view text) {
  Splitter by_blank_lines(text, false);
  std::vector<ParagraphSpan> paragraphs = by_blank_lines.run();
  return by_blank_lines.saw_blank() ? paragraphs : Splitter(text, true).run();
}

std::string without_formulas(std::string_view text) {
  std::string out;
  size_t copied = 0;
  for (size_t at = text.find('$'); at != std::string_view::npos;) {
    const size_t end = at > 0 && text[at - 1] == '\\' ? std::string_view::npos : formula_end(text, at);
    if (end == std::string_view::npos) {
      at = text.find('$', at + run_of(text.substr(at), '$'));
      continue;
    }
    out += text.substr(copied, at - copied);
    out += ' ';
    copied = end;
    at = text.find('$', end);
  }
  out += text.substr(copied);
  return out;
}

int64_t count_letters(std::string_view text, int64_t enough) {
  int64_t letters = 0;
  for (size_t pos = 0; pos < text.size() && letters < enough;) {
    const size_t begin = pos;
    letters += is_letter(next_code_point(text, pos)) ? static_cast<int64_t>(pos - begin) : 0;
  }
  return letters;
}

std::string keep_paragraphs(std::string_view text, const std::vector<ParagraphSpan>& paragraphs,
                            const std::vector<uint8_t>& keep) {
  std::string out;
  for (size_t i = 0; i < paragraphs.size(); ++i) {
    if (keep[i] != 0) {
      const size_t from = out.empty() ? paragraphs[i].begin : paragraphs[i - 1].end;
      out += text.substr(from, paragraphs[i].end - from);
    }
  }
  return out;
}

}  // namespace smelt
