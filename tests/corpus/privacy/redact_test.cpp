#include "corpus/privacy/redact.h"

#include <string>

#include <gtest/gtest.h>

#include "base/text.h"

namespace smelt {
namespace {

std::string redacted(std::string text, const RedactOptions& options = {}) {
  Redactor(options).redact(text);
  return text;
}

bool unchanged(const std::string& text) {
  return redacted(text) == text;
}

TEST(Redact, ReplacesEmailAddresses) {
  EXPECT_EQ(redacted("Write to jane.doe+lists@mail.acme-corp.co.uk, please."), "Write to email@example.com, please.");
  EXPECT_EQ(redacted("<a@b.org>"), "<email@example.com>");
  EXPECT_EQ(redacted("mailto:x_1@y.de?subject=a"), "mailto:email@example.com?subject=a");
  EXPECT_EQ(redacted("a@b.org,c@d.net"), "email@example.com,email@example.com");
  EXPECT_EQ(redacted("(me@xn--bcher-kva.de)."), "(email@example.com).");
}

TEST(Redact, LeavesWhatOnlyLooksLikeAnEmailAddress) {
  for (const char* text : {"user@example.com", "x@sub.example.org", "a@host.test", "root@localhost",
                           "git@github.com:org/repo.git", "@decorator", "name@", "logo@2x.png", "left-pad@1.3.0",
                           "a @ b.com", "\u00E9@", "x@y", "foo@bar.c0m", "a@b..com", "@@@@.com", "@"}) {
    EXPECT_TRUE(unchanged(text)) << text << " -> " << redacted(text);
  }
}

TEST(Redact, ReplacesPublicAddressesOnly) {
  EXPECT_EQ(redacted("from 86.121.97.248."), "from 192.0.2.1.");
  EXPECT_EQ(redacted("http://86.121.97.248:8080/x"), "http://192.0.2.1:8080/x");
  EXPECT_EQ(redacted("[2a00:1450:4001:81b::200e]:443"), "[2001:db8::1]:443");
  EXPECT_EQ(redacted("6e40:4041:c617:e898:c11:40d2:c669:2eb4"), "2001:db8::1");
  for (const char* text : {"10.1.200.3", "127.0.0.1", "192.168.1.77", "172.16.44.1", "169.254.33.2", "100.64.55.1",
                           "203.0.113.77", "224.0.0.251", "255.255.255.0", "0.0.0.0", "fe80::1ff:fe23:4567:890a", "::1",
                           "2001:db8::8a2e:370:7334", "fd12:3456:789a::1"}) {
    EXPECT_TRUE(unchanged(text)) << text << " -> " << redacted(text);
  }
  RedactOptions all;
  all.private_ip_addresses = true;
  EXPECT_EQ(redacted("192.168.1.77 fd12:3456:789a::1 203.0.113.77", all), "192.0.2.1 2001:db8::1 203.0.113.77");
}

TEST(Redact, LeavesVersionsSectionsTimesAndCode) {
  for (const char* text : {"1.2.3.4",
                           "see section 22.4.31.1",
                           "version 86.121.97.24",
                           "v86.121.97.24",
                           "chrome-86.121.97.24.zip",
                           "Release: 99.20.30.41",
                           "pkg>=86.121.97.24",
                           "86.121.97.24.5",
                           "3.86.121.97.24",
                           "086.121.97.24",
                           "86.121.97.256",
                           "86.121.97",
                           "86.121.97.24x",
                           "12:30:45",
                           "std::vector<a::b>",
                           "a::b::c",
                           "Face::Dead",
                           "00:1B:44:11:3A:B7",
                           "00:11:22:33:44:55:66:77",
                           "aa:bb:cc:dd:ee:ff:00:11:22:33",
                           "::",
                           "1::",
                           "::ffff",
                           ":::::::",
                           "1.3.6.1.4.1.343",
                           "...",
                           "1:2:3:4:5:6:7:8:9"}) {
    EXPECT_TRUE(unchanged(text)) << text << " -> " << redacted(text);
  }
  RedactOptions options;
  options.keep_versions = false;
  EXPECT_EQ(redacted("version 86.121.97.24", options), "version 192.0.2.1");
}

// What is left over of one address must not read as another.
TEST(Redact, AddressesThatOverlapAreOnePlace) {
  EXPECT_EQ(redacted("to a7@b.org@c.net."), "to email@example.com.");
  EXPECT_EQ(redacted("2600::12@b.org"), "email@example.com");
  EXPECT_EQ(redacted("86.121.97.248@b.org"), "email@example.com");
  EXPECT_EQ(redacted("a@b.org@nowhere"), "email@example.com@nowhere");
}

TEST(Redact, OptionsKeepDomainsAndCountByKind) {
  RedactOptions options;
  options.keep_domains = {"Python.org"};
  EXPECT_EQ(redacted("docs@python.org x@mail.python.org y@notpython.org", options),
            "docs@python.org x@mail.python.org email@example.com");
  std::string text = "a@b.org 86.121.97.248 2a00:1450:4001:81b::200e c@d.org";
  const Redactor redactor{RedactOptions{}};
  const RedactCounts counts = redactor.redact(text);
  EXPECT_EQ(counts.of(PersonalKind::kEmail), 2);
  EXPECT_EQ(counts.of(PersonalKind::kIpv4), 1);
  EXPECT_EQ(counts.of(PersonalKind::kIpv6), 1);
  EXPECT_EQ(redactor.redact(text).total(), 0) << text;
  options.emails = "keep";
  options.ip_addresses = "keep";
  EXPECT_EQ(redacted("a@b.org 86.121.97.248", options), "a@b.org 86.121.97.248");
}

TEST(Redact, LongRunsTakeLinearTime) {
  for (const char* unit : {"@",       "a@",  "a@b.",     "1.",
                           "1:",      ":",   "::",       "f:",
                           "1.1.1.",  "+",   "a.",       "1-",
                           "12 34 ",  "(1)", "1\u00A0",  "\u00E9",
                           "\u00E9@", "a",   "eyJ.",     "-----BEGIN PRIVATE KEY-----",
                           "GB82",    "\"@", "5 \u4E2D", "key=a1b2c3d4e5f6g7h8/"}) {
    std::string text;
    while (text.size() < (1u << 20)) {
      text += unit;
    }
    Redactor(RedactOptions{}).redact(text);
  }
}

}  // namespace
}  // namespace smelt
