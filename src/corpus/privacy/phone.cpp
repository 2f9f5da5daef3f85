#include "corpus/privacy/phone.h"

#include "base/text.h"
#include "corpus/privacy/characters.h"
#include "corpus/privacy/check_digits.h"
#include "corpus/privacy/cue.h"

namespace smelt {

namespace {

constexpr std::array<std::string_view, 62> kCuesBefore = {
    "phone*",    "telephone*", "tel",       "telef*",   "teléf*",    "télép*",  "tél",      "mobil*",     "móvil*",
    "cell",      "cellular",   "cellphone", "celular*", "cellulare", "handy",   "handynr",  "fax*",       "telefax",
    "call",      "calls",      "called",    "calling",  "caller",    "dial*",   "ring",     "hotline",    "helpline",
    "whatsapp",  "viber",      "sms",       "text",     "texted",    "message", "messages", "messaging",  "voicemail",
    "answering", "pager",      "landline",  "desk",     "office",    "contact", "reach",    "registered", "rufnummer",
    "fon",       "ligue",      "llame*",    "llamar",   "appel*",    "chiama*", "bel",      "gsm",        "switchboard",
    "тел",       "моб",        "факс",      "звон",     "电话",      "電話",    "手机",     "手機"};

constexpr std::array<std::string_view, 12> kCuesAfter = {"office", "fax",    "mobile",   "cell",  "home", "desk",
                                                         "phone",  "direct", "landline", "voice", "tel",  "mobil"};

// ITU-T E.164: codes of one to three digits by their first two; 28, 83 and 89 begin none.
bool has_country_code(std::string_view digits) {
  const std::string_view start = digits.substr(0, 2);
  return digits.size() >= 8 && digits[0] != '0' && start != "28" && start != "83" && start != "89";
}

bool is_year(std::string_view digits) {
  return digits.size() == 4 && digits >= "1800" && digits <= "2099";
}

// A date at the start of the groups i to j: 4-2-2, 2-2-4 or 1-1-4 with a plausible month and day.
bool starts_with_date(const NumberRun& run, size_t i, size_t j) {
  if (j < i + 2 || run.separator(i) != run.separator(i + 1)) {
    return false;
  }
  const auto part = [&](size_t group) { return run.digits(group, group); };
  const auto is_small = [&](size_t group, int64_t max) {
    return part(group).size() <= 2 && number_of(part(group)) <= max;
  };
  return (is_year(part(i)) && is_small(i + 1, 12) && is_small(i + 2, 31)) ||
         (is_small(i, 31) && is_small(i + 1, 31) && is_year(part(i + 2)));
}

// Four groups of an address or a version.
bool is_dotted_quad(const NumberRun& run, size_t i, size_t j) {
  if (j != i + 3) {
    return false;
  }
  for (size_t group = i; group <= j; ++group) {
    if (run.num_digits(group, group) > 3 || (group < j && run.separator(group) != ".")) {
      return false;
    }
  }
  return true;
}

bool is_calendar(const NumberRun& run, size_t i, size_t j) {
  const std::string_view digits = run.digits(i, j);
  const bool year_range = j == i + 1 && is_year(run.digits(i, i)) && is_year(run.digits(j, j));
  const bool compact = i == j && digits.size() == 8 && is_year(digits.substr(0, 4)) &&
                       number_of(digits.substr(4, 2)) <= 12 && number_of(digits.substr(6)) <= 31;
  return starts_with_date(run, i, j) || year_range || compact;
}

// A window that stops before the end of its run must do so at a space.
bool ends_freely(const NumberRun& run, size_t j) {
  const std::string_view separator = run.separator(j);
  return separator.empty() || separator.starts_with(' ') || separator == "/" || separator == ")";
}

bool is_international(const NumberRun& run, size_t i, size_t j) {
  std::string_view digits = run.digits(i, j);
  if (i == 0 && run.has_plus()) {
    return digits.size() <= 16 && has_country_code(digits) && (i != j || digits.size() >= 9);
  }
  if (!digits.starts_with("00") || run.separator(i) == "." || digits.size() > 17 || digits.size() < 11) {
    return false;
  }
  const size_t first = run.num_digits(i, i);
  return has_country_code(digits.substr(2)) && (first == 2 || (first >= 3 && first <= 6 && j > i));
}

bool is_north_american(std::string_view shape, std::string_view digits) {
  constexpr std::array<std::string_view, 12> kShapes = {"3-3-4", "3.3.4",   "3 3 4",   "(3)3-4",  "(3)3 4",   "(3)3.4",
                                                        "3/3-4", "1-3-3-4", "1.3.3.4", "1 3 3 4", "1 (3)3-4", "3 3-4"};
  if (!is_any(shape, kShapes)) {
    return false;
  }
  const bool with_country = digits.size() == 11;
  return (!with_country || digits[0] == '1') && digits[with_country ? 1 : 0] >= '2';
}

constexpr size_t kMaxListed = 8;  // groups side by side from which on they are a list of numbers

bool is_national_with_trunk(const NumberRun& run, size_t i, size_t j) {
  const std::string_view digits = run.digits(i, j);
  const std::string_view shape = run.shape(i, j);
  constexpr std::array<std::string_view, 7> kRussian = {"1 (3)3-2-2", "1(3)3-2-2", "1-3-3-2-2", "1 3 3-2-2",
                                                        "1 3 3 2 2",  "1 (3)3-4",  "1-3-3-4"};
  if (digits[0] == '8' && digits.size() == 11 && is_any(shape, kRussian)) {
    return true;
  }
  const size_t first = run.num_digits(i, i);
  const bool pairs = first == 2 && j - i == 4;
  return digits[0] == '0' && digits[1] != '0' && digits.size() >= 9 && digits.size() <= 12 && j > i && first >= 2 &&
         first <= 6 && j - i <= 4 && run.groups() <= kMaxListed && (!pairs || run.groups() == 5);
}

// The bracketed two-digit area codes of Brazil.
bool is_bracketed_area(std::string_view shape) {
  return shape == "(2)4-4" || shape == "(2)5-4" || shape == "(2)4 4" || shape == "(2)5 4";
}

// A number that only the words beside it make a phone.
bool may_be_phone(const NumberRun& run, size_t i, size_t j) {
  const size_t total = run.num_digits(i, j);
  if (i == j) {
    return total >= 7 && total <= 12;
  }
  if (total < 7 || total > 12 || j - i > 5 || run.num_digits(i, i) > (run.digits(i, i)[0] == '0' ? 6u : 4u)) {
    return false;
  }
  for (size_t group = i + 1; group <= j; ++group) {
    const size_t size = run.num_digits(group, group);
    if (size < 2 || size > 8) {
      return false;
    }
  }
  return true;
}

// The end of an extension after the number: x123, ext. 123, #123.
size_t extension_end(std::string_view text, size_t end) {
  size_t i = end;
  while (i - end < 2 && (byte_at(text, i) == ' ' || byte_at(text, i) == ',')) {
    ++i;
  }
  constexpr std::array<std::string_view, 5> kMarks = {"extension", "ext.", "ext", "x", "#"};
  for (const std::string_view mark : kMarks) {
    if (!starts_with_ignoring_case(text.substr(i), mark)) {
      continue;
    }
    size_t digits = i + mark.size();
    while (digits - i < mark.size() + 2 && (byte_at(text, digits) == ' ' || byte_at(text, digits) == ':')) {
      ++digits;
    }
    size_t after = digits;
    while (is_digit(byte_at(text, after)) && after - digits < 7) {
      ++after;
    }
    return after > digits && after - digits <= 6 && !is_word_at(text, after) ? after : end;
  }
  return end;
}

// Parts of a longer word, of an amount or of a decimal number are no phones.
bool is_bounded(std::string_view text, size_t begin, size_t end) {
  const char before = begin > 0 ? text[begin - 1] : ' ';
  const char next = byte_at(text, end);
  const bool decimal = (next == ',' || next == '.') && is_digit(byte_at(text, end + 1));
  const bool grouped = before == ',' && begin > 1 && is_digit(text[begin - 2]);
  return !is_word_before(text, begin) && !is_word_at(text, end) && next != '%' && next != '@' && next != '=' &&
         before != '$' && before != '#' && !decimal && !grouped && !text.substr(0, begin).ends_with("\u20AC") &&
         !text.substr(0, begin).ends_with("\u00A3");
}

bool has_open_bracket(std::string_view shape) {
  return std::count(shape.begin(), shape.end(), '(') != std::count(shape.begin(), shape.end(), ')');
}

const char* form_of(const NumberRun& run, size_t i, size_t j, size_t begin) {
  if (run.num_digits(i, j) < 7 || is_calendar(run, i, j) || is_dotted_quad(run, i, j) ||
      has_open_bracket(run.shape(i, j)) || !ends_freely(run, j)) {
    return nullptr;
  }
  const std::string_view text = run.text();
  const char before = begin > 0 ? text[begin - 1] : ' ';
  const bool glued = before == '-' || before == '/' || before == '=' || before == '.' || before == '\\';
  if (is_international(run, i, j)) {
    return "international";
  }
  if (!glued && is_north_american(run.shape(i, j), run.digits(i, j))) {
    return "north_american";
  }
  if (!glued && is_national_with_trunk(run, i, j)) {
    return "trunk";
  }
  if (!glued && is_bracketed_area(run.shape(i, j))) {
    return "bracketed_area";
  }
  const size_t end = run.end_of(j);
  const bool cued = may_be_phone(run, i, j) && run.groups() <= kMaxListed &&
                    (has_cue_before(text, begin, kCuesBefore) || has_cue_after(text, end, kCuesAfter));
  return cued ? "cued" : nullptr;
}

}  // namespace

std::optional<NumberMatch> find_phone(const NumberRun& run, size_t first) {
  size_t last = first;
  while (last + 1 < run.groups() && run.num_digits(first, last) < 17) {
    ++last;
  }
  std::optional<NumberMatch> cued;
  for (size_t j = last + 1; j-- > first;) {
    const size_t begin = run.begin_of(first, j);
    const char* form = form_of(run, first, j, begin);
    const size_t end = run.end_of(j);
    if (form == nullptr) {
      continue;
    }
    const size_t with_extension = j + 1 == run.groups() ? extension_end(run.text(), end) : end;
    if (!is_bounded(run.text(), begin, with_extension)) {
      continue;
    }
    const NumberMatch match{{begin, with_extension, PersonalKind::kPhone, form}, j};
    if (std::string_view(form) != "cued") {
      return match;
    }
    cued = cued ? cued : match;
  }
  return cued;
}

}  // namespace smelt
