#include "corpus/code/encoded_data.h"

#include <algorithm>
#include <cstddef>

namespace smelt {

namespace {

constexpr size_t kMinBase64 = 64;
constexpr size_t kMinBase64Line = 60;
constexpr size_t kMaxBetweenLines = 12;  // quotes, commas, indentation
constexpr int kMinUnits = 8;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
bool is_word(char c) {
  return is_letter(c) || is_digit(c) || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}
bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}
bool is_base64(char c) {
  return is_letter(c) || is_digit(c) || c == '+' || c == '/' || c == '=';
}

void count_run(EncodedRuns& runs, size_t size) {
  runs.bytes += static_cast<int64_t>(size);
  runs.longest = std::max(runs.longest, static_cast<int64_t>(size));
}

void count_base64(std::string_view text, EncodedRuns& runs) {
  size_t begin = 0;
  for (size_t i = 0; i <= text.size(); ++i) {
    if (i == text.size() || !(is_base64(text[i]) || text[i] == '\n')) {
      if (i - begin >= kMinBase64) {
        count_run(runs, i - begin);
      }
      begin = i + 1;
    }
  }
}

// Runs of one line, joined where only a few characters and a newline stand between them.
void count_base64_lines(std::string_view text, EncodedRuns& runs) {
  size_t joined = 0;  // bytes of the joined run so far
  size_t end = 0;     // of its last line
  size_t begin = 0;
  for (size_t i = 0; i <= text.size(); ++i) {
    if (i < text.size() && (is_base64(text[i]) || text[i] == '-' || text[i] == '_')) {
      continue;
    }
    const std::string_view run = text.substr(begin, i - begin);
    if (run.size() >= kMinBase64Line && std::any_of(run.begin(), run.end(), is_digit) &&
        std::any_of(run.begin(), run.end(), is_letter)) {
      joined = joined > 0 && begin - end <= kMaxBetweenLines ? joined + run.size() : run.size();
      end = i;
      runs.bytes += static_cast<int64_t>(run.size());
      runs.longest = std::max(runs.longest, static_cast<int64_t>(joined));
    }
    begin = i + 1;
  }
}

bool at_border(std::string_view text, size_t i) {
  const bool before = i > 0 && is_word(text[i - 1]);
  const bool after = i < text.size() && is_word(text[i]);
  return before != after;
}

// The end of one hexadecimal byte that starts at i, with what separates it from the next; i where there is none.
size_t hex_unit(std::string_view text, size_t i, bool published) {
  const size_t start = i;
  if (!at_border(text, i) && (published || i + 1 >= text.size() || text[i] != '\\')) {
    return start;
  }
  if (i + 1 < text.size() && (text[i] == '0' || text[i] == '\\') && text[i + 1] == 'x') {
    i += 2;
  }
  if (i + 1 >= text.size() || !is_hex(text[i]) || !is_hex(text[i + 1])) {
    return start;
  }
  i += 2;
  if (published && i < text.size() && text[i] == ',') {
    return i + 1;
  }
  if (!at_border(text, i)) {
    return start;
  }
  while (i < text.size() && (is_space(text[i]) || (!published && text[i] == ','))) {
    ++i;
  }
  return i;
}

void count_hex(std::string_view text, bool published, EncodedRuns& runs) {
  size_t i = 0;
  while (i < text.size()) {
    size_t end = i;
    int units = 0;
    for (size_t next = hex_unit(text, end, published); next > end; next = hex_unit(text, end, published)) {
      end = next;
      ++units;
    }
    if (units >= kMinUnits) {
      count_run(runs, end - i);
    }
    // A failed attempt ends within its last unit: no unit starts inside another but at its 'x'.
    i = units >= kMinUnits ? end : i + 1;
  }
}

void count_escapes(std::string_view text, EncodedRuns& runs) {
  const auto is_escape = [&](size_t i) {
    return i + 6 <= text.size() && text[i] == '\\' && text[i + 1] == 'u' && is_hex(text[i + 2]) &&
           is_hex(text[i + 3]) && is_hex(text[i + 4]) && is_hex(text[i + 5]);
  };
  for (size_t i = text.find("\\u"); i != std::string_view::npos; i = text.find("\\u", i)) {
    size_t end = i;
    while (is_escape(end)) {
      end += 6;
    }
    if (end - i >= size_t{6} * kMinUnits) {
      count_run(runs, end - i);
    }
    i = std::max(end, i + 1);
  }
}

}  // namespace

EncodedRuns published_encoded_runs(std::string_view text) {
  EncodedRuns runs;
  count_base64(text, runs);
  count_hex(text, true, runs);
  count_escapes(text, runs);
  return runs;
}

EncodedRuns fixed_encoded_runs(std::string_view text) {
  EncodedRuns runs;
  count_base64_lines(text, runs);
  count_hex(text, false, runs);
  count_escapes(text, runs);
  return runs;
}

}  // namespace smelt
