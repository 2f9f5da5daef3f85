#include "crawl/code_blocks.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include "base/text.h"

namespace smelt {
namespace {

using enum HtmlTag;

constexpr std::array<std::string_view, 96> kLanguages = {
    "abap",       "actionscript", "ada",      "apache",  "applescript", "arduino", "asm",
    "assembly",   "awk",          "bash",     "basic",   "bat",         "batch",   "c",
    "c#",         "c++",          "clojure",  "cmake",   "cmd",         "cobol",   "coffeescript",
    "console",    "cpp",          "crystal",  "cs",      "csharp",      "css",     "cuda",
    "d",          "dart",         "delphi",   "diff",    "dockerfile",  "elixir",  "elm",
    "erlang",     "fortran",      "fsharp",   "glsl",    "go",          "golang",  "graphql",
    "groovy",     "haskell",      "html",     "http",    "ini",         "java",    "javascript",
    "js",         "json",         "jsx",      "julia",   "kotlin",      "latex",   "lisp",
    "lua",        "makefile",     "markdown", "matlab",  "nginx",       "nim",     "objc",
    "objectivec", "ocaml",        "pascal",   "perl",    "php",         "plsql",   "powershell",
    "prolog",     "protobuf",     "python",   "python3", "r",           "racket",  "rb",
    "ruby",       "rust",         "scala",    "scheme",  "scss",        "sh",      "shell",
    "sql",        "swift",        "tcl",      "toml",    "ts",          "tsx",     "typescript",
    "vb",         "vhdl",         "xml",      "yaml",    "zig"};
static_assert(std::is_sorted(kLanguages.begin(), kLanguages.end()));

bool is_language(std::string_view word) {
  return std::binary_search(kLanguages.begin(), kLanguages.end(), word);
}

// What can be behind "language-": letters, digits, + # - . _
bool is_name(std::string_view word) {
  constexpr std::array<std::string_view, 9> kNone = {"code", "default", "false", "no-highlight", "nohighlight",
                                                     "none", "null",    "true",  "undefined"};
  const bool plain = std::all_of(word.begin(), word.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '#' || c == '-' || c == '.' || c == '_';
  });
  return plain && !word.empty() && word.size() < 20 && std::find(kNone.begin(), kNone.end(), word) == kNone.end();
}

// Of one class attribute, in lower case.
std::string_view language_of_class(std::string_view words) {
  std::string_view by_name;
  bool highlighted = false;
  bool brush = false;
  for (const std::string_view word : split(words, ' ')) {
    for (const std::string_view prefix :
         {"language-", "lang-", "highlight-source-", "highlight-text-", "sourcecode-"}) {
      if (word.starts_with(prefix) && is_name(word.substr(prefix.size()))) {
        return word.substr(prefix.size());
      }
    }
    if (word.starts_with("highlight-") && (is_language(word.substr(10)) || word == "highlight-ipython3" ||
                                           word == "highlight-pycon" || word == "highlight-text")) {
      return word.substr(10);
    }
    const std::string_view bare = word.substr(0, word.find(';'));
    if (brush && is_name(bare)) {
      return bare;
    }
    if (word.starts_with("brush:")) {
      brush = true;
      if (const std::string_view name = bare.substr(6); is_name(name)) {
        return name;
      }
    }
    highlighted = highlighted || word == "hljs" || word == "highlight" || word == "sourcecode" ||
                  word == "prettyprint" || word == "syntaxhighlighter" || word == "shiki" || word == "code" ||
                  word == "codehilite" || word == "prism-code" || word == "chroma" || word == "geshifilter";
    by_name = by_name.empty() && is_language(bare) ? bare : by_name;
  }
  return highlighted ? by_name : std::string_view();
}

std::string own_language(const HtmlTree& tree, uint32_t node) {
  const HtmlNode& element = tree.nodes()[node];
  for (const char* name : {"data-lang", "data-language", "data-code-language", "lang"}) {
    const std::string value = lower_ascii(trim(tree.attribute(element, name)));
    // Elsewhere lang is what people speak.
    const bool of_people = std::string_view(name) == "lang" && element.tag != kPre && element.tag != kCode;
    if (is_name(value) && !of_people) {
      return value;
    }
  }
  const std::string words = lower_ascii(tree.attribute(element, "class"));
  return std::string(language_of_class(words));
}

}  // namespace

