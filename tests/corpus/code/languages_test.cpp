#include "corpus/code/languages.h"

#include <set>
#include <string>

#include <gtest/gtest.h>

#include "corpus/testing.h"

namespace smelt {
namespace {

std::string name_of(std::string_view path, std::string_view text = "") {
  const CodeLanguage* language = detect_code_language(path, text);
  return language == nullptr ? "" : language->name;
}

TEST(CodeLanguages, ComeFromNamesAndEndings) {
  EXPECT_EQ(name_of("src/a.py"), "Python");
  EXPECT_EQ(name_of("A.PY"), "Python");
  EXPECT_EQ(name_of("x/Makefile"), "Makefile");
  EXPECT_EQ(name_of("x/CMakeLists.txt"), "CMake");
  EXPECT_EQ(name_of("x/notes.txt"), "Text");
  EXPECT_EQ(name_of("Dockerfile.alpine"), "Dockerfile");
  EXPECT_EQ(name_of("rebar/x.app.src"), "Erlang");
  EXPECT_EQ(name_of("a.tar.rs"), "Rust");
  EXPECT_EQ(name_of("a.unknown"), "");
  EXPECT_EQ(name_of(""), "");
  EXPECT_EQ(name_of("dir.py/binary"), "");
}

TEST(CodeLanguages, ComeFromTheFirstLine) {
  EXPECT_EQ(name_of("tool", "#!/bin/sh\necho\n"), "Shell");
  EXPECT_EQ(name_of("tool", "#! /usr/bin/env python3.11\n"), "Python");
  EXPECT_EQ(name_of("tool", "#!/usr/bin/env -S PYTHONPATH=x node --flag\n"), "JavaScript");
  EXPECT_EQ(name_of("tool", "#!/usr/bin/perl -w\n"), "Perl");
  EXPECT_EQ(name_of("tool", "#!/opt/nothing\n"), "");
  EXPECT_EQ(name_of("tool", "#!"), "");
  EXPECT_EQ(name_of("feed", "<?xml version=\"1.0\"?><a/>"), "XML");
  EXPECT_EQ(name_of("page", "\n<!DOCTYPE HTML><p>"), "HTML");
}

TEST(CodeLanguages, SharedEndingsAreToldByTheText) {
  EXPECT_EQ(name_of("a.h", "#include <stdio.h>\nint f(void);\n"), "C");
  EXPECT_EQ(name_of("a.h", "#pragma once\nnamespace x {\nclass A {\n public:\n  int f();\n};\n}\n"), "C++");
  EXPECT_EQ(name_of("a.h", "#import <Foundation/Foundation.h>\n@interface A : NSObject\n@end\n"), "Objective-C");
  EXPECT_EQ(name_of("a.m", "function y = f(x)\n% the square\ny = x .^ 2;\nend\n"), "MATLAB");
  EXPECT_EQ(name_of("a.m", "#import \"A.h\"\n@implementation A\n@end\n"), "Objective-C");
  EXPECT_EQ(name_of("a.pl", "use strict;\nmy $x = 1;\n"), "Perl");
  EXPECT_EQ(name_of("a.pl", ":- module(a, [b/1]).\nb(X) :-\n  c(X).\n"), "Prolog");
  EXPECT_EQ(name_of("a.v", "module top(input a);\nendmodule\n"), "Verilog");
  EXPECT_EQ(name_of("a.v", "Require Import List.\nLemma x : 1 = 1.\nProof. auto. Qed.\n"), "Coq");
  EXPECT_EQ(name_of("a.ts", "<?xml version=\"1.0\"?>\n<TS>\n"), "XML");
  EXPECT_EQ(name_of("a.ts", "export const a: number = 1;\n"), "TypeScript");
  EXPECT_EQ(name_of("a.fs", "#version 330\nuniform vec4 c;\nvoid main() {}\n"), "GLSL");
  EXPECT_EQ(name_of("a.fs", "module A\nlet x = 1\n"), "F#");
}

TEST(CodeLanguages, NamesAreUniqueAndEveryRowIsFound) {
  std::set<std::string> names;
  for (const CodeLanguage& language : code_languages()) {
    EXPECT_TRUE(names.insert(language.name).second) << language.name;
    EXPECT_EQ(find_code_language(language.name)->name, std::string(language.name));
  }
  EXPECT_GT(names.size(), 150u);
  EXPECT_EQ(find_code_language("Klingon"), nullptr);
}

TEST(CodeLanguages, ARealLibraryIsPython) {
  const std::string root = "/usr/lib/python3.11";
  if (!std::filesystem::exists(root + "/json/decoder.py")) {
    GTEST_SKIP() << "no Python library on this machine";
  }
  int64_t files = 0;
  for (const std::string& file : list_files(root)) {
    if (file.ends_with(".py")) {
      EXPECT_EQ(name_of(file, ""), "Python");
      ++files;
    }
  }
  EXPECT_GT(files, 100);
}

}  // namespace
}  // namespace smelt
