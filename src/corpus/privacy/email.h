// E-mail addresses: a local part of RFC 5322's dot-atom characters or a quoted one, a domain of letters, digits, dots
// and hyphens with an alphabetic top-level domain of 2 to 24 characters, both also with letters of other alphabets
// (RFC 6531).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "corpus/privacy/span.h"

namespace smelt {

// What stays: addresses at `keep_domains` and below them, and those with one of `keep_local_parts` before the @.
struct EmailRules {
  std::vector<std::string> keep_domains;      // lower case
  std::vector<std::string> keep_local_parts;  // lower case
};

// The address around the @ at `at_sign`. None for domains reserved for examples (RFC 2606: example.com, .example,
// .test, .invalid, .localhost), for names of files ("logo@2x.png") and for what the rules keep. At most 64 bytes to
// the left and 253 to the right are read (RFC 5321, section 4.5.3.1).
std::optional<PersonalSpan> find_email(std::string_view text, size_t at_sign, const EmailRules& rules);

}  // namespace smelt
