// Places of personal data in a text, and the kinds that are told apart.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace smelt {

// Where two kinds overlap, the place is of the one named first here.
enum class PersonalKind : uint8_t {
  kSecret,
  kEmail,
  kIpv6,
  kIpv4,
  kIban,
  kCard,
  kNationalId,
  kPhone,
  kName,
};

constexpr size_t kPersonalKinds = 9;

// Names of the kinds in counts, in the order of the enumeration.
constexpr std::array<const char*, kPersonalKinds> kPersonalKindNames = {
    "secrets", "emails", "ipv6", "ipv4", "ibans", "cards", "national_ids", "phones", "names"};

// Bytes [begin, end) of the text.
struct PersonalSpan {
  size_t begin = 0;
  size_t end = 0;
  PersonalKind kind = PersonalKind::kSecret;
  const char* form = "";  // which form of the kind: "us_ssn", "jwt", "international"
};

}  // namespace smelt
