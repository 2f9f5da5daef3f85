// Keys, tokens and passwords of programs.
//
// Three rules: the prefixes and lengths by which providers mark their tokens (AWS, GitHub, GitLab, Google, Slack,
// Stripe, OpenAI ...; their documentation of secret scanning lists them), private keys in PEM armour, JSON Web Tokens
// (RFC 7519); and any run of 16 or more characters that looks random (digits and letters mixed, at least 3 bits of
// entropy a character) assigned to a name with key, token, secret, password or the like in it.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "corpus/privacy/span.h"

namespace smelt {

// Runs of letters, digits, _ and - shorter than this hold no token.
constexpr size_t kMinSecretRun = 16;

// The secret in or around the maximal run of such characters at [begin, end), at least kMinSecretRun long.
std::optional<PersonalSpan> find_secret(std::string_view text, size_t begin, size_t end);

// The private key whose armour starts with the hyphens at `begin`. A key without an end goes to the end of its base64.
std::optional<PersonalSpan> find_private_key(std::string_view text, size_t begin);

}  // namespace smelt
