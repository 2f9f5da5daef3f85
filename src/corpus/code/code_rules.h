// Which files of code are worth training on: the rules of The Stack v2 (Lozhkov et al. 2024, "StarCoder 2 and The Stack
// v2", section 4.1), each with its threshold as an option.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/recipe.h"
#include "corpus/code/languages.h"

namespace smelt {

struct CodeRuleOptions {
  std::string mode = "published";
  std::vector<std::string> languages;
  std::vector<std::string> exclude_languages;
  int64_t max_file_bytes = 10'000'000;
  int64_t max_lines = 100'000;
  double max_mean_line = 100;
  int64_t max_line = 1000;
  int64_t max_exempt_line = 100'000;
  std::vector<std::string> exempt_languages = {"HTML", "JSON", "Markdown", "Roff", "SMT", "TeX", "Text", "XML"};
  double min_alphabetic = 0.25;
  int64_t max_encoded_run = 1024;
  double max_encoded = 0.5;
  int64_t max_data_lines = 512;
  std::vector<std::string> data_languages = {"Text", "JSON", "YAML", "Web Ontology Language", "Graphviz (DOT)"};
  int64_t min_html_text = 100;
  double min_html_share = 0.2;
  std::vector<std::string> text_names = {"readme", "notes", "todo", "description", "cmakelists"};
  bool generated = true;
  int64_t generated_lines = 5;
  bool vendored = true;
  double max_minified_line = 110;

  void fields(Fields& f) {
    f.choice("mode", mode, {"published", "fixed"},
             "how base64 and hexadecimal data is told: as the published expressions do, which take long lists of words "
             "for it; or without their oddities");
    f("languages", languages, "languages to keep, as linguist names them, e.g. [\"Python\", \"C++\"]; empty: all");
    f("exclude_languages", exclude_languages, "languages to leave out");
    f("max_file_bytes", max_file_bytes, "larger files are dropped", {.min = 1, .max = 1 << 30});
    f("max_lines", max_lines, "lines of a file, at most", {.min = 1});
    f("max_mean_line", max_mean_line, "characters a line on average, at most", {.min = 1});
    f("max_line", max_line, "characters of the longest line, at most", {.min = 1});
    f("max_exempt_line", max_exempt_line, "the same where the language is one of exempt_languages", {.min = 1});
    f("exempt_languages", exempt_languages, "languages in which long lines are usual");
    f("min_alphabetic", min_alphabetic, "share of letters among the characters, at least", {.min = 0, .max = 1});
    f("max_encoded_run", max_encoded_run, "bytes of the longest run of base64, hexadecimal bytes or \\u escapes",
      {.min = 0});
    f("max_encoded", max_encoded, "share of the file that lies in such runs", {.min = 0, .max = 1});
    f("max_data_lines", max_data_lines, "lines of a file in one of data_languages, at most", {.min = 1});
    f("data_languages", data_languages, "languages whose long files are data");
    f("min_html_text", min_html_text, "HTML: characters of visible text, at least", {.min = 0});
    f("min_html_share", min_html_share, "HTML: share of visible text, at least", {.min = 0, .max = 1});
    f("text_names", text_names,
      "plain text: file names without ending that are kept, beside those with \"requirement\" in them; empty: all");
    f("generated", generated, "drop files that programs wrote");
    f("generated_lines", generated_lines, "first lines of a file in which it may say that a program wrote it",
      {.min = 0, .max = 1000});
    f("vendored", vendored, "drop copies of other projects: node_modules, third_party, jquery.js");
    f("max_minified_line", max_minified_line,
      "JavaScript and CSS: characters a line on average, above which it is "
      "squeezed code",
      {.min = 1});
  }
};

// Why a file is left out.
struct CodeReject {
  std::string reason;
  double value = 0;
  double threshold = 0;
  std::string detail = {};
};

struct LineStats {
  int64_t lines = 0;
  int64_t characters = 0;  // without line ends
  int64_t longest = 0;     // characters
  double mean() const { return lines > 0 ? static_cast<double>(characters) / static_cast<double>(lines) : 0; }
};
LineStats measure_lines(std::string_view utf8);

// Share of Unicode letters among the code points; 0 of an empty text.
double alphabetic_share(std::string_view utf8);

// Code points of the text that a reader sees of a page.
int64_t visible_html_characters(std::string_view utf8);

// Reasons, in the order in which they are judged: language, vendored, generated, minified, too_many_lines,
// mean_line_length, max_line_length, alphabetic, encoded_run, encoded_share, data_lines, html_text, html_share,
// text_name. Pure; linear in the text. Throws UserError(kUsage) for a language that the tables do not know.
class CodeRules {
 public:
  explicit CodeRules(CodeRuleOptions options);
  std::optional<CodeReject> check(std::string_view path, std::string_view utf8, const CodeLanguage& language) const;

 private:
  std::optional<CodeReject> check_origin(std::string_view path, std::string_view text, const CodeLanguage& language,
                                         const LineStats& lines) const;
  std::optional<CodeReject> check_lines(const CodeLanguage& language, const LineStats& lines) const;
  std::optional<CodeReject> check_characters(std::string_view text) const;
  std::optional<CodeReject> check_kind(std::string_view path, std::string_view text, const CodeLanguage& language,
                                       const LineStats& lines) const;

  CodeRuleOptions options_;
};

}  // namespace smelt
