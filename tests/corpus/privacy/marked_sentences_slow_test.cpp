// Precision and recall by kind on sentences whose personal data is marked.
#include <cstdio>
#include <map>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/json.h"
#include "base/text.h"
#include "corpus/privacy/redact.h"
#include "corpus/testing.h"

namespace smelt {
namespace {

struct Score {
  int marked = 0;
  int found = 0;
  int right = 0;
  std::string misses;
  std::string extras;
  double precision() const { return found == 0 ? 0 : static_cast<double>(right) / found; }
  double recall() const { return marked == 0 ? 0 : static_cast<double>(right) / marked; }
  double f1() const { return marked + found == 0 ? 0 : 2.0 * right / (marked + found); }
};

// Which kind of the marks is which of ours; of driving licences none, since the states' forms overlap with everything.
const std::map<std::string, std::string>& kinds() {
  static const std::map<std::string, std::string> kKinds = {
      {"EMAIL_ADDRESS", "email"}, {"IP_ADDRESS", "ip"}, {"PHONE_NUMBER", "phone"}, {"CREDIT_CARD", "card"},
      {"IBAN_CODE", "iban"},      {"US_SSN", "id"},     {"PERSON", "name"}};
  return kKinds;
}

std::string kind_of(const PersonalSpan& span) {
  switch (span.kind) {
    case PersonalKind::kEmail:
      return "email";
    case PersonalKind::kIpv4:
    case PersonalKind::kIpv6:
      return "ip";
    case PersonalKind::kPhone:
      return "phone";
    case PersonalKind::kCard:
      return "card";
    case PersonalKind::kIban:
      return "iban";
    case PersonalKind::kNationalId:
      return "id";
    case PersonalKind::kName:
      return "name";
    default:
      return "secret";
  }
}

// Spans that are equal to the byte; the marks count code points.
void score_sentence(const Json& sentence, const Redactor& redactor, std::map<std::string, Score>& scores) {
  const std::string& text = sentence.at("full_text").as_string();
  std::vector<size_t> offsets;
  for (size_t i = 0; i < text.size();) {
    offsets.push_back(i);
    next_code_point(text, i);
  }
  offsets.push_back(text.size());
  std::map<std::pair<size_t, size_t>, std::string> marked;
  for (const Json& span : sentence.at("spans").as_array()) {
    const auto kind = kinds().find(span.at("entity_type").as_string());
    if (kind != kinds().end()) {
      marked[{offsets[static_cast<size_t>(span.at("start_position").as_int())],
              offsets[static_cast<size_t>(span.at("end_position").as_int())]}] = kind->second;
      ++scores[kind->second].marked;
    }
  }
  for (const PersonalSpan& span : redactor.find(text)) {
    const std::string kind = kind_of(span);
    Score& score = scores[kind];
    ++score.found;
    const auto match = marked.find({span.begin, span.end});
    if (match != marked.end() && match->second == kind) {
      ++score.right;
      marked.erase(match);
    } else {
      score.extras +=
          fmt::format("  {} [{}] in: {}\n", text.substr(span.begin, span.end - span.begin), span.form, text);
    }
  }
  for (const auto& [place, kind] : marked) {
    scores[kind].misses += fmt::format("  {} in: {}\n", text.substr(place.first, place.second - place.first), text);
  }
}

TEST(MarkedSentences, ReachTheBarsOfEachKind) {
  const std::string path = test_data("pii/synth_dataset_v2.json");
  if (path.empty()) {
    GTEST_SKIP();
  }
  RedactOptions options;
  options.names = "replace";
  const Redactor redactor(options);
  std::map<std::string, Score> scores;
  const Json sentences = Json::load(path);
  for (const Json& sentence : sentences.as_array()) {
    score_sentence(sentence, redactor, scores);
  }
  for (const auto& [kind, score] : scores) {
    std::printf("%-7s marked %4d  found %4d  precision %.3f  recall %.3f  F1 %.3f\n", kind.c_str(), score.marked,
                score.found, score.precision(), score.recall(), score.f1());
  }
  EXPECT_GE(scores["email"].f1(), 0.99) << scores["email"].misses << "and:\n" << scores["email"].extras;
  EXPECT_GE(scores["ip"].f1(), 0.99) << scores["ip"].misses << "and:\n" << scores["ip"].extras;
  EXPECT_GE(scores["phone"].f1(), 0.9) << scores["phone"].misses << "and:\n" << scores["phone"].extras;
  EXPECT_GE(scores["card"].f1(), 0.9) << scores["card"].misses << "and:\n" << scores["card"].extras;
  EXPECT_GE(scores["iban"].f1(), 0.9) << scores["iban"].misses << "and:\n" << scores["iban"].extras;
  EXPECT_GE(scores["id"].f1(), 0.9) << scores["id"].misses << "and:\n" << scores["id"].extras;
  if (std::getenv("SMELT_TEST_VERBOSE") != nullptr) {
    for (const auto& [kind, score] : scores) {
      std::printf("%s missed:\n%s%s extra:\n%s", kind.c_str(), score.misses.c_str(), kind.c_str(),
                  score.extras.c_str());
    }
  }
}

}  // namespace
}  // namespace smelt
