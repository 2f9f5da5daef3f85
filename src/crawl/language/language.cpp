#include "crawl/language/language.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "crawl/fasttext/fasttext_dictionary.h"
#include "crawl/language/cld2.h"
#include "crawl/language/fasttext_languages.h"
#include "crawl/language/language_codes.h"
#include "crawl/language/paragraphs.h"

namespace smelt {
namespace {

constexpr std::string_view kMain = "main";

double rounded(double share) {
  return static_cast<double>(std::llround(share * 10'000)) / 10'000;
}

void check_options(const LanguageOptions& options) {
  if (options.detector == "fasttext" && options.model.empty()) {
    throw usage_error("the detector fasttext has no model", "language.model",
                      "name a .bin or .ftz file whose labels are languages, or choose detector = \"cld2\"");
  }
  if (options.detector != "fasttext" && !options.model.empty()) {
    throw usage_error("a model that nothing uses", "language.model", "choose detector = \"fasttext\"");
  }
  for (const std::string& code : options.keep) {
    const std::optional<std::string> known = language_of_label(std::string(kFasttextLabelPrefix) + code);
    if (code != kMain && known != code) {
      throw usage_error(fmt::format("\"{}\" is the code of no language", code), "language.keep",
                        fmt::format("write \"{}\"", known ? *known : "en\", another code of ISO 639-1, or \"main"));
    }
  }
}

using Tally = std::map<std::string, LanguageShare>;

void add(Tally& tally, const std::string& code, const ParagraphSpan& paragraph) {
  LanguageShare& share = tally[code];
  share.code = code;
  share.bytes += static_cast<int64_t>(paragraph.end - paragraph.begin);
  ++share.paragraphs;
}

std::vector<LanguageShare> by_bytes(const Tally& tally) {
  std::vector<LanguageShare> out;
  for (const auto& [code, share] : tally) {
    out.push_back(share);
  }
  std::stable_sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.bytes > b.bytes; });
  return out;
}

// What was told of each paragraph goes on to those of which nothing was: a heading goes with what follows it, another
// with its neighbours where they agree, else with the text's main language.
void fill_gaps(const std::vector<ParagraphSpan>& paragraphs, const std::string& main, std::vector<std::string>& codes) {
  std::vector<std::string> next(codes.size() + 1);
  for (size_t i = codes.size(); i-- > 0;) {
    next[i] = codes[i].empty() ? next[i + 1] : codes[i];
  }
  std::string previous;
  for (size_t i = 0; i < codes.size(); ++i) {
    if (!codes[i].empty()) {
      previous = codes[i];
      continue;
    }
    const std::string& after = next[i];
    if (paragraphs[i].kind == ParagraphSpan::Kind::kHeading && !after.empty()) {
      codes[i] = after;
    } else if (previous.empty() || after.empty() || previous == after) {
      codes[i] = previous.empty() ? after : previous;
    }
    if (codes[i].empty()) {
      codes[i] = main;
    }
  }
}

size_t next_character(std::string_view text, size_t at) {
  while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) {
    ++at;
  }
  return std::min(at, text.size());
}

// About `bytes` of a text in parts spread evenly over it, the first at its beginning, the last at its end.
std::string sample_of(std::string_view text, size_t bytes) {
  constexpr size_t kParts = 4;
  const size_t part = bytes / kParts;
  std::string out;
  for (size_t i = 0; i < kParts; ++i) {
    const size_t begin = next_character(text, (text.size() - part) / (kParts - 1) * i);
    const size_t end = next_character(text, begin + part);
    out.append(text.substr(begin, end - begin)).push_back('\n');
  }
  return out;
}

}  // namespace

LanguageIdentifier::LanguageIdentifier(const LanguageOptions& options) : options_(options) {
  check_options(options);
  if (options.detector == "fasttext") {
    fasttext_ = std::make_unique<FasttextLanguages>(options.model);
  }
}
LanguageIdentifier::~LanguageIdentifier() = default;
LanguageIdentifier::LanguageIdentifier(LanguageIdentifier&&) noexcept = default;

