#include "corpus/code/code_document.h"

#include <algorithm>

#include "base/text.h"
#include "corpus/code/license_header.h"
#include "corpus/code/notebook.h"
#include "crawl/charset.h"

namespace smelt {

namespace {

constexpr size_t kHeaderBytes = 4096;   // in which a header names its licence
constexpr size_t kMaxNotice = 8192;     // of it that is kept
constexpr double kMaxControl = 0.001;   // share of control characters in a text
constexpr double kMaxReplaced = 0.001;  // share of undecodable parts

// The label of a coding line (PEP 263, also Ruby, Emacs) in the first two lines; empty where there is none.
std::string coding_label(std::string_view text) {
  const size_t first = std::min(text.find('\n'), text.size());
  const std::string_view head =
      text.substr(0, std::min(text.find('\n', first + (first < text.size() ? 1 : 0)), size_t{512}));
  const size_t at = head.find("coding");
  if (at == std::string_view::npos || at + 6 >= head.size() || (head[at + 6] != ':' && head[at + 6] != '=')) {
    return "";
  }
  const std::string_view rest = trim(head.substr(at + 7));
  return lower_ascii(
      rest.substr(0, rest.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")));
}

bool looks_binary(std::string_view text) {
  int64_t control = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte == 0) {
      return true;
    }
    control += byte < 0x20 && (byte < '\t' || byte > '\r') && byte != 0x1B ? 1 : 0;
  }
  return static_cast<double>(control) > kMaxControl * static_cast<double>(text.size()) + 1;
}

bool has_utf16_mark(std::string_view text) {
  return text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF");
}

std::string with_unix_lines(std::string text) {
  if (text.find('\r') == std::string::npos) {
    return text;
  }
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\r') {
      out += text[i];
    } else if (i + 1 >= text.size() || text[i + 1] != '\n') {
      out += '\n';
    }
  }
  return out;
}

size_t count_replaced(std::string_view utf8) {
  size_t count = 0;
  for (size_t at = utf8.find("\xEF\xBF\xBD"); at != std::string_view::npos; at = utf8.find("\xEF\xBF\xBD", at + 3)) {
    ++count;
  }
  return count;
}

bool may_name_license(std::string_view head) {
  const std::string lower = lower_ascii(head);
  return lower.find("licen") != std::string::npos || lower.find("permission") != std::string::npos ||
         lower.find("public domain") != std::string::npos || lower.find("redistribution") != std::string::npos;
}

}  // namespace

struct CodeJudge::Work {
  CodeFile file;
  const CodeLanguage* language = nullptr;
  CodeReject reject;
  Json metadata = Json::object();
  LicenseMap::Found license;

  bool rejected() const { return !reject.reason.empty(); }
};

bool is_code(const Document& document) {
  return document.metadata.find("programming_language") != nullptr;
}

CodeJudge::CodeJudge(const CodeInput& input) : input_(input), rules_(input.rules) {}

void CodeJudge::decode(Work& work) const {
  std::string& text = work.file.content;
  if (!has_utf16_mark(text) && looks_binary(text)) {
    work.reject = {"binary", 0, 0};
    return;
  }
  if (is_valid_utf8(text)) {
    text = with_unix_lines(std::move(text));
    if (text.starts_with("\xEF\xBB\xBF")) {
      text.erase(0, 3);
    }
    return;
  }
  const std::string_view label = charset_for_label(coding_label(text));
  if (!label.empty() && label != "utf-8") {
    text = decode_charset(text, label);
    work.metadata["charset"] = std::string(label);
  } else {
    DecodedHtml decoded = decode_html(text, "");
    text = std::move(decoded.utf8);
    work.metadata["charset"] = decoded.charset;
  }
  const auto replaced = static_cast<double>(count_replaced(text));
  const double limit = kMaxReplaced * static_cast<double>(text.size()) + 1;
  if (replaced > limit || looks_binary(text)) {
    work.reject = {"bad_encoding", replaced, limit};
  }
  text = with_unix_lines(std::move(text));
}

