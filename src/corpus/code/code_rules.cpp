#include "corpus/code/code_rules.h"

#include <algorithm>

#include <fmt/format.h>
#include <utf8proc.h>

#include "base/did_you_mean.h"
#include "base/error.h"
#include "base/text.h"
#include "corpus/code/encoded_data.h"
#include "corpus/code/generated.h"
#include "crawl/blocks.h"
#include "crawl/html/tree.h"
#include "crawl/visibility.h"

namespace smelt {

namespace {

bool holds(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

void check_names(const std::vector<std::string>& names, const char* key) {
  std::vector<std::string> known;
  for (const CodeLanguage& language : code_languages()) {
    known.emplace_back(language.name);
  }
  for (const std::string& name : names) {
    if (!holds(known, name)) {
      throw usage_error(fmt::format("no language of code is named '{}'", name), key,
                        did_you_mean(name, known, "use linguist's names"));
    }
  }
}

bool is_letter(uint32_t c) {
  const utf8proc_category_t category = utf8proc_category(static_cast<utf8proc_int32_t>(c));
  return category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO;
}

std::optional<CodeReject> above(const char* reason, double value, double limit) {
  return value > limit ? std::optional<CodeReject>({reason, value, limit}) : std::nullopt;
}

std::optional<CodeReject> below(const char* reason, double value, double limit) {
  return value < limit ? std::optional<CodeReject>({reason, value, limit}) : std::nullopt;
}

}  // namespace

LineStats measure_lines(std::string_view utf8) {
  LineStats stats;
  int64_t length = 0;
  const auto finish = [&] {
    ++stats.lines;
    stats.characters += length;
    stats.longest = std::max(stats.longest, length);
    length = 0;
  };
  for (size_t i = 0; i < utf8.size(); ++i) {
    const auto c = static_cast<unsigned char>(utf8[i]);
    if (c == '\n') {
      finish();
    } else if ((c & 0xC0) != 0x80 && !(c == '\r' && i + 1 < utf8.size() && utf8[i + 1] == '\n')) {
      ++length;
    }
  }
  if (!utf8.empty() && utf8.back() != '\n') {
    finish();
  }
  return stats;
}

double alphabetic_share(std::string_view utf8) {
  int64_t letters = 0;
  int64_t characters = 0;
  for (size_t i = 0; i < utf8.size(); ++characters) {
    const auto c = static_cast<unsigned char>(utf8[i]);
    if (c < 0x80) {
      letters += static_cast<unsigned char>((c | 0x20) - 'a') < 26 ? 1 : 0;
      ++i;
    } else {
      letters += is_letter(next_code_point(utf8, i)) ? 1 : 0;
    }
  }
  return characters > 0 ? static_cast<double>(letters) / static_cast<double>(characters) : 0;
}

int64_t visible_html_characters(std::string_view utf8) {
  HtmlOptions options;
  options.text_only = true;
  const HtmlTree tree = parse_html(std::string(utf8), options);
  int64_t characters = 0;
  for (const TextBlock& block : split_blocks(tree, find_pruned(tree))) {
    characters += block.length;
  }
  return characters;
}

CodeRules::CodeRules(CodeRuleOptions options) : options_(std::move(options)) {
  check_names(options_.languages, "rules.languages");
  check_names(options_.exclude_languages, "rules.exclude_languages");
  check_names(options_.exempt_languages, "rules.exempt_languages");
  check_names(options_.data_languages, "rules.data_languages");
}

std::optional<CodeReject> CodeRules::check(std::string_view path, std::string_view utf8,
                                           const CodeLanguage& language) const {
  if ((!options_.languages.empty() && !holds(options_.languages, language.name)) ||
      holds(options_.exclude_languages, language.name)) {
    return CodeReject{"language", 0, 0, language.name};
  }
  const LineStats lines = measure_lines(utf8);
  std::optional<CodeReject> reject = check_origin(path, utf8, language, lines);
  if (!reject) {
    reject = check_lines(language, lines);
  }
  if (!reject) {
    reject = check_characters(utf8);
  }
  return reject ? reject : check_kind(path, utf8, language, lines);
}

std::optional<CodeReject> CodeRules::check_origin(std::string_view path, std::string_view text,
                                                  const CodeLanguage& language, const LineStats& lines) const {
  if (options_.vendored) {
    if (std::string by = vendored_by(path); !by.empty()) {
      return CodeReject{"vendored", 0, 0, std::move(by)};
    }
  }
  if (options_.generated) {
    if (std::string by = generated_by(path, text, options_.generated_lines); !by.empty()) {
      return CodeReject{"generated", 0, 0, std::move(by)};
    }
  }
  if (is_minified(path, language, lines.mean(), options_.max_minified_line)) {
    return CodeReject{"minified", lines.mean(), options_.max_minified_line};
  }
  return std::nullopt;
}

std::optional<CodeReject> CodeRules::check_lines(const CodeLanguage& language, const LineStats& lines) const {
  if (auto reject =
          above("too_many_lines", static_cast<double>(lines.lines), static_cast<double>(options_.max_lines))) {
    return reject;
  }
  const bool exempt = holds(options_.exempt_languages, language.name);
  if (!exempt) {
    if (auto reject = above("mean_line_length", lines.mean(), options_.max_mean_line)) {
      return reject;
    }
  }
  return above("max_line_length", static_cast<double>(lines.longest),
               static_cast<double>(exempt ? options_.max_exempt_line : options_.max_line));
}

std::optional<CodeReject> CodeRules::check_characters(std::string_view text) const {
  if (auto reject = below("alphabetic", alphabetic_share(text), options_.min_alphabetic)) {
    return reject;
  }
  const EncodedRuns runs = options_.mode == "published" ? published_encoded_runs(text) : fixed_encoded_runs(text);
  if (auto reject =
          above("encoded_run", static_cast<double>(runs.longest), static_cast<double>(options_.max_encoded_run))) {
    return reject;
  }
  const double share = static_cast<double>(runs.bytes) / static_cast<double>(std::max<size_t>(text.size(), 1));
  return above("encoded_share", std::min(share, 1.0), options_.max_encoded);
}

std::optional<CodeReject> CodeRules::check_kind(std::string_view path, std::string_view text,
                                                const CodeLanguage& language, const LineStats& lines) const {
  const std::string_view name = language.name;
  if (holds(options_.data_languages, name)) {
    if (auto reject =
            above("data_lines", static_cast<double>(lines.lines), static_cast<double>(options_.max_data_lines))) {
      return reject;
    }
  }
  if (name == "HTML") {
    const auto visible = static_cast<double>(visible_html_characters(text));
    if (auto reject = below("html_text", visible, static_cast<double>(options_.min_html_text))) {
      return reject;
    }
    const auto all = static_cast<double>(std::max<int64_t>(count_code_points(text), 1));
    return below("html_share", visible / all, options_.min_html_share);
  }
  if (name == "Text" && !options_.text_names.empty()) {
    const std::string file = lower_ascii(file_name_of(path));
    const std::string stem = file.substr(0, file.rfind('.'));
    if (!holds(options_.text_names, stem) && file.find("requirement") == std::string::npos) {
      return CodeReject{"text_name", 0, 0, file};
    }
  }
  return std::nullopt;
}

}  // namespace smelt
