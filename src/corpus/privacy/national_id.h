// National identity, tax and insurance numbers, with the check digits that they have.
//
// Forms that their shape and check digits make certain stand for themselves: US SSN and ITIN (3-2-4), UK NINO, German
// tax identification number (2 3 3 3), French NIR, Spanish DNI and NIE, Italian codice fiscale, Brazilian CPF
// (3.3.3-2), Indian Aadhaar (4 4 4), Swiss AHV, Belgian national number, Swedish personnummer, Finnish henkilötunnus,
// Norwegian fødselsnummer, Chinese and Korean resident numbers, Mexican CURP. The same numbers written without
// separators, and Dutch BSN, Polish PESEL, Canadian SIN, Danish CPR, Portuguese NIF, Turkish and South African numbers,
// Indian PAN count only beside a word that names them (SSN, "tax id", BSN ...).
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "corpus/privacy/number_run.h"
#include "corpus/privacy/phone.h"
#include "corpus/privacy/span.h"

namespace smelt {

// A number of digits alone that starts with group `first` of the run.
std::optional<NumberMatch> find_national_id(const NumberRun& run, size_t first);

// A number with letters whose first digit is at `digit`: NINO, DNI, NIE, codice fiscale, CURP, henkilötunnus, PAN, and
// Chinese and French ones with a letter in them.
std::optional<PersonalSpan> find_lettered_id(std::string_view text, size_t digit);

}  // namespace smelt
