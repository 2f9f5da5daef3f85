// IPv4 and IPv6 addresses in running text.
//
// IPv4: four numbers 0-255 without leading zeros, not part of a longer run of digits, letters or dots. What is no
// public host stays (private, loopback, link-local, shared, documentation, benchmark, multicast, reserved: RFC 6890,
// RFC 5737), and with `keep_versions` what reads as a version or section number: after v, version, release, section and
// the like, after a hyphen, underscore, slash, == < > ~ ^, or with all four numbers below 20 (such addresses are 20^4
// of 2^32).
//
// IPv6 (RFC 4291): eight groups; a :: form that starts with a global unicast group (2000::/3) or has three groups and a
// digit; either with an IPv4 address as its last two groups. What is no public host stays (link-local, unique local,
// loopback, documentation), and so do runs of two-digit groups, which are hardware addresses, and of eight short
// decimal numbers.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "corpus/privacy/span.h"

namespace smelt {

struct IpRules {
  bool include_private = false;  // addresses that are not public too, but those for documentation
  bool keep_versions = true;
};

// An address, and whether it is to go by the rules: what has an address's shape and stays is no number either.
struct IpAddress {
  PersonalSpan span;
  bool personal = false;
};

// The IPv4 address that starts at `begin`, a digit. Reads at most 20 bytes to either side.
std::optional<IpAddress> find_ipv4(std::string_view text, size_t begin, const IpRules& rules);

// The IPv6 address around the colon at `colon`, looking back no further than `floor`. `run_end` gets the end of the run
// of hexadecimal digits, colons and dots, which needs no second look.
std::optional<IpAddress> find_ipv6(std::string_view text, size_t colon, size_t floor, const IpRules& rules,
                                   size_t& run_end);

}  // namespace smelt
