#include "corpus/privacy/check_digits.h"

#include <array>

#include "corpus/privacy/characters.h"

namespace smelt {

bool passes_luhn(std::string_view digits) {
  int sum = 0;
  for (size_t i = 0; i < digits.size(); ++i) {
    const int digit = digits[digits.size() - 1 - i] - '0';
    const int value = i % 2 == 1 ? 2 * digit : digit;
    sum += value > 9 ? value - 9 : value;
  }
  return sum % 10 == 0;
}

bool passes_iban_mod97(std::string_view account) {
  int rest = 0;
  for (size_t i = 0; i < account.size(); ++i) {
    const char c = to_upper(account[(i + 4) % account.size()]);
    rest = is_digit(c) ? (rest * 10 + (c - '0')) % 97 : (rest * 100 + (c - 'A' + 10)) % 97;
  }
  return rest == 1;
}

bool passes_mod11_10(std::string_view digits) {
  int product = 10;
  for (const char c : digits.substr(0, digits.size() - 1)) {
    int sum = (c - '0' + product) % 10;
    sum = sum == 0 ? 10 : sum;
    product = 2 * sum % 11;
  }
  const int check = (11 - product) % 10;
  return check == digits.back() - '0';
}

bool passes_verhoeff(std::string_view digits) {
  // The product of D5, and the permutation (1 5 8 9 4 2 7 0)(3 6) whose powers are applied by position.
  constexpr std::array<std::array<int, 10>, 10> kProduct = {{{0, 1, 2, 3, 4, 5, 6, 7, 8, 9},
                                                             {1, 2, 3, 4, 0, 6, 7, 8, 9, 5},
                                                             {2, 3, 4, 0, 1, 7, 8, 9, 5, 6},
                                                             {3, 4, 0, 1, 2, 8, 9, 5, 6, 7},
                                                             {4, 0, 1, 2, 3, 9, 5, 6, 7, 8},
                                                             {5, 9, 8, 7, 6, 0, 4, 3, 2, 1},
                                                             {6, 5, 9, 8, 7, 1, 0, 4, 3, 2},
                                                             {7, 6, 5, 9, 8, 2, 1, 0, 4, 3},
                                                             {8, 7, 6, 5, 9, 3, 2, 1, 0, 4},
                                                             {9, 8, 7, 6, 5, 4, 3, 2, 1, 0}}};
  constexpr std::array<int, 10> kPermutation = {1, 5, 7, 6, 2, 8, 3, 0, 9, 4};
  int check = 0;
  for (size_t i = 0; i < digits.size(); ++i) {
    int digit = digits[digits.size() - 1 - i] - '0';
    for (size_t power = 0; power < i % 8; ++power) {
      digit = kPermutation[static_cast<size_t>(digit)];
    }
    check = kProduct[static_cast<size_t>(check)][static_cast<size_t>(digit)];
  }
  return check == 0;
}

bool passes_ean13(std::string_view digits) {
  int sum = 0;
  for (size_t i = 0; i < digits.size(); ++i) {
    sum += (digits[i] - '0') * (i % 2 == 0 ? 1 : 3);
  }
  return sum % 10 == 0;
}

int64_t weighted_sum(std::string_view digits, std::initializer_list<int> weights) {
  int64_t sum = 0;
  size_t i = 0;
  for (const int weight : weights) {
    sum += weight * (digits[i++] - '0');
  }
  return sum;
}

int64_t number_of(std::string_view digits) {
  int64_t number = 0;
  for (const char c : digits) {
    number = number * 10 + (c - '0');
  }
  return number;
}

}  // namespace smelt
