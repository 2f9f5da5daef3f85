#include "corpus/privacy/ip_address.h"

#include <vector>

#include "base/text.h"
#include "corpus/privacy/characters.h"

namespace smelt {

namespace {

using Quad = std::array<int, 4>;

constexpr size_t kMaxIpv6 = 45;  // characters of the longest form, with an IPv4 address at its end

// Reads d.d.d.d at `begin`; its end, 0 where there is none.
size_t read_quad(std::string_view text, size_t begin, Quad& parts) {
  size_t i = begin;
  for (size_t part = 0; part < 4; ++part) {
    const size_t digits_begin = i;
    parts[part] = 0;
    while (is_digit(byte_at(text, i)) && i - digits_begin < 4) {
      parts[part] = parts[part] * 10 + (text[i++] - '0');
    }
    const size_t digits = i - digits_begin;
    if (digits == 0 || digits > 3 || parts[part] > 255 || (digits > 1 && text[digits_begin] == '0')) {
      return 0;
    }
    if (part < 3 && byte_at(text, i++) != '.') {
      return 0;
    }
  }
  return i;
}

bool is_documentation(const Quad& p) {  // RFC 5737
  return (p[0] == 192 && p[1] == 0 && p[2] == 2) || (p[0] == 198 && p[1] == 51 && p[2] == 100) ||
         (p[0] == 203 && p[1] == 0 && p[2] == 113);
}

bool is_public(const Quad& p) {  // RFC 6890
  return !(p[0] == 0 || p[0] == 10 || p[0] == 127 || p[0] >= 224 || (p[0] == 100 && p[1] >= 64 && p[1] < 128) ||
           (p[0] == 169 && p[1] == 254) || (p[0] == 172 && p[1] >= 16 && p[1] < 32) || (p[0] == 192 && p[1] == 168) ||
           (p[0] == 192 && p[1] == 0 && p[2] == 0) || (p[0] == 198 && (p[1] == 18 || p[1] == 19)));
}

// After a hyphen or a comparison, as in name-1.2.30.4 and name>=1.2.30.4; = alone sets an option, // opens a host.
bool follows_version_mark(std::string_view text, size_t begin) {
  const char before = begin > 0 ? text[begin - 1] : ' ';
  const char earlier = begin > 1 ? text[begin - 2] : ' ';
  switch (before) {
    case '-':
    case '_':
    case '<':
    case '~':
    case '^':
      return true;
    case '>':  // the end of a tag is none
      return !is_alphanumeric(earlier) && earlier != '"' && earlier != '\'' && earlier != '/';
    case '=':
      return std::string_view("=<>~!").find(earlier) != std::string_view::npos;
    case '/':
      return earlier != '/';
    default:
      return false;
  }
}

bool reads_as_version(std::string_view text, size_t begin, const Quad& parts) {
  if (std::all_of(parts.begin(), parts.end(), [](int part) { return part < 20; }) ||
      follows_version_mark(text, begin)) {
    return true;
  }
  size_t end = begin;
  while (end > 0 && begin - end < 8 && (text[end - 1] == ' ' || text[end - 1] == '\t' || text[end - 1] == ':')) {
    --end;
  }
  size_t word_begin = end;
  while (word_begin > 0 && end - word_begin < 12 && (is_letter(text[word_begin - 1]) || text[word_begin - 1] == '.')) {
    --word_begin;
  }
  constexpr std::array<std::string_view, 24> kWords = {
      "v",       "v.",     "ver",    "ver.",     "version",  "versions", "release", "releases",
      "rel",     "rel.",   "rev",    "revision", "build",    "section",  "sec",     "sec.",
      "chapter", "clause", "figure", "table",    "firmware", "update",   "patch",   "appendix"};
  return is_any(lower_ascii(text.substr(word_begin, end - word_begin)), kWords);
}

// What follows makes it a longer name or number. A capital after the dot starts the next sentence.
bool goes_on(std::string_view text, size_t end) {
  const char next = byte_at(text, end);
  const char after = byte_at(text, end + 1);
  return is_word_at(text, end) || (next == '.' && is_alphanumeric(after) && !is_upper(after)) ||
         (next == '-' && is_letter(after) && !is_upper(after));
}

// The groups of a whole run of hexadecimal digits and colons; empty where it is no address.
std::vector<std::string_view> ipv6_groups(std::string_view run, bool& compressed) {
  std::vector<std::string_view> groups;
  const size_t gap = run.find("::");
  compressed = gap != std::string_view::npos;
  if (compressed && run.find("::", gap + 1) != std::string_view::npos) {
    return {};
  }
  for (const std::string_view group : split(run, ':')) {
    if (group.size() > 4 || (group.empty() && !compressed)) {
      return {};
    }
    if (!group.empty()) {
      groups.push_back(group);
    }
  }
  return groups;
}

bool is_documentation(const std::vector<std::string_view>& groups) {  // RFC 3849, RFC 9637
  const std::string first = groups.empty() ? "" : lower_ascii(groups[0]);
  return (groups.size() >= 2 && first == "2001" && lower_ascii(groups[1]) == "db8") || first == "3fff";
}

bool is_private(std::string_view first) {  // RFC 4193, RFC 4291
  constexpr std::array<std::string_view, 6> kPrefixes = {"fe8", "fe9", "fea", "feb", "fc", "fd"};
  return first.size() == 4 &&
         std::any_of(kPrefixes.begin(), kPrefixes.end(), [&](std::string_view p) { return first.starts_with(p); });
}

bool has_digit(const std::vector<std::string_view>& groups) {
  return std::any_of(groups.begin(), groups.end(),
                     [](std::string_view group) { return std::any_of(group.begin(), group.end(), is_digit); });
}

// Clocks, hardware addresses and ratios have groups of one or two digits all through.
bool has_wide_group(const std::vector<std::string_view>& groups) {
  return std::any_of(groups.begin(), groups.end(), [](std::string_view group) { return group.size() > 2; });
}

bool has_ipv6_shape(const std::vector<std::string_view>& groups, size_t width, bool compressed) {
  if (!compressed) {
    return width == 8 && has_wide_group(groups);
  }
  const bool global = groups[0].size() == 4 && (groups[0][0] == '2' || groups[0][0] == '3');
  return width < 8 && (global ? width >= 2 : width >= 3 && has_digit(groups) && has_wide_group(groups));
}

// Whether `run`, without an IPv4 address at its end, is an address; `width` counts groups of 16 bits.
std::optional<bool> judge_ipv6(std::string_view run, size_t quad_width, const IpRules& rules) {
  bool compressed = false;
  const std::vector<std::string_view> groups = ipv6_groups(run, compressed);
  if (groups.empty()) {
    return std::nullopt;
  }
  const std::string first = lower_ascii(groups[0]);
  const bool unique_local = is_private(first);
  if (!has_ipv6_shape(groups, groups.size() + quad_width, compressed) &&
      !(unique_local && compressed && groups.size() >= 2)) {
    return std::nullopt;
  }
  return !is_documentation(groups) && (!unique_local || rules.include_private);
}

}  // namespace

std::optional<IpAddress> find_ipv4(std::string_view text, size_t begin, const IpRules& rules) {
  Quad parts{};
  if (is_word_before(text, begin) || (begin > 0 && text[begin - 1] == '.')) {
    return std::nullopt;
  }
  const size_t end = read_quad(text, begin, parts);
  if (end == 0 || goes_on(text, end)) {
    return std::nullopt;
  }
  const bool personal = !is_documentation(parts) && (rules.include_private || is_public(parts)) &&
                        !(rules.keep_versions && reads_as_version(text, begin, parts));
  return IpAddress{{begin, end, PersonalKind::kIpv4, "ipv4"}, personal};
}

std::optional<IpAddress> find_ipv6(std::string_view text, size_t colon, size_t floor, const IpRules& rules,
                                   size_t& run_end) {
  const auto in_run = [](char c) { return is_hex(c) || c == ':' || c == '.'; };
  size_t begin = colon;
  while (begin > floor && colon - begin <= kMaxIpv6 && in_run(text[begin - 1])) {
    --begin;
  }
  size_t end = colon;
  while (end < text.size() && in_run(text[end])) {
    ++end;
  }
  run_end = end;
  while (end > begin && (text[end - 1] == '.' || (text[end - 1] == ':' && (end - begin < 2 || text[end - 2] != ':')))) {
    --end;
  }
  while (begin < end && (text[begin] == '.' || (text[begin] == ':' && byte_at(text, begin + 1) != ':'))) {
    ++begin;
  }
  if (end - begin > kMaxIpv6 || is_word_before(text, begin) || is_word_at(text, end)) {
    return std::nullopt;
  }
  std::string_view run = text.substr(begin, end - begin);
  PersonalSpan span{begin, end, PersonalKind::kIpv6, "ipv6"};
  Quad quad{};
  const size_t last_colon = run.rfind(':');
  const bool has_quad = last_colon != std::string_view::npos && read_quad(text, begin + last_colon + 1, quad) == end;
  if (has_quad && lower_ascii(run).starts_with("::ffff:")) {
    return IpAddress{span, !is_documentation(quad) && (rules.include_private || is_public(quad))};
  }
  run = has_quad ? run.substr(0, run[last_colon - 1] == ':' ? last_colon + 1 : last_colon) : run;
  if (run.find('.') != std::string_view::npos || run.starts_with(':') || (has_quad && last_colon == 0)) {
    return std::nullopt;
  }
  const std::optional<bool> personal = judge_ipv6(run, has_quad ? 2 : 0, rules);
  return personal ? std::optional<IpAddress>({span, *personal}) : std::nullopt;
}

}  // namespace smelt
