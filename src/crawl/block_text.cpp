#include "crawl/block_text.h"

#include <algorithm>
#include <bit>

#include "base/byte_block.h"
#include "base/text.h"
#include "crawl/html/scan.h"
#include "crawl/math/tex.h"

namespace smelt {
namespace {

bool is_wide_space(uint32_t code) {
  return code == 0xA0 || (code >= 0x2000 && code <= 0x200A) || code == 0x2028 || code == 0x2029 || code == 0x202F ||
         code == 0x205F || code == 0x3000;
}

// Soft hyphens, zero-width marks and controls: they are no text. The zero-width joiners of Indic and Arabic scripts
// stay.
bool is_no_text(uint32_t code) {
  return code == 0xAD || code == 0x200B || code == 0x2060 || code == 0xFEFF || (code >= 0x7F && code < 0xA0);
}

bool is_visible_ascii(char c) {
  return c > ' ' && c < 0x7F;
}

// What can be written as it stands: visible ASCII characters with single spaces between them.
struct PlainRun {
  size_t size = 0;
  size_t spaces = 0;
};

// The one that the text begins with, or at least its beginning.
PlainRun plain_run(std::string_view text) {
  if (text.size() >= ByteBlock::kSize) {
    const ByteBlock block(text.data());
    const uint64_t visible = block.in_range('!', '~' - ' ');
    const uint64_t spaces = block.equal(' ') & visible << 1 & visible >> 1;
    const auto size = static_cast<size_t>(std::countr_one(visible | spaces));
    const uint64_t inside = size < 64 ? (uint64_t{1} << size) - 1 : ~uint64_t{0};
    return {size, static_cast<size_t>(std::popcount(spaces & inside))};
  }
  PlainRun run;
  while (run.size < text.size() && is_visible_ascii(text[run.size])) {
    ++run.size;
    if (run.size + 1 < text.size() && text[run.size] == ' ' && is_visible_ascii(text[run.size + 1])) {
      ++run.size;
      ++run.spaces;
    }
  }
  return run;
}

// Off the white space at the ends of a mark.
void tighten(const std::string& text, TextMark& mark) {
  mark.end = std::min(mark.end, static_cast<uint32_t>(text.size()));
  while (mark.begin < mark.end && (text[mark.begin] == ' ' || text[mark.begin] == '\n')) {
    ++mark.begin;
  }
  while (mark.end > mark.begin && (text[mark.end - 1] == ' ' || text[mark.end - 1] == '\n')) {
    --mark.end;
  }
}

void sort_marks(std::vector<TextMark>& marks) {
  const auto before = [](const TextMark& a, const TextMark& b) { return a.begin < b.begin; };
  if (!std::is_sorted(marks.begin(), marks.end(), before)) {
    std::stable_sort(marks.begin(), marks.end(), before);
  }
}

// By byte: how many before it belong to code or to a formula already found.
std::vector<uint32_t> count_settled(const std::string& text, const std::vector<TextMark>& marks) {
  std::vector<int32_t> steps(text.size() + 1, 0);
  for (const TextMark& mark : marks) {
    if (mark.kind == TextMark::Kind::kCode || mark.kind == TextMark::Kind::kFormula) {
      ++steps[mark.begin];
      --steps[mark.end];
    }
  }
  std::vector<uint32_t> out(text.size() + 1, 0);
  int32_t depth = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    depth += steps[i];
    out[i + 1] = out[i] + (depth > 0 ? 1 : 0);
  }
  return out;
}

}  // namespace

void BlockText::append(std::string_view text, bool in_link, bool verbatim) {
  size_t pos = 0;
  while (pos < text.size()) {
    const size_t begin = pos;
    if (is_visible_ascii(text[pos])) {
      const PlainRun run = plain_run(text.substr(pos));
      pos += run.size;
      put(text.substr(begin, run.size), static_cast<int64_t>(run.size),
          in_link ? static_cast<int64_t>(run.size - run.spaces) : 0);
      continue;
    }
    if (!verbatim && is_html_space(text[pos])) {
      space_ = true;
      while (pos < text.size() && is_html_space(text[pos])) {
        ++pos;
      }
      continue;
    }
    const uint32_t code = next_code_point(text, pos);
    if (verbatim && (code == '\n' || code == '\t' || code == ' ' || is_wide_space(code))) {
      text_ += code == '\n' || code == '\t' ? static_cast<char>(code) : ' ';
      ++length_;
    } else if (verbatim && code == '\r') {
      continue;
    } else if (code <= ' ' || is_wide_space(code)) {
      space_ = space_ || code == ' ' || (code >= '\t' && code <= '\r') || code > 0x7F;
    } else if (!is_no_text(code)) {
      put(text.substr(begin, pos - begin), 1, in_link ? 1 : 0);
    }
  }
}

