#include "corpus/filters/fineweb.h"

#include <algorithm>

#include "base/text.h"
#include "corpus/filters/characters.h"
#include "corpus/filters/sentences.h"

namespace smelt {

void FinewebJudge::judge(std::string_view text, int64_t words, const FinewebOptions& options, TextRules rules,
                         std::vector<RuleResult>& results) {
  const bool published = rules == TextRules::kPublished;
  const int64_t newlines = std::count(text.begin(), text.end(), '\n');
  lines_.reset(static_cast<size_t>(newlines) + 1);
  int64_t lines = 0;
  int64_t ended = 0;
  int64_t short_lines = 0;
  int64_t duplicate_characters = 0;
  std::string_view rest = text;
  for (std::string_view line; next_plain_line(rest, line);) {
    const std::string_view trimmed = strip_spaces(line);
    if (trimmed.empty()) {
      continue;
    }
    line = published ? line : trimmed;
    const int64_t characters = count_code_points(line);
    const uint32_t last = last_code_point(published ? line : strip_closers(line));
    ++lines;
    ended += has_class(last, kTerminalMark) ? 1 : 0;
    short_lines += characters <= options.short_line ? 1 : 0;
    duplicate_characters += lines_.add(line) ? 0 : characters;
  }
  const int64_t characters = count_code_points(text) - newlines;
  const int64_t breaks = published ? newlines : std::max<int64_t>(lines - 1, 0);
  results.push_back({"fineweb_lines", static_cast<double>(lines), 1, kNoLimit});
  results.push_back({"fineweb_line_punctuation", ratio(ended, lines), options.min_line_punctuation, 1});
  results.push_back({"fineweb_short_lines", ratio(short_lines, lines), 0, options.max_short_lines});
  results.push_back({"fineweb_duplicate_line_characters", ratio(duplicate_characters, characters), 0,
                     options.max_duplicate_line_characters});
  results.push_back({"fineweb_newlines", ratio(breaks, words), 0, options.max_newlines});
}

}  // namespace smelt
