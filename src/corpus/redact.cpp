#include "corpus/redact.h"

#include <algorithm>
#include <optional>

#include "base/text.h"

namespace smelt {

namespace {

using Kind = RedactSpan::Kind;

constexpr size_t kMaxLocalPart = 64;  // RFC 5321, section 4.5.3.1
constexpr size_t kMaxDomain = 253;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
bool is_local_character(char c) {
  return is_letter(c) || is_digit(c) ||
         (c != 0 && std::string_view("!#$%&'*+-/=?^_`{|}~.").find(c) != std::string_view::npos);
}
bool is_domain_character(char c) {
  return is_letter(c) || is_digit(c) || c == '-' || c == '.';
}

template <size_t N>
bool is_any(std::string_view word, const std::array<std::string_view, N>& words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// `domain` equals `parent` or is below it.
bool is_within(std::string_view domain, std::string_view parent) {
  return domain == parent || (domain.size() > parent.size() && domain.ends_with(parent) &&
                              domain[domain.size() - parent.size() - 1] == '.');
}

bool is_example_domain(std::string_view domain) {
  constexpr std::array<std::string_view, 7> kReserved = {"example.com", "example.org", "example.net", "example",
                                                         "test",        "invalid",     "localhost"};
  return std::any_of(kReserved.begin(), kReserved.end(),
                     [&](std::string_view parent) { return is_within(domain, parent); });
}

bool is_file_ending(std::string_view ending) {
  constexpr std::array<std::string_view, 20> kEndings = {"png", "jpg", "jpeg", "gif",  "svg",  "webp", "ico",
                                                         "bmp", "css", "js",   "json", "html", "htm",  "xml",
                                                         "txt", "pdf", "zip",  "gz",   "mp",   "conf"};
  return is_any(ending, kEndings);
}

class Finder {
 public:
  Finder(std::string_view text, const RedactOptions& options) : text_(text), options_(options) {}

  std::vector<RedactSpan> find() {
    if (options_.emails) {
      for (size_t at = text_.find('@'); at != std::string_view::npos; at = text_.find('@', at + 1)) {
        try_email(at);
      }
    }
    if (options_.ip_addresses) {
      find_ip_addresses();
    }
    std::sort(spans_.begin(), spans_.end(), [](const RedactSpan& a, const RedactSpan& b) { return a.begin < b.begin; });
    return merged();
  }

 private:
  // What overlaps is one place ("a@b.org@c.org", "2600::1@b.org"): a part of it left over could read as an address
  // anew.
  std::vector<RedactSpan> merged() const {
    std::vector<RedactSpan> out;
    for (const RedactSpan& span : spans_) {
      if (out.empty() || span.begin >= out.back().end) {
        out.push_back(span);
        continue;
      }
      out.back().end = std::max(out.back().end, span.end);
      if (span.kind == Kind::kEmail) {
        out.back().kind = Kind::kEmail;
      }
    }
    return out;
  }

  char at(size_t i) const { return i < text_.size() ? text_[i] : '\0'; }

  size_t local_part_begin(size_t at_sign) const {
    size_t begin = at_sign;
    while (begin > 0 && at_sign - begin <= kMaxLocalPart && is_local_character(text_[begin - 1])) {
      --begin;
    }
    // Marks around an address belong to the sentence, a scheme or a path to the address before it.
    const size_t separator = text_.substr(begin, at_sign - begin).find_last_of("/='`{}|?&*!#$%^~");
    if (separator != std::string_view::npos) {
      begin += separator + 1;
    }
    while (begin < at_sign && !is_letter(text_[begin]) && !is_digit(text_[begin]) && text_[begin] != '_') {
      ++begin;
    }
    return begin;
  }

  size_t domain_end(size_t begin) const {
    size_t end = begin;
    while (end < text_.size() && end - begin <= kMaxDomain && is_domain_character(text_[end])) {
      ++end;
    }
    while (end > begin && (text_[end - 1] == '.' || text_[end - 1] == '-')) {
      --end;
    }
    return end;
  }

  bool is_mail_domain(std::string_view domain) const {
    const size_t dot = domain.rfind('.');
    if (dot == std::string_view::npos || dot == 0 || domain.front() == '-' || domain.size() > kMaxDomain ||
        domain.find("..") != std::string_view::npos) {
      return false;
    }
    const std::string_view top = domain.substr(dot + 1);
    const bool punycode = top.starts_with("xn--");
    return top.size() >= 2 && top.size() <= 24 && (punycode || std::all_of(top.begin(), top.end(), is_letter)) &&
           !is_file_ending(top);
  }

  void try_email(size_t at_sign) {
    const size_t begin = local_part_begin(at_sign);
    const size_t end = domain_end(at_sign + 1);
    const std::string_view local = text_.substr(begin, at_sign - begin);
    if (local.empty() || local.size() > kMaxLocalPart || local.back() == '.' ||
        local.find("..") != std::string_view::npos) {
      return;
    }
    const std::string domain = lower_ascii(text_.substr(at_sign + 1, end - at_sign - 1));
    if (!is_mail_domain(domain) || is_example_domain(domain)) {
      return;
    }
    const auto& kept = options_.keep_local_parts;
    const auto& domains = options_.keep_domains;
    if (std::find(kept.begin(), kept.end(), lower_ascii(local)) != kept.end() ||
        std::any_of(domains.begin(), domains.end(),
                    [&](const std::string& parent) { return is_within(domain, lower_ascii(parent)); })) {
      return;
    }
    spans_.push_back({begin, end, Kind::kEmail});
  }

  // Every address holds three dots or two colons with a hexadecimal digit near: look at each run of [0-9A-Fa-f.:] once.
  void find_ip_addresses() {
    size_t i = 0;
    while (i < text_.size()) {
      if (!is_hex(text_[i]) && text_[i] != ':' && text_[i] != '.') {
        ++i;
        continue;
      }
      const size_t begin = i;
      size_t dots = 0;
      size_t colons = 0;
      for (; i < text_.size() && (is_hex(text_[i]) || text_[i] == ':' || text_[i] == '.'); ++i) {
        dots += text_[i] == '.' ? 1 : 0;
        colons += text_[i] == ':' ? 1 : 0;
      }
      if (colons >= 2) {
        try_ipv6(begin, i);
      }
      if (dots >= 3) {
        find_ipv4(begin, i);
      }
    }
  }

  void find_ipv4(size_t begin, size_t end) {
    size_t i = begin;
    while (i < end) {
      const bool starts_number =
          is_digit(text_[i]) && (i == 0 || (!is_word_character(text_[i - 1]) && text_[i - 1] != '.'));
      if (!starts_number) {
        ++i;
        continue;
      }
      const size_t address_end = ipv4_end(i);
      if (address_end != 0) {
        i = address_end;
      } else {
        while (i < end && (is_hex(text_[i]) || text_[i] == '.')) {
          ++i;
        }
      }
    }
  }

  static bool is_word_character(char c) {
    return is_letter(c) || is_digit(c) || c == '_' || static_cast<unsigned char>(c) >= 0x80;
  }

  // Reads an address at `begin`, notes it when it is to go; its end, 0 where there is none.
  size_t ipv4_end(size_t begin) {
    std::array<int, 4> parts{};
    size_t i = begin;
    for (size_t part = 0; part < 4; ++part) {
      const size_t digits_begin = i;
      while (is_digit(at(i)) && i - digits_begin < 4) {
        parts[part] = parts[part] * 10 + (text_[i++] - '0');
      }
      const size_t digits = i - digits_begin;
      if (digits == 0 || digits > 3 || parts[part] > 255 || (digits > 1 && text_[digits_begin] == '0')) {
        return 0;
      }
      if (part < 3 && at(i++) != '.') {
        return 0;
      }
    }
    const bool goes_on = is_word_character(at(i)) || (at(i) == '.' && (is_digit(at(i + 1)) || is_letter(at(i + 1)))) ||
                         (at(i) == '-' && is_letter(at(i + 1)));
    if (goes_on) {
      return 0;
    }
    if (!is_documentation(parts) && (options_.private_ip_addresses || is_public(parts)) &&
        !(options_.keep_versions && reads_as_version(begin, parts))) {
      spans_.push_back({begin, i, Kind::kIpv4});
    }
    return i;
  }

  static bool is_documentation(const std::array<int, 4>& p) {  // RFC 5737
    return (p[0] == 192 && p[1] == 0 && p[2] == 2) || (p[0] == 198 && p[1] == 51 && p[2] == 100) ||
           (p[0] == 203 && p[1] == 0 && p[2] == 113);
  }

  static bool is_public(const std::array<int, 4>& p) {  // RFC 6890
    return !(p[0] == 0 || p[0] == 10 || p[0] == 127 || p[0] >= 224 || (p[0] == 100 && p[1] >= 64 && p[1] < 128) ||
             (p[0] == 169 && p[1] == 254) || (p[0] == 172 && p[1] >= 16 && p[1] < 32) || (p[0] == 192 && p[1] == 168) ||
             (p[0] == 192 && p[1] == 0 && p[2] == 0) || (p[0] == 198 && (p[1] == 18 || p[1] == 19)));
  }

  // After a hyphen or a comparison, as in name-1.2.30.4 and name>=1.2.30.4; = alone sets an option, // opens a host.
  bool follows_version_mark(size_t begin) const {
    const char before = begin > 0 ? text_[begin - 1] : ' ';
    const char earlier = begin > 1 ? text_[begin - 2] : ' ';
    switch (before) {
      case '-':
      case '_':
      case '<':
      case '>':
      case '~':
      case '^':
        return true;
      case '=':
        return std::string_view("=<>~!").find(earlier) != std::string_view::npos;
      case '/':
        return earlier != '/';
      default:
        return false;
    }
  }

  bool reads_as_version(size_t begin, const std::array<int, 4>& parts) const {
    if (std::all_of(parts.begin(), parts.end(), [](int part) { return part < 20; })) {
      return true;
    }
    if (follows_version_mark(begin)) {
      return true;
    }
    size_t end = begin;
    while (end > 0 && (text_[end - 1] == ' ' || text_[end - 1] == '\t' || text_[end - 1] == ':')) {
      --end;
    }
    size_t word_begin = end;
    while (word_begin > 0 && end - word_begin < 12 &&
           (is_letter(text_[word_begin - 1]) || text_[word_begin - 1] == '.')) {
      --word_begin;
    }
    constexpr std::array<std::string_view, 24> kWords = {
        "v",       "v.",     "ver",    "ver.",     "version",  "versions", "release", "releases",
        "rel",     "rel.",   "rev",    "revision", "build",    "section",  "sec",     "sec.",
        "chapter", "clause", "figure", "table",    "firmware", "update",   "patch",   "appendix"};
    return is_any(lower_ascii(text_.substr(word_begin, end - word_begin)), kWords);
  }

  // The groups of a whole run of hexadecimal digits and colons; empty where it is no address.
  static std::vector<std::string_view> ipv6_groups(std::string_view run, bool& compressed) {
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

  void try_ipv6(size_t begin, size_t end) {
    while (end > begin &&
           (text_[end - 1] == '.' || (text_[end - 1] == ':' && (end - begin < 2 || text_[end - 2] != ':')))) {
      --end;
    }
    while (begin < end && text_[begin] == '.') {
      ++begin;
    }
    const std::string_view run = text_.substr(begin, end - begin);
    const bool bounded = (begin == 0 || !is_word_character(text_[begin - 1])) && !is_word_character(at(end));
    if (!bounded || run.find('.') != std::string_view::npos || run.starts_with(':')) {
      return;
    }
    bool compressed = false;
    const std::vector<std::string_view> groups = ipv6_groups(run, compressed);
    const std::string first = groups.empty() ? "" : lower_ascii(groups[0]);
    const bool global = first.size() == 4 && (first[0] == '2' || first[0] == '3');
    const bool documentation = groups.size() >= 2 && first == "2001" && lower_ascii(groups[1]) == "db8";
    const bool hardware =
        std::all_of(groups.begin(), groups.end(), [](std::string_view group) { return group.size() == 2; });
    const bool is_private = first.starts_with("fe8") || first.starts_with("fe9") || first.starts_with("fea") ||
                            first.starts_with("feb") || first.starts_with("fc") || first.starts_with("fd");
    const bool shaped = compressed ? groups.size() >= 2 && groups.size() < 8 &&
                                         (global || (options_.private_ip_addresses && is_private))
                                   : groups.size() == 8 && !hardware;
    if (shaped && !documentation && (!is_private || options_.private_ip_addresses)) {
      spans_.push_back({begin, end, Kind::kIpv6});
    }
  }

  std::string_view text_;
  const RedactOptions& options_;
  std::vector<RedactSpan> spans_;
};

}  // namespace

std::vector<RedactSpan> find_personal_data(std::string_view text, const RedactOptions& options) {
  return Finder(text, options).find();
}

RedactCounts redact(std::string& text, const RedactOptions& options) {
  RedactCounts counts;
  const std::vector<RedactSpan> spans = find_personal_data(text, options);
  if (spans.empty()) {
    return counts;
  }
  std::string out;
  out.reserve(text.size());
  size_t done = 0;
  for (const RedactSpan& span : spans) {
    out.append(text, done, span.begin - done);
    out += span.kind == Kind::kEmail  ? options.email_placeholder
           : span.kind == Kind::kIpv4 ? options.ipv4_placeholder
                                      : options.ipv6_placeholder;
    counts.emails += span.kind == Kind::kEmail ? 1 : 0;
    counts.ipv4 += span.kind == Kind::kIpv4 ? 1 : 0;
    counts.ipv6 += span.kind == Kind::kIpv6 ? 1 : 0;
    done = span.end;
  }
  out.append(text, done, std::string::npos);
  text = std::move(out);
  return counts;
}

}  // namespace smelt