void BlockText::put(std::string_view run, int64_t length, int64_t linked) {
  if (space_ && !text_.empty() && text_.back() != '\n' && text_.back() != ' ') {
    text_ += ' ';
    ++length_;
  }
  space_ = false;
  text_ += run;
  length_ += length;
  link_length_ += linked;
}

void BlockText::line_break() {
  if (!text_.empty()) {
    text_ += '\n';
  }
  space_ = false;
}

void BlockText::open_mark(TextMark::Kind kind, uint32_t node) {
  open_.push_back(static_cast<uint32_t>(marks_.size()));
  marks_.push_back({kind, static_cast<uint32_t>(text_.size()), 0, node});
}

void BlockText::close_mark(uint32_t node) {
  if (!open_.empty() && marks_[open_.back()].node == node) {
    marks_[open_.back()].end = static_cast<uint32_t>(text_.size());
    open_.pop_back();
  }
}

void BlockText::formula(std::string_view tex, bool display, bool inline_only, uint32_t node) {
  const bool alone = display && !inline_only;
  if (alone && !text_.empty() && !ends_line()) {
    line_break();
  }
  if (space_ && !text_.empty() && text_.back() != '\n' && text_.back() != ' ') {
    text_ += ' ';
    ++length_;
  }
  space_ = false;
  const std::string source = with_dollars(tex, display);
  const auto begin = static_cast<uint32_t>(text_.size());
  text_ += source;
  length_ += count_code_points(source);
  marks_.push_back({TextMark::Kind::kFormula, begin, static_cast<uint32_t>(text_.size()), node});
  if (alone) {
    line_break();
  }
}

void BlockText::reset(const std::vector<TextMark>& open) {
  *this = BlockText{};
  for (const TextMark& mark : open) {
    open_mark(mark.kind, mark.node);
  }
}

std::string BlockText::take(std::vector<TextMark>& marks) {
  std::vector<TextMark> open;
  for (const uint32_t at : open_) {
    open.push_back(marks_[at]);
    marks_[at].end = static_cast<uint32_t>(text_.size());
  }
  std::string out = std::move(text_);
  out.erase(out.find_last_not_of(" \t\n") + 1);
  marks = std::move(marks_);
  for (TextMark& mark : marks) {
    tighten(out, mark);
  }
  std::erase_if(marks, [](const TextMark& mark) { return mark.end <= mark.begin; });
  sort_marks(marks);
  reset(open);
  return out;
}

std::string BlockText::take_verbatim() {
  std::vector<TextMark> open;
  for (const uint32_t at : open_) {
    open.push_back(marks_[at]);
  }
  std::string out = std::move(text_);
  reset(open);
  return out;
}

int64_t convert_math_spans(std::string& text, std::vector<TextMark>& marks, bool inline_only) {
  if (text.find('\\') == std::string::npos && text.find('$') == std::string::npos) {
    return 0;
  }
  std::vector<MathSpan> spans = find_math_spans(text);
  if (spans.empty()) {
    return 0;
  }
  std::erase_if(spans, [settled = count_settled(text, marks)](const MathSpan& span) {
    return settled[span.end] > settled[span.begin];
  });
  constexpr uint32_t kInside = UINT32_MAX;
  std::vector<uint32_t> places(text.size() + 1, kInside);  // by byte of the old text, where it stands in the new one
  std::string out;
  std::vector<TextMark> formulas;
  size_t done = 0;
  const auto copy_until = [&](size_t end) {
    for (; done < end; ++done) {
      places[done] = static_cast<uint32_t>(out.size());
      out += text[done];
    }
  };
  for (const MathSpan& span : spans) {
    copy_until(span.begin);
    const bool alone = span.source.display && !inline_only;
    if (alone && !out.empty() && out.back() == ' ') {
      out.back() = '\n';
    } else if (alone && !out.empty() && out.back() != '\n') {
      out += '\n';
    }
    const auto begin = static_cast<uint32_t>(out.size());
    out += with_dollars(span.source.tex, span.source.display);
    places[span.begin] = begin;
    places[span.end] = static_cast<uint32_t>(out.size());
    formulas.push_back({TextMark::Kind::kFormula, begin, places[span.end], 0});
    done = span.end;
    if (alone && done < text.size() && text[done] != '\n') {
      out += '\n';
      done += text[done] == ' ' ? 1 : 0;
    }
  }
  copy_until(text.size());
  places[text.size()] = static_cast<uint32_t>(out.size());
  for (TextMark& mark : marks) {
    mark.begin = places[mark.begin];
    mark.end = places[mark.end];
  }
  std::erase_if(marks, [](const TextMark& mark) { return mark.begin == kInside || mark.end == kInside; });
  const int64_t grown = count_code_points(out) - count_code_points(text);
  text = std::move(out);
  marks.insert(marks.end(), formulas.begin(), formulas.end());
  sort_marks(marks);
  return grown;
}

}  // namespace smelt