std::vector<std::string> LanguageIdentifier::files(const LanguageOptions& options) {
  return options.model.empty() ? std::vector<std::string>{} : std::vector<std::string>{options.model};
}

LanguageGuess LanguageIdentifier::guess(std::string_view text, std::string_view expected) const {
  std::string sample;
  if (const auto most = static_cast<size_t>(options_.sample_bytes); most > 0 && text.size() > most) {
    sample = sample_of(text, most);
    text = sample;
  }
  expected = expected == LanguageGuess().code ? std::string_view() : expected;
  return fasttext_ ? fasttext_->guess(text, expected) : guess_by_cld2(text, expected);
}

struct LanguageIdentifier::Paragraphs {
  std::vector<ParagraphSpan> spans;
  std::vector<std::string> codes;  // of each
  LanguageGuess whole;
  std::string main;
};

LanguageIdentifier::Paragraphs LanguageIdentifier::read_paragraphs(std::string_view text) const {
  Paragraphs out;
  out.spans = split_paragraphs(text);
  out.whole = guess(text);
  out.main = out.whole.code;
  Tally told;
  for (const ParagraphSpan& span : out.spans) {
    std::string& code = out.codes.emplace_back();
    if (span.kind == ParagraphSpan::Kind::kOther) {
      continue;
    }
    const std::string prose = without_formulas(text.substr(span.begin, span.end - span.begin));
    if (count_letters(prose, options_.min_letters) < options_.min_letters) {
      continue;
    }
    if (const LanguageGuess told_by = guess(prose, out.main); told_by.reliable) {
      code = told_by.code;
      add(told, code, span);
    }
  }
  if (!told.empty()) {
    out.main = by_bytes(told)[0].code;
  }
  fill_gaps(out.spans, out.main, out.codes);
  return out;
}

bool LanguageIdentifier::keeps(const std::string& code, const std::string& main) const {
  return options_.keep.empty() || std::any_of(options_.keep.begin(), options_.keep.end(),
                                              [&](const auto& kept) { return code == (kept == kMain ? main : kept); });
}

TextLanguages LanguageIdentifier::identify(std::string& text) const {
  TextLanguages out;
  if (!options_.paragraphs && options_.keep.empty()) {
    out.whole = guess(text);
    return out;
  }
  const Paragraphs paragraphs = read_paragraphs(text);
  Tally found;
  std::vector<uint8_t> keep;
  bool has_prose = false;
  for (size_t i = 0; i < paragraphs.spans.size(); ++i) {
    const bool prose = paragraphs.spans[i].kind != ParagraphSpan::Kind::kOther;
    keep.push_back(!prose || keeps(paragraphs.codes[i], paragraphs.main) ? 1 : 0);
    if (prose) {
      add(found, paragraphs.codes[i], paragraphs.spans[i]);
      has_prose = has_prose || keep[i] != 0;
    }
  }
  out.found = by_bytes(found);
  std::copy_if(out.found.begin(), out.found.end(), std::back_inserter(out.dropped),
               [&](const LanguageShare& share) { return !keeps(share.code, paragraphs.main); });
  if (!out.dropped.empty()) {
    text = has_prose ? keep_paragraphs(text, paragraphs.spans, keep) : std::string();
  }
  out.whole = out.dropped.empty() ? paragraphs.whole : guess(text);
  return out;
}

void TextLanguages::describe(Json& metadata) const {
  metadata["language_score"] = rounded(whole.score);
  int64_t bytes = 0;
  for (const LanguageShare& share : found) {
    bytes += share.bytes;
  }
  Json shares = Json::object();
  for (const LanguageShare& share : found) {
    shares[share.code] = rounded(static_cast<double>(share.bytes) / static_cast<double>(bytes));
  }
  Json counts = Json::object();
  for (const LanguageShare& share : dropped) {
    counts[share.code] = share.paragraphs;
  }
  if (!found.empty()) {
    metadata["languages"] = std::move(shares);
  }
  if (!dropped.empty()) {
    metadata["dropped_languages"] = std::move(counts);
  }
}

}  // namespace smelt
