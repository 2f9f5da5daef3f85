#include "corpus/privacy/name.h"

#include "base/text.h"
#include "corpus/privacy/characters.h"

namespace smelt {

namespace {

constexpr std::array<std::string_view, 24> kTitles = {
    "Mr",   "Mr.",  "Mrs",   "Mrs.", "Ms",   "Ms.",  "Miss", "Dr",     "Dr.",   "Prof",    "Prof.",    "Sir",
    "Herr", "Frau", "Herrn", "Mme",  "Mme.", "Mlle", "M.",   "Señora", "Señor", "Signora", "Monsieur", "Madame"};

// Words that introduce a name, as the last words before it.
constexpr std::array<std::string_view, 9> kIntroductions = {"my name is ", "her name is ",  "his name is ",
                                                            "name: ",      "i am called ",  "mein name ist ",
                                                            "ich heiße ",  "je m'appelle ", "me llamo "};

size_t word_end(std::string_view text, size_t begin) {
  size_t end = begin;
  while (end < text.size() && (is_word_at(text, end) ||
                               ((text[end] == '\'' || text[end] == '-') && end > begin && is_word_at(text, end + 1)))) {
    end += is_non_ascii(text[end]) ? 0 : 1;
    if (end < text.size() && is_non_ascii(text[end])) {
      next_code_point(text, end);
    }
  }
  return end;
}

bool is_capital_at(std::string_view text, size_t pos) {
  return is_upper(byte_at(text, pos)) || is_foreign_letter_at(text, pos);
}

// The end of one to three capitalised words or initials at `begin`; `begin` where there is none.
size_t name_end(std::string_view text, size_t begin) {
  size_t end = begin;
  for (int words = 0; words < 3; ++words) {
    const size_t from = words == 0 ? begin : end + 1;
    if ((words > 0 && byte_at(text, end) != ' ') || !is_capital_at(text, from)) {
      break;
    }
    end = word_end(text, from);
    if (end - from == 1 && byte_at(text, end) == '.') {
      ++end;
    }
  }
  return end;
}

// The word before the space at begin - 1; empty where it is longer than any title.
std::string_view word_before(std::string_view text, size_t begin) {
  constexpr size_t kLongest = 12;
  size_t from = begin - 1;
  while (from > 0 && begin - from < kLongest && text[from - 1] != ' ' && text[from - 1] != '\n') {
    --from;
  }
  return begin - from < kLongest ? text.substr(from, begin - 1 - from) : std::string_view();
}

bool follows_title(std::string_view text, size_t begin) {
  std::string_view word = word_before(text, begin);
  while (!word.empty() && (word.front() == '(' || word.front() == '"')) {
    word.remove_prefix(1);
  }
  return is_any(word, kTitles);
}

bool follows_introduction(std::string_view text, size_t begin) {
  constexpr std::array<std::string_view, 7> kLastWords = {"is",  "name:",      "Name:", "called",
                                                          "ist", "hei\u00DFe", "llamo"};
  const std::string_view word = word_before(text, begin);
  return (is_any(word, kLastWords) || word.ends_with("appelle")) &&
         std::any_of(kIntroductions.begin(), kIntroductions.end(), [&](std::string_view words) {
           return begin >= words.size() && starts_with_ignoring_case(text.substr(begin - words.size()), words) &&
                  !is_word_before(text, begin - words.size());
         });
}

}  // namespace

void find_names(std::string_view text, std::vector<PersonalSpan>& spans) {
  for (size_t space = text.find(' '); space != std::string_view::npos; space = text.find(' ', space + 1)) {
    const size_t begin = space + 1;
    if (!is_capital_at(text, begin)) {
      continue;
    }
    const bool titled = follows_title(text, begin);
    if (!titled && !follows_introduction(text, begin)) {
      continue;
    }
    const size_t end = name_end(text, begin);
    if (end > begin + 1) {
      spans.push_back({begin, end, PersonalKind::kName, titled ? "titled" : "introduced"});
      space = end - 1;
    }
  }
}

}  // namespace smelt
