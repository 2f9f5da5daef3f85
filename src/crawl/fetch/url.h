// http and https addresses: reading, resolving against a base and one spelling for each, after the URL standard
// (url.spec.whatwg.org) as far as it speaks of these schemes. Names and passwords and fragments are dropped.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace smelt {

struct Url {
  bool is_https = false;
  std::string host;   // lower case, as it goes into DNS: ASCII, IPv6 in brackets
  uint16_t port = 0;  // 0: the scheme's own
  std::string path;   // begins with '/', percent-encoded, without dot segments
  std::string query;  // with its '?', empty where there is none

  std::string origin() const;  // "https://host:8080", what robots.txt and politeness are for
  std::string target() const { return path + query; }
  std::string text() const { return origin() + target(); }
};

// Nothing for other schemes, bad hosts and ports, addresses above 8 KiB, and relative ones without a base.
std::optional<Url> parse_url(std::string_view text, const Url* base = nullptr);

}  // namespace smelt
