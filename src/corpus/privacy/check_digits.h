// Check digits of cards, accounts and national numbers, over ASCII digits.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string_view>

namespace smelt {

// ISO/IEC 7812-1, annex B: every second digit from the right doubled, the sum a multiple of 10.
bool passes_luhn(std::string_view digits);

// ISO 13616 and ISO/IEC 7064 MOD 97-10: the first four characters moved to the end, letters as 10 to 35. Letters in
// either case.
bool passes_iban_mod97(std::string_view account);

// ISO/IEC 7064 MOD 11,10 (pure hybrid system), the last digit being the check.
bool passes_mod11_10(std::string_view digits);

// Verhoeff, "Error detecting decimal codes", 1969: dihedral group D5.
bool passes_verhoeff(std::string_view digits);

// EAN-13: weights 1, 3, 1, 3 ..., the sum a multiple of 10.
bool passes_ean13(std::string_view digits);

// Sum of digits times weights, over as many digits as there are weights.
int64_t weighted_sum(std::string_view digits, std::initializer_list<int> weights);

// The number that up to 18 digits write.
int64_t number_of(std::string_view digits);

}  // namespace smelt