void CodeJudge::convert_notebook(Work& work) const {
  if (input_.notebooks == "drop") {
    work.reject = {"notebook", 0, 0};
    return;
  }
  const NotebookForm form = input_.notebooks == "script"     ? NotebookForm::kScript
                            : input_.notebooks == "markdown" ? NotebookForm::kMarkdown
                                                             : NotebookForm::kStructured;
  Result<NotebookText> read = read_notebook(work.file.content, form);
  if (!read.ok()) {
    work.reject = {read.reject().reason, 0, 0, read.reject().detail};
    return;
  }
  work.file.content = std::move(read->text);
  work.metadata["notebook"] = input_.notebooks;
  if (form == NotebookForm::kScript) {
    work.language = find_code_language(read->language);
  }
}

void CodeJudge::find_license(Work& work, const LicenseMap& licenses) const {
  const std::string_view head = std::string_view(work.file.content).substr(0, kHeaderBytes);
  work.license = {spdx_header(head), "spdx"};
  if (work.license.expression.empty() && work.language->comments != CommentStyle::kNone && may_name_license(head)) {
    work.license = {detect_license(head), "header"};
  }
  if (work.license.expression.empty()) {
    work.license = licenses.find(work.file.repository, work.file.path);
  }
  const std::string& expression = work.license.expression;
  if (!expression.empty()) {
    work.metadata["license"] = expression;
    work.metadata["license_from"] = work.license.from;
  }
  if (input_.licenses == "any") {
    return;
  }
  if (expression.empty()) {
    if (input_.licenses == "permissive") {
      work.reject = {"no_license", 0, 0};
    }
  } else if (license_expression_class(expression) != LicenseClass::kPermissive) {
    work.reject = {"license", 0, 0, expression};
  }
}

void CodeJudge::cut_header(Work& work) const {
  if (input_.headers != "cut") {
    return;
  }
  CutHeader cut = cut_license_header(work.file.content, *work.language);
  if (!cut.notice.empty()) {
    work.file.content = std::move(cut.text);
    work.metadata["license_notice"] = std::string(prefix_characters(replace_invalid_utf8(cut.notice), kMaxNotice));
  }
}

CodeJudge::Outcome CodeJudge::judge(CodeFile file, const LicenseMap& licenses) const {
  Work work;
  work.metadata = std::move(file.metadata);
  work.file = std::move(file);
  const int64_t limit = input_.rules.max_file_bytes;
  if (work.file.bytes > limit) {
    work.reject = {"too_large", static_cast<double>(work.file.bytes), static_cast<double>(limit)};
  }
  work.language = detect_code_language(work.file.path, work.file.content);
  if (!work.rejected() && work.language == nullptr) {
    const std::string_view name = file_name_of(work.file.path);
    const size_t dot = name.rfind('.');
    work.reject = {"unknown_language", 0, 0, std::string(dot == std::string_view::npos ? name : name.substr(dot))};
  }
  if (!work.rejected()) {
    decode(work);
  }
  if (!work.rejected() && std::string_view(work.language->name) == "Jupyter Notebook") {
    convert_notebook(work);
  }
  if (!work.rejected() && trim(work.file.content).empty()) {
    work.reject = {"empty", 0, 0};
  }
  if (!work.rejected()) {
    work.reject = rules_.check(work.file.path, work.file.content, *work.language).value_or(CodeReject{});
  }
  if (!work.rejected()) {
    find_license(work, licenses);
  }
  if (!work.rejected()) {
    cut_header(work);
    if (trim(work.file.content).empty()) {
      work.reject = {"empty", 0, 0, "nothing but a notice"};
    }
  }
  Outcome outcome;
  outcome.reject = std::move(work.reject);
  Document& document = outcome.document;
  document.id = work.file.id();
  document.source = input_.name;
  document.url = input_.base_url.empty() ? "" : input_.base_url + document.id;
  document.language = "und";
  if (!outcome.rejected()) {
    document.text = std::move(work.file.content);
    document.metadata = std::move(work.metadata);
    document.metadata["repository"] = work.file.repository;
    document.metadata["path"] = work.file.path;
    document.metadata["programming_language"] = work.language->name;
  }
  return outcome;
}

}  // namespace smelt
