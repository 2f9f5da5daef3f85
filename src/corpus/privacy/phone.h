// Phone numbers.
//
// Forms that stand for themselves: international (+ or 00, a country code of ITU-T E.164, 8 to 15 digits); three, three
// and four digits as the North American plan writes them; a trunk prefix 0 with 9 to 12 digits in groups, or 8 with 11
// in the Russian grouping; a bracketed area code with groups of four, as in Brazil. Every other number of 7 to 12
// digits counts only beside a word that calls it a phone (call, mobile, fax, téléphone, телефон, 电话 ...). Dates,
// years and runs of many numbers (tables) are none. An extension (x123, ext. 123) belongs to the number.
#pragma once

#include <cstddef>
#include <optional>

#include "corpus/privacy/number_run.h"
#include "corpus/privacy/span.h"

namespace smelt {

struct NumberMatch {
  PersonalSpan span;
  size_t last_group = 0;
};

// The phone number that starts with group `first` of the run.
std::optional<NumberMatch> find_phone(const NumberRun& run, size_t first);

}  // namespace smelt
