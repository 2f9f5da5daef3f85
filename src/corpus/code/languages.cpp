#include "corpus/code/languages.h"

#include <algorithm>
#include <string>
#include <unordered_map>

#include "base/text.h"

namespace smelt {

namespace {

constexpr size_t kMaxLooked = 64 << 10;

// What shows that a text of a shared ending is in one of its languages.
struct Mark {
  const char* ending;
  const char* language;
  const char* text;
  bool starts_line = true;  // but for white space before it
};

// clang-format off
constexpr Mark kMarks[] = {
    {".h", "Objective-C", "@interface "}, {".h", "Objective-C", "@property"}, {".h", "Objective-C", "@protocol "},
    {".h", "Objective-C", "#import "}, {".h", "Objective-C", "@class "}, {".h", "Objective-C", "@end"},
    {".h", "C++", "class "}, {".h", "C++", "namespace "}, {".h", "C++", "template"}, {".h", "C++", "public:"},
    {".h", "C++", "private:"}, {".h", "C++", "protected:"}, {".h", "C++", "std::", false}, {".h", "C++", "virtual "},
    {".h", "C++", "using namespace "}, {".h", "C++", "constexpr "}, {".h", "C++", "#include <string>"},
    {".h", "C++", "#include <vector>"}, {".h", "C++", "#include <memory>"}, {".h", "C++", "explicit "},
    {".m", "Objective-C", "@interface"}, {".m", "Objective-C", "@implementation"}, {".m", "Objective-C", "#import "},
    {".m", "Objective-C", "@end"}, {".m", "Objective-C", "#include "}, {".m", "Objective-C", "//"},
    {".m", "MATLAB", "function "}, {".m", "MATLAB", "%"}, {".m", "MATLAB", "end\n"}, {".m", "MATLAB", "classdef "},
    {".m", "MATLAB", "clc"}, {".m", "MATLAB", "figure"}, {".m", "MATLAB", "plot("},
    {".m", "Mathematica", "(*"}, {".m", "Mathematica", "BeginPackage["}, {".m", "Mathematica", ":= ", false},
    {".m", "Mercury", ":- module"}, {".m", "Mercury", ":- pred"}, {".m", "Mercury", ":- interface"},
    {".pl", "Prolog", ":- "}, {".pl", "Prolog", " :-\n", false}, {".pl", "Prolog", "%"}, {".pl", "Perl", "use "},
    {".pl", "Perl", "my "}, {".pl", "Perl", "sub "}, {".pl", "Perl", "#!/"}, {".pl", "Perl", "package "}, {".pl", "Perl", "print "},
    {".pro", "Prolog", ":- "}, {".pro", "Prolog", " :-\n", false}, {".pro", "QMake", "QT "}, {".pro", "QMake", "TEMPLATE"},
    {".pro", "QMake", "SOURCES"}, {".pro", "QMake", "TARGET"}, {".pro", "QMake", "CONFIG"}, {".pro", "IDL", "pro "},
    {".pro", "IDL", "function "}, {".pro", "IDL", "compile_opt"}, {".pro", "IDL", "end\n"}, {".pro", "IDL", ";"},
    {".v", "Coq", "Proof."}, {".v", "Coq", "Qed."}, {".v", "Coq", "Require "}, {".v", "Coq", "Lemma "}, {".v", "Coq", "Theorem "},
    {".v", "Coq", "Definition "}, {".v", "Coq", "Inductive "}, {".v", "Coq", "(*"}, {".v", "Verilog", "module "},
    {".v", "Verilog", "endmodule"}, {".v", "Verilog", "always "}, {".v", "Verilog", "`"}, {".v", "Verilog", "assign "}, {".v", "Verilog", "wire "},
    {".fs", "GLSL", "#version"}, {".fs", "GLSL", "uniform "}, {".fs", "GLSL", "varying "}, {".fs", "GLSL", "precision "},
    {".fs", "GLSL", "void main"}, {".fs", "Forth", ": "}, {".fs", "Forth", "\\ "}, {".fs", "F#", "let "}, {".fs", "F#", "open "},
    {".fs", "F#", "module "}, {".fs", "F#", "namespace "}, {".fs", "F#", "type "},
    {".vs", "GLSL", "#version"},
    {".d", "DTrace", "dtrace:::", false}, {".d", "DTrace", "BEGIN\n"}, {".d", "DTrace", "#pragma D "}, {".d", "DTrace", "syscall::"},
    {".d", "D", "import "}, {".d", "D", "module "}, {".d", "D", "void "}, {".d", "D", "class "}, {".d", "D", "struct "},
    {".cl", "OpenCL", "__kernel"}, {".cl", "OpenCL", "kernel "}, {".cl", "OpenCL", "#"}, {".cl", "OpenCL", "//"}, {".cl", "OpenCL", "__global", false},
    {".cl", "Common Lisp", "(def"}, {".cl", "Common Lisp", ";"}, {".cl", "Common Lisp", "(in-package"},
    {".r", "Rez", "#include "}, {".r", "Rez", "resource '"}, {".r", "Rez", "//"}, {".r", "R", "<- ", false}, {".r", "R", "#'"},
    {".r", "R", "library("}, {".r", "R", "#"},
    {".ts", "XML", "<?xml"}, {".ts", "XML", "<TS"}, {".ts", "XML", "<!DOCTYPE TS"},
    {".cs", "Smalltalk", "!"}, {".cs", "Smalltalk", "'"}, {".cs", "C#", "using "}, {".cs", "C#", "namespace "}, {".cs", "C#", "public "}, {".cs", "C#", "//"},
    {".sc", "SuperCollider", "SynthDef", false}, {".sc", "SuperCollider", "^", true}, {".sc", "SuperCollider", "*new"}, {".sc", "SuperCollider", "SinOsc", false},
    {".sc", "Scala", "import "}, {".sc", "Scala", "object "}, {".sc", "Scala", "def "}, {".sc", "Scala", "val "}, {".sc", "Scala", "package "},
    {".inc", "PHP", "<?php"}, {".inc", "PHP", "<?", false}, {".inc", "Pascal", "{$"}, {".inc", "Pascal", "procedure "}, {".inc", "Pascal", "begin\n"},
    {".pp", "Pascal", "unit "}, {".pp", "Pascal", "program "}, {".pp", "Pascal", "{$"}, {".pp", "Pascal", "procedure "}, {".pp", "Pascal", "begin\n"},
    {".pp", "Puppet", "class "}, {".pp", "Puppet", "define "}, {".pp", "Puppet", "node "}, {".pp", "Puppet", " => ", false},
    {".ml", "Standard ML", "structure "}, {".ml", "Standard ML", "functor "}, {".ml", "Standard ML", "fun "}, {".ml", "OCaml", "let "},
    {".ml", "OCaml", "module "}, {".ml", "OCaml", "open "}, {".ml", "OCaml", "type "}, {".ml", "OCaml", "match "},
};

// The likeliest language of a shared ending whose text tells nothing, where it is not the first of the table.
struct Default {
  const char* ending;
  const char* language;
};
constexpr Default kDefaults[] = {{".m", "Objective-C"}, {".v", "Verilog"}, {".pro", "QMake"}, {".pp", "Puppet"}};
// clang-format on

using Candidates = std::vector<const CodeLanguage*>;

// Calls each(word) for the words of a table's cell.
template <class Each>
void for_each_word(std::string_view cell, Each each) {
  while (!cell.empty()) {
    const size_t space = std::min(cell.find(' '), cell.size());
    if (space > 0) {
      each(cell.substr(0, space));
    }
    cell.remove_prefix(std::min(space + 1, cell.size()));
  }
}

struct LanguageIndex {
  std::unordered_map<std::string_view, Candidates> endings;
  std::unordered_map<std::string_view, const CodeLanguage*> file_names;
  std::unordered_map<std::string_view, const CodeLanguage*> interpreters;
  std::unordered_map<std::string_view, const CodeLanguage*> names;

