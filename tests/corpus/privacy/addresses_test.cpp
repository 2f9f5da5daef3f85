// E-mail and IP addresses drawn at random and set into sentences: what is found is what was put there.
#include <functional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/rng.h"
#include "corpus/privacy/redact.h"

namespace smelt {
namespace {

std::string word(Rng& rng, std::string_view alphabet, uint64_t shortest, uint64_t longest) {
  std::string out;
  for (uint64_t n = shortest + rng.below(longest - shortest + 1); n > 0; --n) {
    out += alphabet[rng.below(alphabet.size())];
  }
  return out;
}

template <size_t N>
std::string one_of(Rng& rng, const std::array<const char*, N>& choices) {
  return choices[rng.below(N)];
}

constexpr std::string_view kLower = "abcdefghijklmnopqrstuvwxyz";
constexpr std::string_view kLocal = "abcdefghijklmnopqrstuvwxyz0123456789";

std::string random_email(Rng& rng) {
  std::string local = word(rng, kLower, 1, 1) + word(rng, kLocal, 0, 9);
  if (rng.below(2) == 0) {
    local += one_of(rng, std::array{".", "_", "-", "+"}) + word(rng, kLocal, 1, 9);
  }
  std::string domain = word(rng, kLocal, 2, 10);
  if (rng.below(4) == 0) {
    domain += one_of(rng, std::array{".", "-"}) + word(rng, kLower, 2, 8);
  }
  std::string email = local + "@" + domain + "." +
                      one_of(rng, std::array{"com", "org", "net", "de", "co.uk", "io", "info", "museum", "fr"});
  if (rng.below(5) == 0) {
    email[0] = static_cast<char>(email[0] - 'a' + 'A');
  }
  return email;
}

std::string random_ipv4(Rng& rng) {
  // Public hosts with a number from 20 on: what reads as a version is another test's.
  const std::array<uint64_t, 6> firsts = {24, 62, 81, 134, 185, 212};
  return fmt::format("{}.{}.{}.{}", firsts[rng.below(firsts.size())], rng.below(256), rng.below(256), rng.below(256));
}

std::string random_ipv6(Rng& rng) {
  std::string full = fmt::format("2{:03x}", rng.below(0xFFF));
  if (full == "2001") {
    full = "2a00";
  }
  const uint64_t groups = rng.below(3) == 0 ? 8 : 3 + rng.below(4);
  for (uint64_t i = 1; i < groups; ++i) {
    full += fmt::format("{}{:x}", groups < 8 && i == groups - 1 ? "::" : ":", rng.below(0x10000));
  }
  return full;
}

const std::vector<std::string>& sentences() {
  static const std::vector<std::string> kSentences = {
      "Please write to {} about it.",
      "{}",
      "Contact: {}.",
      "(see {})",
      "<a href=\"mailto:x\">{}</a>",
      "\u201C{}\u201D, she said",
      "Kontakt \u2014 {} \u2014 Impressum",
      "\u8BF7\u8054\u7CFB\uFF1A{}\u3002",
      "\u8BF7\u53D1\u5230 {} \u8C22\u8C22",
      "user:{};role=admin",
      "from [{}] at 10:30:45",
      "\t{}\n",
      "a,{},b",
      "host={}&x=1",
      "'{}'",
      "Adresse: {}!",
      "\u00AB{}\u00BB",
      "|{}|",
      "Server {}? Yes. On 2021-03-04, section 3.2.1 of the manual, at 12:30."};
  return kSentences;
}

// Share of the harmonic mean of precision and recall, over exact places.
double f1_of(PersonalKind kind, const std::function<std::string(Rng&)>& draw) {
  RedactOptions options;
  options.keep_local_parts = {};  // git@ is another test's
  const Redactor redactor{options};
  int right = 0;
  int found = 0;
  int put = 0;
  std::string wrong;
  for (uint64_t i = 0; i < 4000; ++i) {
    Rng rng(7, "addresses_test", i);
    const std::string value = draw(rng);
    const std::string& sentence = sentences()[i % sentences().size()];
    const size_t at = sentence.find("{}");
    const std::string text = sentence.substr(0, at) + value + sentence.substr(at + 2);
    ++put;
    bool is_right = false;
    for (const PersonalSpan& span : redactor.find(text)) {
      ++found;
      is_right = is_right || (span.kind == kind && span.begin == at && span.end == at + value.size());
    }
    right += is_right ? 1 : 0;
    if (!is_right && wrong.size() < 2000) {
      wrong += text + "\n";
    }
  }
  EXPECT_TRUE(right == put && found == put) << wrong;
  return 2.0 * right / (put + found);
}

TEST(Addresses, RandomOnesAreFoundWhole) {
  EXPECT_GE(f1_of(PersonalKind::kEmail, random_email), 0.99);
  EXPECT_GE(f1_of(PersonalKind::kIpv4, random_ipv4), 0.99);
  EXPECT_GE(f1_of(PersonalKind::kIpv6, random_ipv6), 0.99);
}

std::string found(const std::string& text) {
  std::string out;
  for (const PersonalSpan& span : Redactor(RedactOptions{}).find(text)) {
    out += (out.empty() ? "" : "|") + text.substr(span.begin, span.end - span.begin);
  }
  return out;
}

TEST(Addresses, OfOtherAlphabetsAndWithoutSpaces) {
  EXPECT_EQ(found("an j\u00F6rg@m\u00FCller.de."), "j\u00F6rg@m\u00FCller.de");
  EXPECT_EQ(found("\u043F\u043E\u0447\u0442\u0430@\u043F\u0440\u0438\u043C\u0435\u0440.\u0440\u0444"),
            "\u043F\u043E\u0447\u0442\u0430@\u043F\u0440\u0438\u043C\u0435\u0440.\u0440\u0444");
  EXPECT_EQ(found("\u8BF7\u53D1\u5230foo@bar.com\u8C22\u8C22"), "foo@bar.com");
  EXPECT_EQ(found("\"first last\"@acme.org"), "\"first last\"@acme.org");
  EXPECT_EQ(found("write to a@acme.org.Then wait"), "a@acme.org");
  EXPECT_EQ(found("ping 86.121.97.248.Then wait"), "86.121.97.248");
}

TEST(Addresses, Ipv6InAllItsForms) {
  for (const char* text : {"2a00:1450:4001:81b::200e", "2606:4700:4700::1111", "6e40:4041:c617:e898:c11:40d2:c669:2eb4",
                           "2600::1", "2002:c000:204::", "::ffff:86.121.97.248", "64:ff9b:1::86.121.97.248",
                           "2A00:1450:4001:081B:0000:0000:0000:200E", "9a3:0:0:7f2c::11"}) {
    EXPECT_EQ(found(std::string("to ") + text + " now"), text);
  }
  EXPECT_EQ(found("[2a00:1450::200e]:443, addr:2a00:1450::200e/64"), "2a00:1450::200e|2a00:1450::200e");
  for (const char* text : {"1:2:3:4:5:6:7:8", "::ffff:10.0.0.1", "::ffff:192.0.2.1", "dead::beef", "a::b", "10::20::30",
                           "3fff::1", "fd12:3456::1", "12:30:45:12:30:45:12:30"}) {
    EXPECT_EQ(found(text), "") << text;
  }
}

}  // namespace
}  // namespace smelt
