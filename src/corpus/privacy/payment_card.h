// Payment cards and bank accounts.
//
// Card: 12 to 19 digits in one group or in the groups that cards are embossed in, a number range of an issuer with that
// length (ISO/IEC 7812; ranges as the networks publish them), a valid Luhn digit. Lengths that article numbers share
// (12 and 13), the ranges of 12-digit cards and any Luhn number outside of the ranges count only beside a word such as
// card, credit or Visa.
//
// IBAN: a country of the IBAN registry with its length, check digits by ISO 7064 MOD 97-10, in one run or in groups of
// four.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "corpus/privacy/number_run.h"
#include "corpus/privacy/phone.h"
#include "corpus/privacy/span.h"

namespace smelt {

// The card number that starts with group `first` of the run.
std::optional<NumberMatch> find_card(const NumberRun& run, size_t first);

// The account whose two letters stand right before `digit`.
std::optional<PersonalSpan> find_iban(std::string_view text, size_t digit);

}  // namespace smelt
