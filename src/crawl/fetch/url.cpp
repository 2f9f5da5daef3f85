#include "crawl/fetch/url.h"

#include <algorithm>
#include <charconv>
#include <vector>

#include "base/text.h"
#include "crawl/fetch/idna.h"

namespace smelt {
namespace {

constexpr size_t kLongest = 8192;

bool is_alpha(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_alnum(char c) {
  return is_alpha(c) || (c >= '0' && c <= '9');
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') {
    return c - '0';
  }
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// Percent-encodes control characters, space, bytes above 0x7E and those of `more`.
std::string encode(std::string_view text, std::string_view more) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= 0x20 || byte >= 0x7F || more.find(c) != std::string_view::npos) {
      out += {'%', kHex[byte >> 4], kHex[byte & 15]};
    } else {
      out += c;
    }
  }
  return out;
}

std::string decode_percent(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool escaped =
        text[i] == '%' && i + 2 < text.size() && hex_value(text[i + 1]) >= 0 && hex_value(text[i + 2]) >= 0;
    out += escaped ? static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2])) : text[i];
    i += escaped ? 2 : 0;
  }
  return out;
}

// White space off both ends, tabs and line breaks out, the fragment off, '\' as '/' before the query.
std::string cleaned(std::string_view text) {
  while (!text.empty() && static_cast<unsigned char>(text.front()) <= 0x20) {
    text.remove_prefix(1);
  }
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= 0x20) {
    text.remove_suffix(1);
  }
  std::string out;
  bool in_query = false;
  for (const char c : text.substr(0, text.find('#'))) {
    if (c == '\t' || c == '\n' || c == '\r') {
      continue;
    }
    in_query = in_query || c == '?';
    out += c == '\\' && !in_query ? '/' : c;
  }
  return out;
}

// Length of "scheme:" at the start; 0 where there is none.
size_t scheme_size(std::string_view text) {
  if (text.empty() || !is_alpha(text[0])) {
    return 0;
  }
  const auto* end = std::find_if_not(text.begin(), text.end(),
                                     [](char c) { return is_alnum(c) || c == '+' || c == '-' || c == '.'; });
  return end != text.end() && *end == ':' ? static_cast<size_t>(end - text.begin()) + 1 : 0;
}

bool good_host(std::string_view host) {
  const bool is_v6 = host.starts_with('[') && host.ends_with(']') && host.size() > 3;
  const std::string_view inside = is_v6 ? host.substr(1, host.size() - 2) : host;
  return !inside.empty() && host.size() <= 255 && std::all_of(inside.begin(), inside.end(), [&](char c) {
    return is_v6 ? hex_value(c) >= 0 || c == ':' || c == '.' : is_alnum(c) || c == '-' || c == '.' || c == '_';
  });
}

bool read_authority(std::string_view authority, Url& url) {
  if (const size_t at = authority.rfind('@'); at != std::string_view::npos) {
    authority.remove_prefix(at + 1);
  }
  const size_t bracket = authority.rfind(']');
  const size_t colon = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
  std::string host = lower_ascii(decode_percent(authority.substr(0, colon)));
  const bool plain = std::all_of(host.begin(), host.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  url.host = plain ? host : host_to_ascii(host);
  if (!good_host(url.host)) {
    return false;
  }
  url.port = 0;
  const std::string_view digits = colon == std::string_view::npos ? "" : authority.substr(colon + 1);
  if (digits.empty()) {
    return true;
  }
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), url.port);
  if (error != std::errc() || end != digits.data() + digits.size()) {
    return false;
  }
  url.port = url.port == (url.is_https ? 443 : 80) ? 0 : url.port;
  return true;
}

// ".", "..", and both with "%2e" for the dot.
std::string dots_of(std::string_view segment) {
  const std::string plain = segment.size() <= 6 ? lower_ascii(segment) : std::string();
  if (plain == "." || plain == "%2e") {
    return ".";
  }
  return plain == ".." || plain == ".%2e" || plain == "%2e." || plain == "%2e%2e" ? ".." : "";
}

std::string without_dot_segments(std::string_view path) {
  std::vector<std::string_view> kept;
  const std::vector<std::string_view> segments = split(path.substr(1), '/');
  for (size_t i = 0; i < segments.size(); ++i) {
    const std::string dots = dots_of(segments[i]);
    if (dots == ".." && !kept.empty()) {
      kept.pop_back();
    }
    if (dots.empty()) {
      kept.push_back(segments[i]);
    } else if (i + 1 == segments.size()) {
      kept.emplace_back();
    }
  }
  std::string out;
  for (const std::string_view segment : kept) {
    out.append("/").append(segment);
  }
  return out.empty() ? "/" : out;
}

}  // namespace

std::string Url::origin() const {
  return (is_https ? "https://" : "http://") + host + (port == 0 ? "" : ":" + std::to_string(port));
}

std::optional<Url> parse_url(std::string_view text, const Url* base) {
  if (text.size() > kLongest) {
    return std::nullopt;
  }
  const std::string clean = cleaned(text);
  std::string_view rest = clean;
  Url url = base != nullptr ? *base : Url();
  bool is_relative = base != nullptr;
  if (const size_t scheme = scheme_size(rest); scheme > 0) {
    const std::string name = lower_ascii(rest.substr(0, scheme));
    if (name != "http:" && name != "https:") {
      return std::nullopt;
    }
    const bool same = base != nullptr && base->is_https == (name == "https:");
    rest.remove_prefix(scheme);
    is_relative = same && !rest.starts_with('/');  // "http:page" goes from the base
    url.is_https = name == "https:";
    if (!is_relative) {
      rest.remove_prefix(std::min(rest.find_first_not_of('/'), rest.size()));
    }
  } else if (base == nullptr) {
    return std::nullopt;
  } else if (rest.starts_with("//")) {
    is_relative = false;
    rest.remove_prefix(std::min(rest.find_first_not_of('/'), rest.size()));
  }
  if (!is_relative) {
    const size_t end = std::min(rest.find_first_of("/?"), rest.size());
    if (!read_authority(rest.substr(0, end), url)) {
      return std::nullopt;
    }
    rest.remove_prefix(end);
    url.path = "/";
    url.query.clear();
  }
  const size_t mark = std::min(rest.find('?'), rest.size());
  const std::string_view path = rest.substr(0, mark);
  if (!path.empty()) {
    const std::string whole =
        path.starts_with('/') ? std::string(path) : url.path.substr(0, url.path.rfind('/') + 1) + std::string(path);
    url.path = without_dot_segments(encode(whole, "\"<>`{}"));
  }
  if (mark < rest.size()) {
    url.query = "?" + encode(rest.substr(mark + 1), "\"<>'");
  } else if (!path.empty()) {
    url.query.clear();
  }
  return url.text().size() <= kLongest ? std::optional<Url>(std::move(url)) : std::nullopt;
}

}  // namespace smelt
