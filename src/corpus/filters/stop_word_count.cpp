#include "corpus/filters/stop_word_count.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include <utf8proc.h>

#include "base/text.h"
#include "corpus/filters/characters.h"
#include "corpus/text_stats.h"
#include "crawl/stop_words.h"

namespace smelt {

namespace {

constexpr std::array<std::string_view, 8> kEnglish = {"the", "be", "to", "of", "and", "that", "have", "with"};

const StopWords* list_of(std::string_view language) {
  return is_unspaced_language(language) ? nullptr : stop_words(language.substr(0, language.find_first_of("-_")));
}

// The next run of letters and marks, in lower case; empty at the end of the text.
bool next_lower_word(std::string_view text, size_t& pos, std::string& word) {
  word.clear();
  while (pos < text.size()) {
    const uint32_t c = take_code_point(text, pos);
    const bool letter = has_class(c, kLetterCharacter) ||
                        (c >= 0x300 && utf8proc_category(static_cast<utf8proc_int32_t>(c)) <= UTF8PROC_CATEGORY_ME &&
                         utf8proc_category(static_cast<utf8proc_int32_t>(c)) >= UTF8PROC_CATEGORY_MN);
    if (letter) {
      append_utf8(word, static_cast<uint32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(c))));
    } else if (!word.empty()) {
      return true;
    }
  }
  return !word.empty();
}

}  // namespace

bool knows_stop_words(std::string_view language) {
  return is_english(language) || list_of(language) != nullptr;
}

bool is_stop_word(std::string_view word, std::string_view language) {
  constexpr size_t kLongest = 32;
  std::string lower;
  size_t pos = 0;
  if (word.size() > kLongest || !next_lower_word(word, pos, lower) || pos < word.size()) {
    return false;
  }
  const StopWords* list = stop_words(is_english(language) ? "en" : language.substr(0, language.find_first_of("-_")));
  return list != nullptr && list->contains(lower);
}

int64_t count_stop_words(std::string_view text, std::string_view language, int64_t enough) {
  const StopWords* list = is_english(language) ? nullptr : list_of(language);
  std::vector<std::string> found;
  std::string word;
  for (size_t pos = 0; static_cast<int64_t>(found.size()) < enough && next_lower_word(text, pos, word);) {
    const bool stop =
        list != nullptr ? list->contains(word) : std::find(kEnglish.begin(), kEnglish.end(), word) != kEnglish.end();
    if (stop && std::find(found.begin(), found.end(), word) == found.end()) {
      found.push_back(word);
    }
  }
  return static_cast<int64_t>(found.size());
}

}  // namespace smelt
