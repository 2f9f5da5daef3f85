#include "corpus/privacy/redact.h"

#include <numeric>

#include "base/text.h"
#include "corpus/privacy/characters.h"

namespace smelt {

namespace {

// Digits become 0, letters x or X, code points outside of ASCII x; the rest stays.
void append_masked(std::string& out, std::string_view value) {
  for (size_t i = 0; i < value.size();) {
    const char c = value[i];
    if (is_non_ascii(c)) {
      next_code_point(value, i);
      out += 'x';
      continue;
    }
    out += is_digit(c) ? '0' : is_upper(c) ? 'X' : is_letter(c) ? 'x' : c;
    ++i;
  }
}

}  // namespace

bool RedactOptions::drops_documents() const {
  const std::array<std::string_view, 8> actions = {emails, ip_addresses, phones,  cards,
                                                   ibans,  national_ids, secrets, names};
  return is_any("drop", actions);
}

void RedactOptions::fields(Fields& f) {
  const std::vector<std::string> actions = {"keep", "replace", "mask", "drop"};
  f.choice("emails", emails, actions,
           "e-mail addresses: keep, replace by the placeholder, mask letters and digits, or drop the document");
  f.choice("ip_addresses", ip_addresses, actions, "public IPv4 and IPv6 addresses");
  f.choice("phones", phones, actions, "phone numbers, international and national");
  f.choice("cards", cards, actions, "payment cards, by issuer and Luhn digit");
  f.choice("ibans", ibans, actions, "bank accounts, by country and check digits");
  f.choice("national_ids", national_ids, actions, "national identity, tax and insurance numbers, by check digits");
  f.choice("secrets", secrets, actions, "keys and tokens of programs, private keys");
  f.choice("names", names, actions,
           "names after a title (Mr, Dr, Herr) or an introduction (my name is); names without either stay");
  f("private_ip_addresses", private_ip_addresses, "addresses that are not public too (but those for documentation)");
  f("keep_versions", keep_versions, "leave version and section numbers such as 1.2.3.4 alone");
  f("email_placeholder", email_placeholder, "put in the place of an e-mail address");
  f("ipv4_placeholder", ipv4_placeholder, "put in the place of an IPv4 address");
  f("ipv6_placeholder", ipv6_placeholder, "put in the place of an IPv6 address");
  f("phone_placeholder", phone_placeholder, "put in the place of a phone number");
  f("card_placeholder", card_placeholder, "put in the place of a payment card");
  f("iban_placeholder", iban_placeholder, "put in the place of a bank account");
  f("national_id_placeholder", national_id_placeholder, "put in the place of a national number");
  f("secret_placeholder", secret_placeholder, "put in the place of a key or token");
  f("name_placeholder", name_placeholder, "put in the place of a name");
  f("keep_domains", keep_domains, "domains whose e-mail addresses stay, subdomains included");
  f("keep_local_parts", keep_local_parts, "what stands before the @ of addresses that stay: accounts of programs");
}

int64_t RedactCounts::total() const {
  return std::accumulate(by_kind.begin(), by_kind.end(), int64_t{0});
}

Redactor::Redactor(const RedactOptions& options) {
  const auto set = [&](PersonalKind kind, const std::string& action, const std::string& placeholder) {
    const auto i = static_cast<size_t>(kind);
    actions_[i] = action == "keep"   ? Action::kKeep
                  : action == "mask" ? Action::kMask
                  : action == "drop" ? Action::kDrop
                                     : Action::kReplace;
    placeholders_[i] = placeholder;
    rules_.wanted[i] = actions_[i] != Action::kKeep;
  };
  set(PersonalKind::kEmail, options.emails, options.email_placeholder);
  set(PersonalKind::kIpv4, options.ip_addresses, options.ipv4_placeholder);
  set(PersonalKind::kIpv6, options.ip_addresses, options.ipv6_placeholder);
  set(PersonalKind::kPhone, options.phones, options.phone_placeholder);
  set(PersonalKind::kCard, options.cards, options.card_placeholder);
  set(PersonalKind::kIban, options.ibans, options.iban_placeholder);
  set(PersonalKind::kNationalId, options.national_ids, options.national_id_placeholder);
  set(PersonalKind::kSecret, options.secrets, options.secret_placeholder);
  set(PersonalKind::kName, options.names, options.name_placeholder);
  for (const std::string& domain : options.keep_domains) {
    rules_.email.keep_domains.push_back(lower_ascii(domain));
  }
  for (const std::string& local : options.keep_local_parts) {
    rules_.email.keep_local_parts.push_back(lower_ascii(local));
  }
  rules_.ip = {options.private_ip_addresses, options.keep_versions};
}

std::vector<PersonalSpan> Redactor::find(std::string_view text) const {
  return find_personal_data(text, rules_);
}

std::string Redactor::without(std::string_view text, const std::vector<PersonalSpan>& spans) const {
  std::string out;
  out.reserve(text.size());
  size_t done = 0;
  for (const PersonalSpan& span : spans) {
    const auto kind = static_cast<size_t>(span.kind);
    out += text.substr(done, span.begin - done);
    if (actions_[kind] == Action::kMask) {
      append_masked(out, text.substr(span.begin, span.end - span.begin));
    } else {
      out += placeholders_[kind];
    }
    done = span.end;
  }
  out += text.substr(done);
  return out;
}

RedactCounts Redactor::redact(std::string& text) const {
  constexpr int kMaxRounds = 8;
  RedactCounts counts;
  // What stands beside a placeholder may read as personal data that did not before: one more look, most often in vain.
  for (int round = 0; round < kMaxRounds; ++round) {
    std::vector<PersonalSpan> spans = find(text);
    const auto action = [&](const PersonalSpan& span) { return actions_[static_cast<size_t>(span.kind)]; };
    if (round > 0) {
      std::erase_if(spans, [&](const PersonalSpan& span) {
        return action(span) == Action::kMask ||
               text.compare(span.begin, span.end - span.begin, placeholders_[static_cast<size_t>(span.kind)]) == 0;
      });
    }
    for (const PersonalSpan& span : spans) {
      ++counts.by_kind[static_cast<size_t>(span.kind)];
      counts.drops_document = counts.drops_document || action(span) == Action::kDrop;
    }
    if (spans.empty() || counts.drops_document) {
      break;
    }
    text = without(text, spans);
  }
  return counts;
}

}  // namespace smelt
