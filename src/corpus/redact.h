// Redaction of e-mail and IP addresses: personal data that plain patterns find reliably.
//
// Placeholders default to addresses reserved for documentation (RFC 2606, RFC 5737, RFC 3849), so that redacted text
// still reads as text. Redacting twice changes nothing more.
//
// E-mail: local part of RFC 5322's dot-atom characters, a domain of letters, digits, dots and hyphens, with an
// alphabetic top-level domain of 2 to 24 characters. Left alone: domains reserved for examples (example.com, .example,
// .test, .invalid, .localhost), local parts of `keep_local_parts` ("git@github.com:..."), names of files
// ("logo@2x.png").
//
// IPv4: four numbers 0-255 without leading zeros, not part of a longer run of digits, letters or dots. Left alone: what
// is no public host (private, loopback, link-local, shared, documentation, benchmark, multicast, reserved), and with
// `keep_versions` what reads as a version or section number: after v, version, release, section and the like, after a
// hyphen, underscore, slash, == < > ~ ^, or with all four numbers below 20 (such addresses are 20^4 of 2^32).
//
// IPv6: eight groups, or a :: form of a global unicast address (2000::/3). Left alone: link-local, unique local,
// loopback, documentation, and runs of two-digit groups, which are hardware addresses.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/recipe.h"

namespace smelt {

struct RedactOptions {
  bool emails = true;
  bool ip_addresses = true;
  bool private_ip_addresses = false;
  bool keep_versions = true;
  std::string email_placeholder = "email@example.com";
  std::string ipv4_placeholder = "192.0.2.1";
  std::string ipv6_placeholder = "2001:db8::1";
  std::vector<std::string> keep_domains;
  std::vector<std::string> keep_local_parts = {"git", "hg", "svn"};
  void fields(Fields& f) {
    f("emails", emails, "replace e-mail addresses");
    f("ip_addresses", ip_addresses, "replace public IPv4 and IPv6 addresses");
    f("private_ip_addresses", private_ip_addresses,
      "replace addresses that are not public too (but those for documentation)");
    f("keep_versions", keep_versions, "leave version and section numbers such as 1.2.3.4 alone");
    f("email_placeholder", email_placeholder, "put in the place of an e-mail address");
    f("ipv4_placeholder", ipv4_placeholder, "put in the place of an IPv4 address");
    f("ipv6_placeholder", ipv6_placeholder, "put in the place of an IPv6 address");
    f("keep_domains", keep_domains, "domains whose e-mail addresses stay, subdomains included");
    f("keep_local_parts", keep_local_parts, "what stands before the @ of addresses that stay: accounts of programs");
  }
};

struct RedactCounts {
  int64_t emails = 0;
  int64_t ipv4 = 0;
  int64_t ipv6 = 0;
  int64_t total() const { return emails + ipv4 + ipv6; }
};

// A place to redact: bytes [begin, end) of the text.
struct RedactSpan {
  enum class Kind { kEmail, kIpv4, kIpv6 };
  size_t begin = 0;
  size_t end = 0;
  Kind kind = Kind::kEmail;
};

// Places in ascending order that do not overlap. Linear in the text. Thread-safe.
std::vector<RedactSpan> find_personal_data(std::string_view text, const RedactOptions& options);

// Replaces them in `text`.
RedactCounts redact(std::string& text, const RedactOptions& options);

}  // namespace smelt
