// Phone numbers, cards, accounts, national numbers and secrets, each with forms that are one and forms that are none.
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/rng.h"
#include "corpus/privacy/check_digits.h"
#include "corpus/privacy/redact.h"

namespace smelt {
namespace {

// What is found, as "kind:text", joined by |.
std::string found(const std::string& text) {
  std::string out;
  for (const PersonalSpan& span : Redactor(RedactOptions{}).find(text)) {
    out += out.empty() ? "" : "|";
    out += std::string(kPersonalKindNames[static_cast<size_t>(span.kind)]) + ":" +
           text.substr(span.begin, span.end - span.begin);
  }
  return out;
}

std::string form(const std::string& text) {
  const std::vector<PersonalSpan> spans = Redactor(RedactOptions{}).find(text);
  return spans.size() == 1 ? spans[0].form : "";
}

TEST(Phones, FormsThatStandForThemselves) {
  for (const char* number : {"+1 415 555 2671",
                             "+14155552671",
                             "+1-415-555-2671",
                             "+1 (415) 555-2671",
                             "(+46) 8 928 571 38",
                             "+(46) 8 928 571 38",
                             "+44 20 7946 0958",
                             "+44 (0)20 7946 0958",
                             "+49 30 901820",
                             "+33 1 42 68 53 00",
                             "+91 98765 43210",
                             "+86 138 1234 5678",
                             "+55 (11) 91234-5678",
                             "+358 40 123 4567",
                             "0044 20 7946 0958",
                             "(415) 555-2671",
                             "415-555-2671",
                             "415.555.2671",
                             "1-800-555-2671",
                             "020 7946 0958",
                             "01 42 68 53 00",
                             "030/901820",
                             "0711 2345678",
                             "(020) 7946 0958",
                             "8 (495) 123-45-67",
                             "(11) 91234-5678",
                             "+1\u00A0415\u00A0555\u00A02671",
                             "+49\u201189\u2011123456",
                             "415-555-2671 x123",
                             "(415) 555-2671 ext. 99"}) {
    EXPECT_EQ(found(std::string("See ") + number + ", or not."), std::string("phones:") + number);
  }
}

TEST(Phones, OthersNeedAWordBesideThem) {
  for (const char* text : {"call 668 5702", "Tel.: 9472 7916", "668 5702 (office)", "Handy 78 651 450",
                           "тел. 78 651 450", "电话 78651450", "WhatsApp: 699956915"}) {
    EXPECT_EQ(found(text).substr(0, 7), "phones:") << text;
  }
  for (const char* text : {"of 668 5702 people",
                           "in 9472 7916 cases",
                           "2019-03-04 12:20",
                           "04.03.2019 12",
                           "call on 2019-03-04",
                           "1998-2004",
                           "call in 1998-2004",
                           "ISBN 978-0-306-40615-7",
                           "0.123 456 789",
                           "1,905 674 3793",
                           "12 34 56 78 90 12 34 56 78 90 11 12 13",
                           "01 02 03 04 05 06 07 08 09 10 11 12",
                           "a415-555-2671b",
                           "415-555-26711234567",
                           "550e8400-e29b-41d4-a716-446655440000",
                           "id=4155552671",
                           "12:30:45.678901",
                           "20190304",
                           "x-415-555-2671",
                           "$415 555 2671",
                           "0x00415555",
                           "1.2.3.4.5.6.7",
                           "+(989899)(1001001)"}) {
    EXPECT_EQ(found(text), "") << text;
  }
}

TEST(Phones, PostalCodesAndOtherNumbersBesideThemStay) {
  EXPECT_EQ(found("AP 51065 781 1704 office"), "phones:781 1704");
  EXPECT_EQ(found("Hungary 34796 (37) 788-063-Office"), "phones:(37) 788-063");
  EXPECT_EQ(found("70651 082 490 1693-Fax"), "phones:082 490 1693");
  EXPECT_EQ(found("fax 415-555-2671, phone 415-555-2672"), "phones:415-555-2671|phones:415-555-2672");
  EXPECT_EQ(found("0711 234 567 / 0711 234 568 / 0711 234 569"),
            "phones:0711 234 567|phones:0711 234 568|phones:0711 234 569");
  EXPECT_EQ(found("ring 02 03 04 05 06 07 08 09 103"), "");
  EXPECT_EQ(found("86.121.97.248 415-555-2671"), "ipv4:86.121.97.248|phones:415-555-2671");
}

TEST(Cards, ByIssuerLengthShapeAndLuhn) {
  for (const char* number :
       {"4111111111111111", "4111 1111 1111 1111", "5555-5555-5555-4444", "378282246310005", "3782 822463 10005",
        "30569309025904", "6011111111111117", "3530111333300000", "2223003122003222", "6212345678901232"}) {
    EXPECT_EQ(found(std::string("paid with ") + number + "."), std::string("cards:") + number);
  }
  EXPECT_EQ(found("card 4222222222222"), "cards:4222222222222");
  for (const char* text : {"4111111111111112", "4222222222222", "9111111111111111", "41111111 11111111",
                           "0000000000000000", "4111111111111111a", "ean 4012345678901"}) {
    EXPECT_EQ(found(text), "") << text;
  }
}

TEST(Ibans, ByCountryLengthAndCheckDigits) {
  for (const char* iban : {"GB82 WEST 1234 5698 7654 32", "DE89370400440532013000", "FR14 2004 1010 0505 0001 3M02 606",
                           "NL91ABNA0417164300", "NO9386011117947", "gb82west12345698765432",
                           "CH93 0076 2011 6238 5295 7", "MT84MALT011000012345MTLCAST001S"}) {
    EXPECT_EQ(found(std::string("to ") + iban + ", please"), std::string("ibans:") + iban);
  }
  for (const char* text :
       {"GB83 WEST 1234 5698 7654 32", "DE8937040044053201300", "XX89370400440532013000", "ADE89370400440532013000"}) {
    EXPECT_EQ(found(text).find("ibans"), std::string::npos) << text;
  }
}

// Examples that the offices themselves publish, or encyclopaedias.
TEST(NationalIds, FormsOfCountries) {
  const std::vector<std::pair<const char*, const char*>> examples = {{"123-45-6789", "us_ssn"},
                                                                     {"SSN 123456789", "us_ssn"},
                                                                     {"AB123456C", "british_nino"},
                                                                     {"AB 12 34 56 C", "british_nino"},
                                                                     {"IdNr 86095742719", "german_tax_id"},
                                                                     {"47 036 892 816", "german_tax_id"},
                                                                     {"2 55 08 14 168 025 38", "french_nir"},
                                                                     {"255081416802538", "french_nir"},
                                                                     {"12345678Z", "spanish_dni"},
                                                                     {"12.345.678-Z", "spanish_dni"},
                                                                     {"X1234567L", "spanish_nie"},
                                                                     {"X-1234567-L", "spanish_nie"},
                                                                     {"RSSMRA85T10A562S", "italian_codice_fiscale"},
                                                                     {"BSN 111222333", "dutch_bsn"},
                                                                     {"529.982.247-25", "brazilian_cpf"},
                                                                     {"CPF 52998224725", "brazilian_cpf"},
                                                                     {"2341 2341 2346", "indian_aadhaar"},
                                                                     {"PAN ABCPE1234F", "indian_pan"},
                                                                     {"756.9217.0769.85", "swiss_ahv"},
                                                                     {"85.07.30-033.28", "belgian_number"},
                                                                     {"811228-9874", "swedish_number"},
                                                                     {"131052-308T", "finnish_number"},
                                                                     {"11010519491231002X", "chinese_number"},
                                                                     {"PESEL 44051401359", "polish_pesel"},
                                                                     {"SIN 046 454 286", "canadian_sin"},
                                                                     {"HEGG560427MVZRRL04", "mexican_curp"},
                                                                     {"NIF 123456789", "portuguese_nif"},
                                                                     {"TC Kimlik 10000000146", "turkish_number"},
                                                                     {"ID 8001015009087", "south_african_number"},
                                                                     {"CPR 070761-4285", "danish_cpr"}};
  for (const auto& [text, name] : examples) {
    EXPECT_EQ(form(text), name) << text << " -> " << found(text);
  }
}

TEST(NationalIds, WrongCheckDigitsAndUnusedNumbersAreNone) {
  for (const char* text :
       {"000-45-6789",    "666-45-6789",      "123-00-6789",     "900-45-6789",        "QQ123456C",
        "GB123456A",      "12345678A",        "X1234567M",       "RSSMRA85T10A562T",   "529.982.247-26",
        "2341 2341 2347", "756.9217.0769.86", "85.07.30-033.29", "131052-308U",        "110105194912310021",
        "123456789",      "44051401359",      "86095742719",     "HEGG560427MVZRRL05", "12 345 678 z"}) {
    EXPECT_EQ(found(text).find("national_ids"), std::string::npos) << text << " -> " << found(text);
  }
}

// These check digits find every wrong digit (ISO 7064; Verhoeff; Luhn).
TEST(CheckDigits, FindEveryWrongDigit) {
  const std::vector<std::pair<std::string, bool (*)(std::string_view)>> numbers = {
      {"4111111111111111", passes_luhn},
      {"79927398713", passes_luhn},
      {"2363", passes_verhoeff},
      {"234123412346", passes_verhoeff},
      {"86095742719", passes_mod11_10},
      {"7569217076985", passes_ean13},
      {"DE89370400440532013000", passes_iban_mod97}};
  for (const auto& [number, passes] : numbers) {
    EXPECT_TRUE(passes(number)) << number;
    for (size_t i = number.starts_with("DE") ? 2 : 0; i < number.size(); ++i) {
      for (char digit = '0'; digit <= '9'; ++digit) {
        std::string other = number;
        other[i] = digit;
        EXPECT_EQ(passes(other), other == number) << other;
      }
    }
  }
}

std::string random_token(Rng& rng, std::string_view alphabet, size_t length) {
  std::string out;
  while (out.size() < length) {
    out += alphabet[rng.below(alphabet.size())];
  }
  return out;
}

constexpr std::string_view kBase62 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

TEST(Secrets, TokensOfProviders) {
  Rng rng(1, "secrets");
  const std::vector<std::pair<std::string, size_t>> providers = {
      {"ghp_", 36},     {"github_pat_", 82}, {"glpat-", 20}, {"AIza", 35}, {"xoxb-", 50},
      {"sk_live_", 24}, {"hf_", 34},         {"npm_", 36},   {"sk-", 48},  {"sk-ant-", 90}};
  for (const auto& [prefix, length] : providers) {
    for (int i = 0; i < 50; ++i) {
      const std::string token = prefix + random_token(rng, kBase62, length);
      EXPECT_EQ(found("use '" + token + "' here"), "secrets:" + token);
      EXPECT_EQ(found("https://u:" + token + "/x"), "secrets:" + token);
    }
  }
  const std::string id = "AKIA" + random_token(rng, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16);
  EXPECT_EQ(found(id), "secrets:" + id);
  const std::string jwt =
      "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U";
  EXPECT_EQ(found("Bearer " + jwt), "secrets:" + jwt);
}

TEST(Secrets, PrivateKeys) {
  const std::string key = "-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA\nabc+/=\n-----END RSA PRIVATE KEY-----";
  EXPECT_EQ(found("a\n" + key + "\nb"), "secrets:" + key);
  EXPECT_EQ(found("-----BEGIN PUBLIC KEY-----\nMIIE\n-----END PUBLIC KEY-----"), "");
  EXPECT_EQ(found("------------------------------"), "");
}

TEST(Secrets, RandomValuesOfSecretNames) {
  Rng rng(2, "secrets");
  int caught = 0;
  for (int i = 0; i < 200; ++i) {
    const std::string value = random_token(rng, kBase62, 32);
    caught += found("api_key = \"" + value + "\"") == "secrets:" + value ? 1 : 0;
    EXPECT_EQ(found("checksum = \"" + value + "\""), "") << value;
  }
  // Of values of 32 characters 3.1 % change between digits and letters less than three times (a two-state Markov
  // chain): 6.2 of 200, with a deviation of 2.5.
  EXPECT_GE(caught, 186);
  for (const char* text :
       {"api_key = get_the_key_from_environment_please", "the key to internationalization-and-localization",
        "token: your-api-token-goes-here-1", "key: 1234567890123456", "https://a.org/key/some-long-slug-of-2024"}) {
    EXPECT_EQ(found(text), "") << text;
  }
}

TEST(Actions, MaskKeepsTheShapeAndDropLeavesTheText) {
  RedactOptions options;
  options.phones = "mask";
  options.emails = "mask";
  options.cards = "drop";
  std::string text = "Ann: +1 (415) 555-2671, Ann.Lee@acme.org";
  const Redactor redactor(options);
  const RedactCounts counts = redactor.redact(text);
  EXPECT_EQ(text, "Ann: +0 (000) 000-0000, Xxx.Xxx@xxxx.xxx");
  EXPECT_EQ(counts.of(PersonalKind::kPhone), 1);
  EXPECT_FALSE(counts.drops_document);
  text = "card 4111111111111111";
  EXPECT_TRUE(redactor.redact(text).drops_document);
  EXPECT_EQ(text, "card 4111111111111111");
}

// A placeholder that reads as personal data is not counted as such.
TEST(Actions, PlaceholdersMayBeAnything) {
  RedactOptions options;
  options.email_placeholder = "someone@redacted.org";
  options.phone_placeholder = "";
  std::string text = "a@b.org or 415-555-2671";
  EXPECT_EQ(Redactor(options).redact(text).total(), 2);
  EXPECT_EQ(text, "someone@redacted.org or ");
}

TEST(Names, OnlyAfterTitlesAndIntroductionsAndOnlyWhenAskedFor) {
  std::string text = "Dr. Anna Weiß met Mr Smith; my name is Jo van Dyk. Paris is Paris.";
  EXPECT_EQ(found(text), "");
  RedactOptions options;
  options.names = "replace";
  Redactor(options).redact(text);
  EXPECT_EQ(text, "Dr. <NAME> met Mr <NAME>; my name is <NAME> van Dyk. Paris is Paris.");
}

}  // namespace
}  // namespace smelt
