// Redaction of personal data that patterns and check digits find reliably: secrets, e-mail and IP addresses, bank
// accounts, payment cards, national numbers, phone numbers, and, where asked for, names after a title.
//
// Placeholders of addresses default to those reserved for documentation (RFC 2606, RFC 5737, RFC 3849), so that
// redacted text still reads as text. With the default placeholders redacting twice changes nothing more.
//
// What each kind takes for itself and what it leaves alone: the headers beside this one.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/recipe.h"
#include "corpus/privacy/finder.h"
#include "corpus/privacy/span.h"

namespace smelt {

// What to do with a kind: "keep", "replace" by the placeholder, "mask" (every digit becomes 0, every letter x or X), or
// "drop" the document that holds one.
struct RedactOptions {
  std::string emails = "replace";
  std::string ip_addresses = "replace";
  std::string phones = "replace";
  std::string cards = "replace";
  std::string ibans = "replace";
  std::string national_ids = "replace";
  std::string secrets = "replace";
  std::string names = "keep";
  bool private_ip_addresses = false;
  bool keep_versions = true;
  std::string email_placeholder = "email@example.com";
  std::string ipv4_placeholder = "192.0.2.1";
  std::string ipv6_placeholder = "2001:db8::1";
  std::string phone_placeholder = "<PHONE>";
  std::string card_placeholder = "<CARD>";
  std::string iban_placeholder = "<IBAN>";
  std::string national_id_placeholder = "<ID>";
  std::string secret_placeholder = "<KEY>";
  std::string name_placeholder = "<NAME>";
  std::vector<std::string> keep_domains;
  std::vector<std::string> keep_local_parts = {"git", "hg", "svn"};
  bool drops_documents() const;  // of some kind
  void fields(Fields& f);
};

// Places by kind.
struct RedactCounts {
  std::array<int64_t, kPersonalKinds> by_kind{};
  bool drops_document = false;  // a place is of a kind whose documents are to be dropped
  int64_t of(PersonalKind kind) const { return by_kind[static_cast<size_t>(kind)]; }
  int64_t total() const;
};

// Redacts texts by the same options. Thread-safe.
class Redactor {
 public:
  explicit Redactor(const RedactOptions& options);

  // Places in ascending order that do not overlap, of every kind that is not kept. Linear in the text.
  std::vector<PersonalSpan> find(std::string_view text) const;
  // Replaces and masks them in `text`, and again what reads as personal data then, at most eight times in all. Where
  // the document is to be dropped the text is not wanted any more.
  RedactCounts redact(std::string& text) const;

 private:
  enum class Action : uint8_t { kKeep, kReplace, kMask, kDrop };
  std::string without(std::string_view text, const std::vector<PersonalSpan>& spans) const;

  std::array<Action, kPersonalKinds> actions_{};
  std::array<std::string, kPersonalKinds> placeholders_;
  FinderRules rules_;
};

}  // namespace smelt
