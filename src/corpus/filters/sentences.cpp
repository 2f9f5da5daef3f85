#include "corpus/filters/sentences.h"

#include <algorithm>

#include "base/text.h"
#include "corpus/filters/characters.h"

namespace smelt {

namespace {

bool is_closer(uint32_t c) {
  switch (c) {
    case '"':
    case '\'':
    case ')':
    case ']':
    case 0xBB:
    case 0x2019:
    case 0x201D:
    case 0x300D:
    case 0x300F:
    case 0x3011:
    case 0xFF09:
      return true;
    default:
      return false;
  }
}

}  // namespace

std::string_view strip_closers(std::string_view line) {
  while (!line.empty()) {
    const uint32_t c = last_code_point(line);
    const size_t size = c < 0x80 ? 1 : c < 0x800 ? 2 : 3;
    if (!is_closer(c)) {
      break;
    }
    line.remove_suffix(size);
  }
  return line;
}

int64_t count_plain_sentences(std::string_view line) {
  int64_t sentences = 0;
  bool content = false;  // a letter or digit since the last end
  bool ended = false;    // an end mark, and perhaps closers, directly before
  for (size_t pos = 0; pos < line.size();) {
    const uint32_t c = take_code_point(line, pos);
    const uint32_t classes = character_classes(c);
    if ((classes & kTerminalMark) != 0) {
      if (c >= 0x80 && content) {
        ++sentences;
        content = false;
      }
      ended = true;
    } else if ((classes & kSpaceCharacter) != 0) {
      sentences += ended && content ? 1 : 0;
      content = content && !ended;
      ended = false;
    } else if (!is_closer(c)) {
      content = content || (classes & (kLetterCharacter | kNumberCharacter)) != 0;
      ended = false;
    }
  }
  return sentences + (content ? 1 : 0);
}

bool next_plain_line(std::string_view& text, std::string_view& line) {
  if (text.empty()) {
    return false;
  }
  const size_t end = std::min(text.find('\n'), text.size());
  line = text.substr(0, end);
  text = text.substr(std::min(end + 1, text.size()));
  return true;
}

}  // namespace smelt
