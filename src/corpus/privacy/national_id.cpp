#include "corpus/privacy/national_id.h"

#include <span>
#include <string>

#include "corpus/privacy/characters.h"
#include "corpus/privacy/check_digits.h"
#include "corpus/privacy/cue.h"

namespace smelt {

namespace {

using Words = std::array<std::string_view, 4>;

// A form of digits: the shapes in which it stands for itself, the words without which plain digits are no such number
// (one that ends in * is the start of a word), and its check.
struct DigitForm {
  const char* name;
  size_t digits;
  std::array<std::string_view, 3> shapes;
  Words cues;
  bool (*is_valid)(std::string_view);
};

bool is_date(std::string_view month, std::string_view day) {
  const int64_t m = number_of(month);
  const int64_t d = number_of(day);
  return m >= 1 && m <= 12 && d >= 1 && d <= 31;
}

bool all_same(std::string_view d) {
  return d.find_first_not_of(d.front()) == std::string_view::npos;
}

// Social Security Administration, randomised numbers since 2011: no area 000, 666 or 900 to 999, no zero part. From 900
// on Individual Taxpayer Identification Numbers, by their fourth and fifth digits.
bool is_us_ssn(std::string_view d) {
  const int64_t group = number_of(d.substr(3, 2));
  if (d[0] == '9') {
    return (group >= 50 && group <= 65) || (group >= 70 && group <= 88) || (group >= 90 && group <= 92) || group >= 94;
  }
  return d.substr(0, 3) != "000" && d.substr(0, 3) != "666" && group != 0 && d.substr(5) != "0000";
}

// Identifikationsnummer, section 139b AO: of the first ten digits one stands twice or three times, the others once at
// most.
bool is_german_tax_id(std::string_view d) {
  std::array<int, 10> counts{};
  for (const char c : d.substr(0, 10)) {
    ++counts[static_cast<size_t>(c - '0')];
  }
  const auto repeated = std::count_if(counts.begin(), counts.end(), [](int n) { return n >= 2; });
  return d[0] != '0' && repeated == 1 && *std::max_element(counts.begin(), counts.end()) <= 3 && passes_mod11_10(d);
}

// Numéro d'inscription au répertoire: sex, year, month, department, commune, order, key 97 - n mod 97.
bool is_french_nir(std::string_view d) {
  const int64_t month = number_of(d.substr(3, 2));
  const bool month_valid = (month >= 1 && month <= 12) || (month >= 20 && month <= 42) || (month >= 50 && month <= 99);
  return (d[0] == '1' || d[0] == '2') && month_valid && number_of(d.substr(13)) == 97 - number_of(d.substr(0, 13)) % 97;
}

bool is_brazilian_cpf(std::string_view d) {
  const auto check = [](int64_t sum) { return sum % 11 < 2 ? 0 : 11 - sum % 11; };
  return !all_same(d) && check(weighted_sum(d, {10, 9, 8, 7, 6, 5, 4, 3, 2})) == d[9] - '0' &&
         check(weighted_sum(d, {11, 10, 9, 8, 7, 6, 5, 4, 3, 2})) == d[10] - '0';
}

bool is_aadhaar(std::string_view d) {
  return d[0] >= '2' && passes_verhoeff(d);
}

bool is_swiss_ahv(std::string_view d) {
  return d.starts_with("756") && passes_ean13(d);
}

// Rijksregisternummer: 97 - n mod 97, with a 2 before the number for births since 2000.
bool is_belgian_number(std::string_view d) {
  const int64_t number = number_of(d.substr(0, 9));
  const int64_t key = number_of(d.substr(9));
  const bool dated = number_of(d.substr(2, 2)) % 20 <= 12 && number_of(d.substr(4, 2)) <= 31;
  return dated && (97 - number % 97 == key || 97 - (2000000000 + number) % 97 == key);
}

bool is_swedish_number(std::string_view d) {
  const int64_t day = number_of(d.substr(4, 2));
  return is_date(d.substr(2, 2), day > 60 ? std::string_view("01") : d.substr(4, 2)) && passes_luhn(d);
}

bool is_norwegian_number(std::string_view d) {
  const auto check = [](int64_t sum) { return (11 - sum % 11) % 11; };
  return is_date(d.substr(2, 2), d.substr(0, 2)) && check(weighted_sum(d, {3, 7, 6, 1, 8, 9, 4, 5, 2})) == d[9] - '0' &&
         check(weighted_sum(d, {5, 4, 3, 2, 7, 6, 5, 4, 3, 2})) == d[10] - '0';
}

bool is_korean_number(std::string_view d) {
  const int64_t check = (11 - weighted_sum(d, {2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5}) % 11) % 10;
  return is_date(d.substr(2, 2), d.substr(4, 2)) && d[6] >= '1' && d[6] <= '8' && check == d[12] - '0';
}

// GB 11643: ISO 7064 MOD 11-2.
bool is_chinese_number(std::string_view d) {
  const int64_t sum = weighted_sum(d, {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2});
  const std::string_view year = d.substr(6, 4);
  return year >= "1850" && year <= "2099" && is_date(d.substr(10, 2), d.substr(12, 2)) && d[0] >= '1' &&
         to_upper(d[17]) == std::string_view("10X98765432")[static_cast<size_t>(sum % 11)];
}

bool is_dutch_bsn(std::string_view d) {
  return !all_same(d) && (weighted_sum(d, {9, 8, 7, 6, 5, 4, 3, 2}) - (d[8] - '0')) % 11 == 0;
}

bool is_polish_pesel(std::string_view d) {
  const int64_t month = number_of(d.substr(2, 2)) % 20;
  return month >= 1 && month <= 12 && weighted_sum(d, {1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1}) % 10 == 0;
}

bool is_canadian_sin(std::string_view d) {
  return d[0] != '8' && passes_luhn(d);
}

bool is_danish_cpr(std::string_view d) {  // no check digit since 2007
  return is_date(d.substr(2, 2), d.substr(0, 2));
}

bool is_portuguese_nif(std::string_view d) {
  const int64_t rest = weighted_sum(d, {9, 8, 7, 6, 5, 4, 3, 2}) % 11;
  return (rest < 2 ? 0 : 11 - rest) == d[8] - '0';
}

bool is_turkish_number(std::string_view d) {
  const int64_t odd = weighted_sum(d, {1, 0, 1, 0, 1, 0, 1, 0, 1});
  const int64_t even = weighted_sum(d, {0, 1, 0, 1, 0, 1, 0, 1});
  return d[0] != '0' && ((odd * 7 - even) % 10 + 10) % 10 == d[9] - '0' &&
         (odd + even + (d[9] - '0')) % 10 == d[10] - '0';
}

bool is_south_african_number(std::string_view d) {
  return is_date(d.substr(2, 2), d.substr(4, 2)) && d[10] <= '2' && passes_luhn(d);
}

constexpr std::array<DigitForm, 18> kForms = {{
    {"us_ssn", 9, {"3-2-4"}, {"ssn", "social*", "itin", "taxpayer*"}, is_us_ssn},
    {"german_tax_id", 11, {"2 3 3 3"}, {"steuer*", "idnr", "tax*", "tin"}, is_german_tax_id},
    {"french_nir", 15, {"1 2 2 2 3 3 2", "f", "d 2"}, {}, is_french_nir},
    {"brazilian_cpf", 11, {"3.3.3-2"}, {"cpf", "tax*", "cadastro"}, is_brazilian_cpf},
    {"indian_aadhaar", 12, {"4 4 4", "4-4-4"}, {"aadhaar", "aadhar", "uidai", "uid"}, is_aadhaar},
    {"swiss_ahv", 13, {"3.4.4.2", "d"}, {}, is_swiss_ahv},
    {"belgian_number", 11, {"2.2.2-3.2"}, {"rijksregister*", "insz", "niss", "national*"}, is_belgian_number},
    {"danish_cpr", 10, {}, {"cpr", "cprnr"}, is_danish_cpr},
    {"swedish_number", 10, {"6-4"}, {"personnummer", "personal*", "samordningsnummer"}, is_swedish_number},
    {"norwegian_number", 11, {"6 5", "b"}, {}, is_norwegian_number},
    {"korean_number", 13, {"6-7"}, {"resident*", "rrn", "주민"}, is_korean_number},
    {"chinese_number", 18, {"i"}, {}, is_chinese_number},
    {"dutch_bsn", 9, {}, {"bsn", "burgerservice*", "sofi*", "sofinummer"}, is_dutch_bsn},
    {"polish_pesel", 11, {}, {"pesel"}, is_polish_pesel},
    {"canadian_sin", 9, {}, {"sin", "social*", "nas"}, is_canadian_sin},
    {"portuguese_nif", 9, {}, {"nif", "contribuinte", "nipc"}, is_portuguese_nif},
    {"turkish_number", 11, {}, {"kimlik", "tckn", "tc"}, is_turkish_number},
    {"south_african_number", 13, {}, {"id", "identity", "identiteit*"}, is_south_african_number},
}};

// A lettered form by its pattern: A a letter, 9 a digit, * either, '-' a hyphen, space or dot that may be left out, '~'
// a hyphen that may be left out.
bool matches_pattern(std::string_view text, size_t begin, std::string_view pattern, std::string& value, size_t& end) {
  value.clear();
  size_t i = begin;
  for (const char p : pattern) {
    const char c = byte_at(text, i);
    if (p == '-' || p == '~') {
      i += c == '-' || (p == '-' && (c == ' ' || c == '.')) ? 1 : 0;
      continue;
    }
    const bool fits = p == 'A' ? is_letter(c) : p == '9' ? is_digit(c) : is_alphanumeric(c);
    if (!fits) {
      return false;
    }
    value += to_upper(c);
    ++i;
  }
  end = i;
  return !is_word_before(text, begin) && !is_word_at(text, end);
}

// HMRC, National Insurance Manual NIM39110: prefixes and suffixes in use.
bool is_nino(std::string_view v) {
  constexpr std::array<std::string_view, 7> kUnused = {"BG", "GB", "KN", "NK", "NT", "TN", "ZZ"};
  return std::string_view("DFIQUV").find(v[0]) == std::string_view::npos &&
         std::string_view("DFIOQUV").find(v[1]) == std::string_view::npos && !is_any(v.substr(0, 2), kUnused) &&
         v[8] <= 'D';
}

constexpr std::string_view kSpanishLetters = "TRWAGMYFPDXBNJZSQVHLCKE";

bool is_dni(std::string_view v) {
  return kSpanishLetters[static_cast<size_t>(number_of(v.substr(0, 8)) % 23)] == v[8];
}

bool is_nie(std::string_view v) {
  return v[0] >= 'X' && v[0] <= 'Z' &&
         kSpanishLetters[static_cast<size_t>((number_of(v.substr(1, 7)) + (v[0] - 'X') * int64_t{10000000}) % 23)] ==
             v[8];
}

// Decree of 23 December 1976: values of the characters at odd places, check letter A + sum mod 26.
bool is_codice_fiscale(std::string_view v) {
  constexpr std::array<int, 26> kOdd = {1,  0,  5, 7, 9, 13, 15, 17, 19, 21, 2,  4,  18,
                                        20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23};
  int sum = 0;
  for (size_t i = 0; i < 15; ++i) {
    const int value = is_digit(v[i]) ? v[i] - '0' : v[i] - 'A';
    sum += i % 2 == 0 ? kOdd[static_cast<size_t>(value)] : value;
  }
  return std::string_view("ABCDEHLMPRST").find(v[8]) != std::string_view::npos && v[15] == 'A' + sum % 26;
}

// Instructivo normativo para la asignación de la CURP: characters valued by their place in 0-9A-NÑO-Z, weights 18 to 2.
bool is_curp(std::string_view v) {
  if ((v[10] != 'H' && v[10] != 'M') || !is_date(v.substr(6, 2), v.substr(8, 2))) {
    return false;
  }
  int64_t sum = 0;
  for (size_t i = 0; i < 17; ++i) {
    const int letter = v[i] - 'A' + 10 + (v[i] > 'N' ? 1 : 0);
    sum += (is_digit(v[i]) ? v[i] - '0' : letter) * static_cast<int64_t>(18 - i);
  }
  return (10 - sum % 10) % 10 == v[17] - '0';
}

bool is_finnish_number(std::string_view v) {
  const int64_t number = number_of(v.substr(0, 6)) * 1000 + number_of(v.substr(7, 3));
  return is_date(v.substr(2, 2), v.substr(0, 2)) &&
         std::string_view("0123456789ABCDEFHJKLMNPRSTUVWXY")[static_cast<size_t>(number % 31)] == v[10];
}

// Departments 2A and 2B of Corsica stand for 19 and 18 in the key.
bool is_corsican_nir(std::string_view v) {
  std::string digits(v);
  digits[6] = v[6] == 'A' ? '9' : '8';
  digits[5] = '1';
  return v[5] == '2' && (v[6] == 'A' || v[6] == 'B') && is_french_nir(digits);
}

bool is_pan(std::string_view v) {
  return std::string_view("ABCFGHJLPT").find(v[3]) != std::string_view::npos;
}

// `before`: how many characters of the pattern stand before its first digit.
struct LetteredForm {
  const char* name;
  size_t before;
  std::string_view pattern;
  Words cues;
  bool (*is_valid)(std::string_view);
};

constexpr std::array<LetteredForm, 11> kLetteredForms = {{
    {"british_nino", 2, "AA-99-99-99-A", {}, is_nino},
    {"british_nino", 3, "AA-99-99-99-A", {}, is_nino},
    {"spanish_dni", 0, "99-999-999~A", {}, is_dni},
    {"spanish_nie", 1, "A~9999999~A", {}, is_nie},
    {"spanish_nie", 2, "A~9999999~A", {}, is_nie},
    {"italian_codice_fiscale", 6, "AAAAAA99A99A999A", {}, is_codice_fiscale},
    {"mexican_curp", 4, "AAAA999999AAAAAA*9", {}, is_curp},
    {"chinese_number", 0, "99999999999999999A", {}, is_chinese_number},
    {"french_nir", 0, "9-99-99-9A-999-999-99", {}, is_corsican_nir},
    {"indian_pan", 5, "AAAAA9999A", {"pan", "permanent", "tax*"}, is_pan},
    {"finnish_number", 0, "", {}, is_finnish_number},
}};

size_t num_cues(const Words& words) {
  return static_cast<size_t>(std::find(words.begin(), words.end(), std::string_view()) - words.begin());
}

bool has_cue(std::string_view text, size_t begin, const Words& words) {
  return has_cue_before(text, begin, std::span(words).first(num_cues(words)), 64);
}

// DDMMYY, a sign of the century, three digits, a check character: the sign is part of the number.
bool matches_finnish(std::string_view text, size_t begin, std::string& value, size_t& end) {
  value = std::string(text.substr(begin, 11));
  const auto digits = [&](size_t from, size_t count) {
    return std::all_of(value.begin() + static_cast<ptrdiff_t>(from),
                       value.begin() + static_cast<ptrdiff_t>(from + count), is_digit);
  };
  end = begin + 11;
  return value.size() == 11 && digits(0, 6) &&
         std::string_view("+-ABCDEFUVWXY").find(value[6]) != std::string_view::npos && digits(7, 3) &&
         is_alphanumeric(value[10]) && !is_word_before(text, begin) && !is_word_at(text, end);
}

}  // namespace

std::optional<NumberMatch> find_national_id(const NumberRun& run, size_t first) {
  for (size_t j = first; j < run.groups() && run.num_digits(first, j) <= 18; ++j) {
    const std::string_view digits = run.digits(first, j);
    const std::string_view shape = run.shape(first, j);
    const size_t begin = run.begin_of(first, j);
    const size_t end = run.end_of(j);
    if (digits.size() < 9 || is_word_before(run.text(), begin) || is_word_at(run.text(), end)) {
      continue;
    }
    for (const DigitForm& form : kForms) {
      if (form.digits != digits.size() || !form.is_valid(digits)) {
        continue;
      }
      const bool shaped = !shape.empty() && is_any(shape, form.shapes);
      if (shaped || has_cue(run.text(), begin, form.cues)) {
        return NumberMatch{{begin, end, PersonalKind::kNationalId, form.name}, j};
      }
    }
  }
  return std::nullopt;
}

std::optional<PersonalSpan> find_lettered_id(std::string_view text, size_t digit) {
  std::string value;
  size_t end = 0;
  for (const LetteredForm& form : kLetteredForms) {
    if (form.before > digit) {
      continue;
    }
    const size_t begin = digit - form.before;
    const bool matches = form.pattern.empty() ? matches_finnish(text, begin, value, end)
                                              : matches_pattern(text, begin, form.pattern, value, end);
    if (matches && form.is_valid(value) && (form.cues[0].empty() || has_cue(text, begin, form.cues))) {
      return PersonalSpan{begin, end, PersonalKind::kNationalId, form.name};
    }
  }
  return std::nullopt;
}

}  // namespace smelt
