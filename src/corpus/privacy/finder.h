// Finds personal data in one pass over a text: bytes that can be part of it are picked out 64 at a time, and only there
// a kind's own finder looks closer.
//
// Linear in the text: a number, a run of hexadecimal digits or of letters is read once, everything else looks at a
// bounded neighbourhood.
#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "corpus/privacy/email.h"
#include "corpus/privacy/ip_address.h"
#include "corpus/privacy/span.h"

namespace smelt {

struct FinderRules {
  std::array<bool, kPersonalKinds> wanted{};  // by PersonalKind
  EmailRules email;
  IpRules ip;
};

// Places in ascending order that do not overlap. Those that do are one place of the kind that comes first in
// PersonalKind: a part left over could read as an address anew. Thread-safe.
std::vector<PersonalSpan> find_personal_data(std::string_view text, const FinderRules& rules);

}  // namespace smelt
