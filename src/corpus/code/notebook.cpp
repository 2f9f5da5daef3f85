#include "corpus/code/notebook.h"

#include "base/json.h"
#include "base/text.h"
#include "corpus/code/languages.h"
#include "corpus/code/license_header.h"
#include "corpus/document.h"

namespace smelt {

namespace {

constexpr size_t kMaxOutput = 1000;

// A string, or a list of strings that are joined.
std::string joined(const Json* value) {
  std::string out;
  if (value != nullptr && value->is_string()) {
    out = value->as_string();
  } else if (value != nullptr && value->is_array()) {
    for (const Json& part : value->as_array()) {
      out += part.is_string() ? part.as_string() : "";
    }
  }
  while (!out.empty() && (out.back() == '\n' || out.back() == ' ')) {
    out.pop_back();
  }
  return out;
}

const Json* member(const Json* value, std::string_view key) {
  return value != nullptr && value->is_object() ? value->find(key) : nullptr;
}

std::string word(const Json* value) {
  return value != nullptr && value->is_string() ? value->as_string() : std::string();
}

// "python", "ir", "julia 1.9" as linguist names them.
const CodeLanguage* kernel_language(const Json& notebook) {
  const Json* metadata = notebook.find("metadata");
  std::string name = word(member(member(metadata, "language_info"), "name"));
  if (name.empty()) {
    name = word(member(member(metadata, "kernelspec"), "language"));
  }
  name = lower_ascii(name.substr(0, name.find(' ')));
  for (const CodeLanguage& language : code_languages()) {
    if (lower_ascii(language.name) == name) {
      return &language;
    }
  }
  return find_code_language("Python");
}

const Json* cells_of(const Json& notebook) {
  const Json* cells = notebook.find("cells");
  const Json* sheets = notebook.find("worksheets");
  if (cells == nullptr && sheets != nullptr && sheets->is_array() && sheets->size() > 0) {
    cells = member(&sheets->as_array()[0], "cells");
  }
  return cells != nullptr && cells->is_array() ? cells : nullptr;
}

std::string output_of(const Json& cell) {
  const Json* outputs = cell.find("outputs");
  std::string out;
  if (outputs != nullptr && outputs->is_array()) {
    for (const Json& each : outputs->as_array()) {
      std::string text = joined(member(&each, "text"));
      if (text.empty()) {
        text = joined(member(member(&each, "data"), "text/plain"));
      }
      if (!text.empty()) {
        out += std::string(prefix_characters(text, kMaxOutput)) + "\n";
      }
    }
  }
  return std::string(trim(out));
}

std::string as_comments(const std::string& text, std::string_view mark) {
  std::string out;
  for (const std::string_view line : split(text, '\n')) {
    out += mark;
    out += line.empty() ? "" : " ";
    out += std::string(line) + "\n";
  }
  return out;
}

class Writer {
 public:
  Writer(NotebookForm form, const CodeLanguage& language) : form_(form), language_(language) {}

  void prose(const std::string& text) {
    if (form_ == NotebookForm::kStructured) {
      out_ += "<jupyter_text>" + text;
    } else if (form_ == NotebookForm::kMarkdown) {
      add(text + "\n");
    } else if (const std::string_view mark = line_comment(language_.comments); !mark.empty()) {
      add(as_comments(text, mark));
    }
  }

  void code(const std::string& text, const std::string& output) {
    if (form_ == NotebookForm::kStructured) {
      out_ += "<jupyter_code>" + text + (output.empty() ? "" : "<jupyter_output>" + output);
    } else if (form_ == NotebookForm::kMarkdown) {
      add("```" + lower_ascii(language_.name) + "\n" + text + "\n```\n");
    } else {
      add(text + "\n");
    }
  }

  std::string finish() && {
    return out_.empty() || form_ != NotebookForm::kStructured ? std::move(out_) : "<jupyter_start>" + out_;
  }

 private:
  void add(const std::string& text) {
    out_ += out_.empty() ? "" : "\n";
    out_ += text;
  }

  NotebookForm form_;
  const CodeLanguage& language_;
  std::string out_;
};

}  // namespace

Result<NotebookText> read_notebook(std::string_view json, NotebookForm form) {
  const Result<Json> parsed = Json::parse(json);
  if (!parsed.ok()) {
    return Reject{"bad_notebook", parsed.reject().detail};
  }
  const Json* cells = parsed.value().is_object() ? cells_of(parsed.value()) : nullptr;
  if (cells == nullptr) {
    return Reject{"bad_notebook", "no cells"};
  }
  const CodeLanguage& language = *kernel_language(parsed.value());
  Writer writer(form, language);
  for (const Json& cell : cells->as_array()) {
    const std::string kind = word(member(&cell, "cell_type"));
    const Json* source = member(&cell, "source");
    const std::string text = joined(source != nullptr ? source : member(&cell, "input"));
    if (text.empty()) {
      continue;
    }
    if (kind == "code") {
      writer.code(text, output_of(cell));
    } else if (kind == "markdown" || kind == "heading") {
      writer.prose(text);
    }
  }
  NotebookText result{std::move(writer).finish(), language.name};
  if (result.text.empty()) {
    return Reject{"empty", "a notebook without cells of text"};
  }
  return result;
}

}  // namespace smelt
