#include "corpus/code/license_header.h"

#include <algorithm>
#include <array>
#include <vector>

#include "base/text.h"

namespace smelt {

namespace {

constexpr int kMaxComments = 4;  // that are looked at
constexpr size_t kMaxLines = 400;

struct Marks {
  std::string_view line;
  std::string_view open;
  std::string_view close;
};

Marks marks_of(CommentStyle style) {
  switch (style) {
    case CommentStyle::kC:
      return {"//", "/*", "*/"};
    case CommentStyle::kHash:
      return {"#", "", ""};
    case CommentStyle::kDash:
      return {"--", "--[[", "]]"};
    case CommentStyle::kSql:
      return {"--", "/*", "*/"};
    case CommentStyle::kSemicolon:
      return {";", "", ""};
    case CommentStyle::kPercent:
      return {"%", "", ""};
    case CommentStyle::kMarkup:
      return {"", "<!--", "-->"};
    case CommentStyle::kBang:
      return {"!", "", ""};
    case CommentStyle::kApostrophe:
      return {"'", "", ""};
    case CommentStyle::kParen:
      return {"", "(*", "*)"};
    case CommentStyle::kBraceDash:
      return {"--", "{-", "-}"};
    default:
      return {};
  }
}

std::vector<std::string_view> first_lines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty() && lines.size() < kMaxLines) {
    const size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

// Lines that must stay in front: they are no comment, or mean something to a program.
bool is_prelude(std::string_view line) {
  const std::string_view bare = trim(line);
  return bare.empty() || bare.starts_with("#!") || bare.starts_with("<?xml") || bare.starts_with("<?php") ||
         bare.starts_with("<!DOCTYPE") || bare.find("coding:") != std::string_view::npos ||
         bare.find("coding=") != std::string_view::npos || bare.find("-*-") != std::string_view::npos;
}

struct Comment {
  size_t begin = 0;  // lines
  size_t end = 0;
  bool block = false;
};

// The comment that starts at `line`; empty where none does, or where code follows its end in the same line.
Comment comment_at(const std::vector<std::string_view>& lines, size_t line, const Marks& marks) {
  const std::string_view first = trim(lines[line]);
  if (!marks.open.empty() && first.starts_with(marks.open)) {
    for (size_t i = line; i < lines.size(); ++i) {
      const size_t from = i == line ? lines[i].find(marks.open) + marks.open.size() : 0;
      const size_t close = lines[i].find(marks.close, from);
      if (close != std::string_view::npos) {
        return trim(lines[i].substr(close + marks.close.size())).empty() ? Comment{line, i + 1, true} : Comment{};
      }
    }
    return {};
  }
  size_t end = line;
  while (!marks.line.empty() && end < lines.size() && trim(lines[end]).starts_with(marks.line) &&
         (end == line || !is_prelude(lines[end]))) {
    ++end;
  }
  return {line, end, false};
}

// A comment's line without its marks and ornaments.
std::string_view content_of(std::string_view line, const Marks& marks) {
  line = trim(line);
  if (!marks.close.empty() && line.ends_with(marks.close)) {
    line.remove_suffix(marks.close.size());
  }
  for (const std::string_view mark : {marks.open, marks.line}) {
    if (!mark.empty() && line.starts_with(mark)) {
      line.remove_prefix(mark.size());
    }
  }
  constexpr std::string_view kOrnaments = " \t*#/;%!-=+~_|";
  const size_t begin = std::min(line.find_first_not_of(kOrnaments), line.size());
  line.remove_prefix(begin);
  return line.substr(0, line.find_last_not_of(kOrnaments) + 1);
}

bool is_notice(std::string_view line) {
  constexpr std::array kWords = {"copyright",      "(c) ",       "licence",       "license",           "licensing",
                                 "spdx-",          "warrant",    "redistribut",   "permission to use", "hereby granted",
                                 "all rights res", "merchantab", "public domain", "\xC2\xA9"};
  const std::string lower = lower_ascii(line);
  return std::any_of(kWords.begin(), kWords.end(),
                     [&](const char* word) { return lower.find(word) != std::string::npos; });
}

// First and one past the last line of the paragraphs to cut; equal where there are none.
std::pair<size_t, size_t> notice_range(const std::vector<std::string_view>& lines, const Comment& comment,
                                       const Marks& marks) {
  size_t from = comment.end;
  size_t to = comment.end;
  size_t paragraph = comment.begin;
  bool noticed = false;
  for (size_t i = comment.begin; i <= comment.end; ++i) {
    const bool at_end = i == comment.end || content_of(lines[i], marks).empty();
    if (!at_end) {
      noticed = noticed || is_notice(lines[i]);
      continue;
    }
    if (noticed) {
      from = std::min(from, paragraph);
      to = i;
    }
    noticed = false;
    paragraph = i + 1;
  }
  return {from, from < comment.end ? to : from};
}

// What is left of the comment.
std::string remains(const std::vector<std::string_view>& lines, const Comment& comment, const Marks& marks,
                    std::pair<size_t, size_t> cut) {
  std::string out;
  bool says_something = false;
  for (size_t i = comment.begin; i < comment.end; ++i) {
    if (i >= cut.first && i < cut.second) {
      out += comment.block && i == comment.begin ? std::string(marks.open) + "\n" : "";
      out += comment.block && i + 1 == comment.end ? " " + std::string(marks.close) + "\n" : "";
      continue;
    }
    says_something = says_something || !content_of(lines[i], marks).empty();
    out += std::string(lines[i]) + "\n";
  }
  return says_something ? out : "";
}

}  // namespace

std::string_view line_comment(CommentStyle style) {
  return marks_of(style).line;
}

CutHeader cut_license_header(std::string_view text, const CodeLanguage& language) {
  const Marks marks = marks_of(language.comments);
  const std::vector<std::string_view> lines = first_lines(text);
  size_t line = 0;
  for (int seen = 0; seen < kMaxComments; ++seen) {
    while (line < lines.size() && is_prelude(lines[line])) {
      ++line;
    }
    const Comment comment = line < lines.size() ? comment_at(lines, line, marks) : Comment{};
    if (comment.end <= comment.begin) {
      break;
    }
    const auto cut = notice_range(lines, comment, marks);
    line = comment.end;
    if (cut.first == cut.second) {
      continue;
    }
    CutHeader result;
    result.text = text.substr(0, static_cast<size_t>(lines[comment.begin].data() - text.data()));
    for (size_t i = cut.first; i < cut.second; ++i) {
      result.notice += std::string(content_of(lines[i], marks)) + (i + 1 < cut.second ? "\n" : "");
    }
    const std::string left = remains(lines, comment, marks, cut);
    const std::string_view last = lines[comment.end - 1];
    std::string_view rest =
        text.substr(std::min(static_cast<size_t>(last.data() - text.data()) + last.size() + 1, text.size()));
    if (left.empty()) {
      rest.remove_prefix(std::min(rest.find_first_not_of("\r\n"), rest.size()));
    }
    result.text += left;
    result.text += rest;
    return result;
  }
  return {std::string(text), ""};
}

}  // namespace smelt
