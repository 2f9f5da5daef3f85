#include "corpus/privacy/payment_card.h"

#include "corpus/privacy/characters.h"
#include "corpus/privacy/check_digits.h"
#include "corpus/privacy/cue.h"

namespace smelt {

namespace {

// Numbers whose first `digits` digits lie in [from, to], with `min_length` to `max_length` digits.
struct IssuerRange {
  const char* name;
  size_t digits;
  int from;
  int to;
  size_t min_length;
  size_t max_length;
};

constexpr std::array<IssuerRange, 22> kIssuers = {{{"visa", 1, 4, 4, 16, 16},
                                                   {"visa", 1, 4, 4, 19, 19},
                                                   {"visa", 1, 4, 4, 13, 13},
                                                   {"mastercard", 2, 51, 55, 16, 16},
                                                   {"mastercard", 4, 2221, 2720, 16, 16},
                                                   {"american_express", 2, 34, 34, 15, 15},
                                                   {"american_express", 2, 37, 37, 15, 15},
                                                   {"diners_club", 3, 300, 305, 14, 19},
                                                   {"diners_club", 4, 3095, 3095, 14, 19},
                                                   {"diners_club", 2, 36, 36, 14, 19},
                                                   {"diners_club", 2, 38, 39, 14, 19},
                                                   {"jcb", 4, 3528, 3589, 16, 19},
                                                   {"jcb", 4, 1800, 1800, 15, 15},
                                                   {"jcb", 4, 2131, 2131, 15, 15},
                                                   {"discover", 4, 6011, 6011, 16, 19},
                                                   {"discover", 3, 644, 659, 16, 19},
                                                   {"unionpay", 2, 62, 62, 16, 19},
                                                   {"mir", 4, 2200, 2204, 16, 19},
                                                   {"rupay", 2, 81, 82, 16, 16},
                                                   {"troy", 4, 9792, 9792, 16, 16},
                                                   {"maestro", 2, 50, 50, 12, 19},
                                                   {"maestro", 2, 56, 69, 12, 19}}};

constexpr std::array<std::string_view, 22> kCues = {
    "card",       "cards",   "creditcard", "debitcard", "credit",      "debit", "cc",      "visa",
    "mastercard", "maestro", "amex",       "karte",     "kreditkarte", "carte", "tarjeta", "carta",
    "cartão",     "kaart",   "kort",       "карт",      "卡号",        "カード"};

const char* issuer_of(std::string_view digits) {
  for (const IssuerRange& range : kIssuers) {
    const auto start = number_of(digits.substr(0, range.digits));
    if (digits.size() >= range.min_length && digits.size() <= range.max_length && start >= range.from &&
        start <= range.to) {
      return range.name;
    }
  }
  return nullptr;
}

// One group, or the groups that cards are printed in.
bool has_card_shape(std::string_view shape) {
  constexpr std::array<std::string_view, 11> kShapes = {
      "4 4 4 4", "4-4-4-4", "4.4.4.4", "4 6 5", "4-6-5", "4 6 4", "4-6-4", "4 4 4 4 3", "4-4-4-4-3", "4 4 4 3", "6 8"};
  return shape.size() == 1 || is_any(shape, kShapes);
}

bool all_same(std::string_view digits) {
  return digits.find_first_not_of(digits.front()) == std::string_view::npos;
}

// Length of an IBAN by country: IBAN registry, release 99. 0 for what is no country of it.
size_t iban_length(char first, char second) {
  constexpr std::string_view kLengths =
      "AD24AE23AL28AT20AZ28BA20BE16BG22BH22BI27BR29BY28CH21CR22CY28CZ24DE22DJ27DK18DO28EE20EG29ES24FI18FK18FO18FR27GB22"
      "GE22GI23GL18GR27GT28HN28HR21HU28IE22IL23IQ23IS26IT27JO30KW30KZ20LB28LC32LI21LT20LU20LV21LY25MC27MD24ME22MK19MN20"
      "MR27MT31MU30NI28NL18NO15OM23PK24PL28PS29PT25QA29RO24RS22RU33SA24SC31SD18SE24SI19SK24SM27SO23ST25SV28TL23TN24TR26"
      "UA29VA22VG24XK20YE30";
  for (size_t i = 0; i < kLengths.size(); i += 4) {
    if (kLengths[i] == first && kLengths[i + 1] == second) {
      return static_cast<size_t>(number_of(kLengths.substr(i + 2, 2)));
    }
  }
  return 0;
}

}  // namespace

std::optional<NumberMatch> find_card(const NumberRun& run, size_t first) {
  for (size_t j = first; j < run.groups() && run.num_digits(first, j) <= 19; ++j) {
    const std::string_view digits = run.digits(first, j);
    if (digits.size() < 12 || !has_card_shape(run.shape(first, j)) || all_same(digits) || !passes_luhn(digits)) {
      continue;
    }
    const size_t begin = run.begin_of(first, j);
    const size_t end = run.end_of(j);
    const char* issuer = issuer_of(digits);
    if (is_word_before(run.text(), begin) || is_word_at(run.text(), end)) {
      continue;
    }
    if (issuer != nullptr && digits.size() >= 14 && std::string_view(issuer) != "maestro") {
      return NumberMatch{{begin, end, PersonalKind::kCard, issuer}, j};
    }
    if (has_cue_before(run.text(), begin, kCues) || has_cue_after(run.text(), end, kCues, 24)) {
      return NumberMatch{{begin, end, PersonalKind::kCard, issuer != nullptr ? issuer : "other"}, j};
    }
  }
  return std::nullopt;
}

std::optional<PersonalSpan> find_iban(std::string_view text, size_t digit) {
  if (digit < 2 || !is_letter(text[digit - 1]) || !is_letter(text[digit - 2]) || is_word_before(text, digit - 2)) {
    return std::nullopt;
  }
  const size_t begin = digit - 2;
  const size_t length = iban_length(to_upper(text[begin]), to_upper(text[begin + 1]));
  if (length == 0 || !is_digit(byte_at(text, digit + 1))) {
    return std::nullopt;
  }
  std::array<char, 34> account{};
  size_t size = 0;
  size_t i = begin;
  while (size < length) {
    const char c = byte_at(text, i);
    if (is_alphanumeric(c)) {
      account[size++] = c;
    } else if (!((c == ' ' || c == '-') && size % 4 == 0 && is_alphanumeric(byte_at(text, i + 1)))) {
      return std::nullopt;
    }
    ++i;
  }
  if (is_word_at(text, i) || !passes_iban_mod97({account.data(), size})) {
    return std::nullopt;
  }
  return PersonalSpan{begin, i, PersonalKind::kIban, "iban"};
}

}  // namespace smelt
