#include "corpus/privacy/email.h"

#include "base/text.h"
#include "corpus/privacy/characters.h"

namespace smelt {

namespace {

constexpr size_t kMaxLocalPart = 64;  // RFC 5321, section 4.5.3.1
constexpr size_t kMaxDomain = 253;

bool is_local_character(char c) {
  return is_alphanumeric(c) || (c != 0 && std::string_view("!#$%&'*+-/=?^_`{|}~.").find(c) != std::string_view::npos);
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

// "first last"@host: the quotes and what is between them, on one line.
size_t quoted_begin(std::string_view text, size_t at_sign) {
  for (size_t i = at_sign - 1; i > 0 && at_sign - i <= kMaxLocalPart; --i) {
    const char c = text[i - 1];
    if (c == '"') {
      return i < at_sign - 1 && !is_word_before(text, i - 1) ? i - 1 : at_sign;
    }
    if (c == '\n' || c == '@') {
      break;
    }
  }
  return at_sign;
}

size_t local_part_begin(std::string_view text, size_t at_sign) {
  if (at_sign > 0 && text[at_sign - 1] == '"') {
    return quoted_begin(text, at_sign);
  }
  size_t begin = at_sign;
  while (begin > 0 && at_sign - begin <= kMaxLocalPart) {
    if (is_local_character(text[begin - 1])) {
      --begin;
    } else if (is_non_ascii(text[begin - 1]) && is_word_before(text, begin)) {
      begin = previous_code_point(text, begin);
    } else {
      break;
    }
  }
  // Marks around an address belong to the sentence, a scheme or a path to the address before it.
  const size_t separator = text.substr(begin, at_sign - begin).find_last_of("/='`{}|?&*!#$%^~");
  if (separator != std::string_view::npos) {
    begin += separator + 1;
  }
  while (begin < at_sign && !is_word_at(text, begin)) {
    ++begin;
  }
  return begin;
}

size_t domain_end(std::string_view text, size_t begin) {
  size_t end = begin;
  while (end < text.size() && end - begin <= kMaxDomain) {
    if (is_alphanumeric(text[end]) || text[end] == '-' || text[end] == '.') {
      ++end;
    } else if (is_foreign_letter_at(text, end)) {
      next_code_point(text, end);
    } else {
      break;
    }
  }
  while (end > begin && (text[end - 1] == '.' || text[end - 1] == '-')) {
    --end;
  }
  return end;
}

bool is_label_letter(char c) {
  return is_letter(c) || is_non_ascii(c);
}

// A sentence that follows without a space ("write to a@b.org.Then") or a hyphen after the address ("a@b.org-Office")
// are no part of the domain: its end without them.
size_t trimmed_end(std::string_view text, size_t begin, size_t end) {
  const size_t dot = text.substr(begin, end - begin).rfind('.');
  if (dot == std::string_view::npos) {
    return end;
  }
  const size_t top = begin + dot + 1;
  const size_t hyphen = text.substr(top, end - top).find('-');
  if (hyphen != std::string_view::npos && hyphen >= 2 && !text.substr(top).starts_with("xn--")) {
    return top + hyphen;
  }
  const bool lower_before = dot > 0 && is_letter(text[top - 2]) && !is_upper(text[top - 2]);
  const bool is_sentence = is_upper(text[top]) && top + 1 < end && !is_upper(text[top + 1]) && lower_before;
  const bool domain_before = text.substr(begin, dot).find('.') != std::string_view::npos;
  return is_sentence && domain_before ? top - 1 : end;
}

bool is_mail_domain(std::string_view domain) {
  const size_t dot = domain.rfind('.');
  if (dot == std::string_view::npos || dot == 0 || domain.front() == '-' || domain.size() > kMaxDomain ||
      domain.find("..") != std::string_view::npos) {
    return false;
  }
  const std::string_view top = domain.substr(dot + 1);
  const bool punycode = top.starts_with("xn--");
  return top.size() >= 2 && top.size() <= 24 && (punycode || std::all_of(top.begin(), top.end(), is_label_letter)) &&
         !is_file_ending(top);
}

bool is_local_part(std::string_view local) {
  const bool quoted = local.starts_with('"');
  return !local.empty() && local.size() <= kMaxLocalPart &&
         (quoted || (local.back() != '.' && local.find("..") == std::string_view::npos));
}

}  // namespace

std::optional<PersonalSpan> find_email(std::string_view text, size_t at_sign, const EmailRules& rules) {
  const size_t begin = local_part_begin(text, at_sign);
  const std::string_view local = text.substr(begin, at_sign - begin);
  if (!is_local_part(local)) {
    return std::nullopt;
  }
  const size_t end = trimmed_end(text, at_sign + 1, domain_end(text, at_sign + 1));
  const std::string domain = lower_ascii(text.substr(at_sign + 1, end - at_sign - 1));
  if (!is_mail_domain(domain) || is_example_domain(domain)) {
    return std::nullopt;
  }
  const auto& kept = rules.keep_local_parts;
  if (std::find(kept.begin(), kept.end(), lower_ascii(local)) != kept.end() ||
      std::any_of(rules.keep_domains.begin(), rules.keep_domains.end(),
                  [&](const std::string& parent) { return is_within(domain, parent); })) {
    return std::nullopt;
  }
  return PersonalSpan{begin, end, PersonalKind::kEmail, "address"};
}

}  // namespace smelt