std::string code_language(const HtmlTree& tree, uint32_t node) {
  constexpr int kLevels = 7;  // <figure><table><tbody><tr><td><pre>
  const std::vector<HtmlNode>& nodes = tree.nodes();
  // What is inside comes first: <pre class="highlight"><code class="language-c">.
  for (uint32_t i = node + 1; i < nodes[node].end && i <= node + 3; ++i) {
    if (nodes[i].tag == kCode || nodes[i].tag == kPre) {
      if (std::string language = own_language(tree, i); !language.empty()) {
        return language;
      }
    }
  }
  uint32_t at = node;
  for (int level = 0; level < kLevels && at != 0; ++level, at = nodes[at].parent) {
    const HtmlTag tag = nodes[at].tag;
    if (tag == kBody || tag == kArticle || tag == kMain || tag == kSection || tag == kHtml) {
      break;
    }
    if (std::string language = own_language(tree, at); !language.empty()) {
      return language;
    }
  }
  return {};
}

bool is_line_number(const HtmlTree& tree, uint32_t node) {
  constexpr std::array<std::string_view, 23> kWords = {"ace_gutter-cell",
                                                       "blob-num",
                                                       "code-line-number",
                                                       "crayon-num",
                                                       "crayon-nums",
                                                       "gutter",
                                                       "hljs-ln-n",
                                                       "hljs-ln-numbers",
                                                       "linenodiv",
                                                       "line-number",
                                                       "line-numbers",
                                                       "line-numbers-rows",
                                                       "line_number",
                                                       "line_numbers",
                                                       "linenr",
                                                       "linenumber",
                                                       "linenumbers",
                                                       "linenos",
                                                       "lineno",
                                                       "lnt",
                                                       "lntd",
                                                       "react-syntax-highlighter-line-number",
                                                       "rouge-gutter"};
  constexpr uint32_t kMostNumbers = 100'000;
  const std::vector<HtmlNode>& nodes = tree.nodes();
  const std::string_view css_class = tree.attribute(nodes[node], "class");
  if (css_class.empty()) {
    return false;
  }
  const std::string words = lower_ascii(css_class);
  bool named = false;
  for (const std::string_view word : split(words, ' ')) {
    named = named || std::find(kWords.begin(), kWords.end(), word) != kWords.end();
  }
  if (!named) {
    return false;
  }
  if (nodes[node].end - node > kMostNumbers) {
    return false;
  }
  for (uint32_t i = node + 1; i < nodes[node].end; ++i) {
    if (nodes[i].is_text() && nodes[i].text.find_first_not_of("0123456789 \t\r\n.:|") != std::string_view::npos) {
      return false;
    }
  }
  return true;
}

bool is_code_container(const HtmlTree& tree, uint32_t node) {
  const std::vector<HtmlNode>& nodes = tree.nodes();
  const std::string_view css_class = tree.attribute(nodes[node], "class");
  const auto has = [&](std::string_view part) { return css_class.find(part) != std::string_view::npos; };
  if (css_class.empty() || !(has("highlight") || has("blob-wrapper") || has("crayon") || has("code"))) {
    return false;
  }
  constexpr uint32_t kLooked = 64;  // nodes to the first line
  bool lines = false;
  for (uint32_t i = node + 1; i < nodes[node].end; ++i) {
    if (!lines && i > node + kLooked) {
      return false;
    }
    if (nodes[i].tag == kPre || nodes[i].tag == kP || is_heading_tag(nodes[i].tag)) {
      return false;
    }
    if (!lines && (nodes[i].tag == kTd || nodes[i].tag == kDiv) && nodes[i].num_attributes > 0) {
      const std::string_view words = tree.attribute(nodes[i], "class");
      lines = words.starts_with("blob-code") || words.starts_with("js-file-line") || words.starts_with("crayon-line") ||
              words.starts_with("line number") || words == "line" || words.starts_with("hljs-ln-code") ||
              words == "code-line";
    }
  }
  return lines;
}

void drop_line_numbers(std::string& code) {
  constexpr size_t kFewest = 3;
  const std::vector<std::string_view> lines = split(code, '\n');
  if (lines.size() < kFewest) {
    return;
  }
  std::string out;
  bool first = true;
  int64_t expected = -1;
  for (const std::string_view line : lines) {
    size_t at = line.find_first_not_of(" \t");
    const size_t begin = at;
    int64_t number = 0;
    while (at < line.size() && line[at] >= '0' && line[at] <= '9' && at - begin < 6) {
      number = number * 10 + (line[at++] - '0');
    }
    if (at == std::string_view::npos || at == begin || (expected >= 0 && number != expected)) {
      return;
    }
    expected = number + 1;
    at += at < line.size() && (line[at] == '.' || line[at] == ':' || line[at] == '|') ? 1 : 0;
    if (at < line.size() && line[at] != ' ' && line[at] != '\t') {
      return;
    }
    out += first ? "" : "\n";
    first = false;
    out += line.substr(std::min(line.size(), at + 1));
  }
  if (out.find_first_not_of(" \n\t") != std::string::npos) {
    code = std::move(out);
  } else {
    code.clear();
  }
}

}  // namespace smelt