  LanguageIndex() {
    for (const CodeLanguage& language : code_languages()) {
      names.emplace(language.name, &language);
      for_each_word(language.endings, [&](std::string_view word) { endings[word].push_back(&language); });
      for_each_word(language.file_names, [&](std::string_view word) { file_names.emplace(word, &language); });
      for_each_word(language.interpreters, [&](std::string_view word) { interpreters.emplace(word, &language); });
    }
  }
};

const LanguageIndex& language_index() {
  static const LanguageIndex kIndex;
  return kIndex;
}

bool occurs(std::string_view text, const Mark& mark) {
  const std::string_view wanted = mark.text;
  for (size_t at = text.find(wanted); at != std::string_view::npos; at = text.find(wanted, at + 1)) {
    if (!mark.starts_line) {
      return true;
    }
    size_t before = at;
    while (before > 0 && (text[before - 1] == ' ' || text[before - 1] == '\t')) {
      --before;
    }
    if (before == 0 || text[before - 1] == '\n') {
      return true;
    }
  }
  return false;
}

const CodeLanguage* choose(const Candidates& candidates, std::string_view ending, std::string_view text) {
  const CodeLanguage* best = candidates.front();
  for (const Default& each : kDefaults) {
    if (ending == each.ending) {
      best = find_code_language(each.language);
    }
  }
  int most = 0;
  for (const CodeLanguage* candidate : candidates) {
    int found = 0;
    for (const Mark& mark : kMarks) {
      found +=
          ending == mark.ending && std::string_view(candidate->name) == mark.language && occurs(text, mark) ? 1 : 0;
    }
    if (found > most || (found == most && found > 0 && candidate == best)) {
      best = candidate;
      most = found;
    }
  }
  return best;
}

const CodeLanguage* by_ending(std::string_view name, std::string_view text) {
  const std::string lower = lower_ascii(name);
  // ".app.src" before ".src".
  for (size_t dot = lower.find('.'); dot != std::string::npos; dot = lower.find('.', dot + 1)) {
    const std::string_view ending = std::string_view(lower).substr(dot);
    const auto found = language_index().endings.find(ending);
    if (found != language_index().endings.end()) {
      return found->second.size() == 1 ? found->second.front() : choose(found->second, ending, text);
    }
  }
  return nullptr;
}

bool is_digit_or_dot(char c) {
  return (c >= '0' && c <= '9') || c == '.';
}

// "#!/usr/bin/env -S python3.11 -u" -> python.
const CodeLanguage* by_shebang(std::string_view text) {
  if (!text.starts_with("#!")) {
    return nullptr;
  }
  const std::string_view line = text.substr(2, std::min(text.find('\n'), size_t{256}) - 2);
  const CodeLanguage* found = nullptr;
  std::string words(line);
  std::replace(words.begin(), words.end(), '\t', ' ');
  std::replace(words.begin(), words.end(), '\r', ' ');
  for_each_word(words, [&](std::string_view word) {
    if (found != nullptr || word.starts_with('-') || word.find('=') != std::string_view::npos) {
      return;
    }
    std::string_view program = file_name_of(word);
    if (program == "env") {
      return;
    }
    const auto& known = language_index().interpreters;
    auto at = known.find(program);
    while (at == known.end() && !program.empty() && is_digit_or_dot(program.back())) {
      program.remove_suffix(1);
      at = known.find(program);
    }
    if (at != known.end()) {
      found = at->second;
    }
  });
  return found;
}

}  // namespace

std::string_view file_name_of(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

const CodeLanguage* find_code_language(std::string_view name) {
  const auto found = language_index().names.find(name);
  return found == language_index().names.end() ? nullptr : found->second;
}

const CodeLanguage* detect_code_language(std::string_view path, std::string_view text) {
  const std::string_view name = file_name_of(path);
  text = text.substr(0, kMaxLooked);
  const auto whole = language_index().file_names.find(name);
  if (whole != language_index().file_names.end()) {
    return whole->second;
  }
  if (name.starts_with("Dockerfile.") || name.starts_with("Makefile.")) {
    return find_code_language(name.substr(0, name.find('.')));
  }
  if (const CodeLanguage* language = by_ending(name, text)) {
    return language;
  }
  if (const CodeLanguage* language = by_shebang(text)) {
    return language;
  }
  const std::string start = lower_ascii(trim(text.substr(0, 256)));
  return start.starts_with("<?php")            ? find_code_language("PHP")
         : start.starts_with("<?xml")          ? find_code_language("XML")
         : start.starts_with("<!doctype html") ? find_code_language("HTML")
                                               : nullptr;
}

}  // namespace smelt
