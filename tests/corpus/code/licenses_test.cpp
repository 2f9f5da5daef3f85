#include "corpus/code/licenses.h"

#include <gtest/gtest.h>

#include "corpus/code/license_header.h"
#include "corpus/testing.h"

namespace smelt {
namespace {

using Class = LicenseClass;

// The texts that Debian ships, and the names their first lines give them.
TEST(Licenses, WholeTextsAreKnown) {
  const std::string root = "/usr/share/common-licenses/";
  if (!std::filesystem::exists(root + "GPL-3")) {
    GTEST_SKIP() << "no licence texts on this machine";
  }
  const std::vector<std::pair<const char*, const char*>> expected = {
      {"Apache-2.0", "Apache-2.0"}, {"Artistic", "Artistic-1.0"}, {"BSD", "BSD-3-Clause"},
      {"CC0-1.0", "CC0-1.0"},       {"GPL-1", "GPL-1.0-only"},    {"GPL-2", "GPL-2.0-only"},
      {"GPL-3", "GPL-3.0-only"},    {"LGPL-2", "LGPL-2.0-only"},  {"LGPL-2.1", "LGPL-2.1-only"},
      {"LGPL-3", "LGPL-3.0-only"},  {"MPL-1.1", "MPL-1.1"},       {"MPL-2.0", "MPL-2.0"},
      {"GFDL-1.3", "GFDL-1.3"}};
  for (const auto& [file, name] : expected) {
    EXPECT_EQ(detect_license(read_file(root + file)), name) << file;
  }
}

TEST(Licenses, HeadersAreKnown) {
  EXPECT_EQ(detect_license("# Permission is hereby granted, free of charge, to any person obtaining a copy of this\n"
                           "# ... The above copyright notice and this permission\n# notice shall be included"),
            "MIT");
  EXPECT_EQ(detect_license("// Licensed under the Apache License, Version 2.0 (the \"License\");"), "Apache-2.0");
  EXPECT_EQ(detect_license(" * under the terms of the GNU General Public License as published by\n * the Free Software "
                           "Foundation; either version 2 of the License, or\n * (at your option) any later version."),
            "GPL-2.0-or-later");
  EXPECT_EQ(detect_license("GNU General Public License version 2 as published by"), "GPL-2.0-only");
  EXPECT_EQ(detect_license("GNU Lesser General Public License ... either version 2.1 of the License, or (at your "
                           "option) any later version"),
            "LGPL-2.1-or-later");
  EXPECT_EQ(detect_license("Redistribution and use in source and binary forms, with or without ... 3. Neither the name "
                           "of the author"),
            "BSD-3-Clause");
  EXPECT_EQ(detect_license("Redistribution and use in source and binary forms, with or without"), "BSD-2-Clause");
  EXPECT_EQ(detect_license("Permission to use, copy, modify, and/or distribute this software for any purpose with or "
                           "without fee is hereby granted, provided that the above copyright notice and this "
                           "permission notice appear in all copies."),
            "ISC");
  EXPECT_EQ(detect_license("This is free and unencumbered software released into the public domain."), "Unlicense");
  EXPECT_EQ(detect_license("int main() { return 0; }"), "");
  EXPECT_EQ(detect_license(""), "");
}

TEST(Licenses, ExpressionsHaveAClass) {
  EXPECT_EQ(license_expression_class("MIT"), Class::kPermissive);
  EXPECT_EQ(license_expression_class("GPL-2.0-only"), Class::kCopyleft);
  EXPECT_EQ(license_expression_class("GPL-2.0-only OR MIT"), Class::kPermissive);
  EXPECT_EQ(license_expression_class("GPL-2.0-only AND MIT"), Class::kCopyleft);
  EXPECT_EQ(license_expression_class("MIT OR GPL-2.0-only AND CC-BY-NC-4.0"), Class::kPermissive);
  EXPECT_EQ(license_expression_class("(MIT OR GPL-2.0-only) AND CC-BY-NC-4.0"), Class::kOther);
  EXPECT_EQ(license_expression_class("GPL-2.0-only WITH Classpath-exception-2.0 OR Apache-2.0"), Class::kPermissive);
  EXPECT_EQ(license_expression_class("CC-BY-SA-4.0"), Class::kCopyleft);
  for (const char* broken : {"", "(", "MIT OR", "MIT MIT", "AND", "((MIT)", "NoSuchLicence", ")"}) {
    EXPECT_EQ(license_expression_class(broken), Class::kUnknown) << broken;
  }
  EXPECT_EQ(license_expression_class(std::string(5000, '(')), Class::kUnknown);
}

TEST(Licenses, SpdxHeadersAreCutOutOfComments) {
  EXPECT_EQ(spdx_header("// SPDX-License-Identifier: GPL-2.0 OR MIT\nint x;"), "GPL-2.0 OR MIT");
  EXPECT_EQ(spdx_header("/* SPDX-License-Identifier: (GPL-2.0+ OR BSD-3-Clause) */"), "(GPL-2.0+ OR BSD-3-Clause)");
  EXPECT_EQ(spdx_header("<!-- SPDX-License-Identifier: MIT -->"), "MIT");
  EXPECT_EQ(spdx_header("nothing"), "");
}

TEST(Licenses, FilesAreKnownByTheirNames) {
  for (const char* yes : {"LICENSE", "a/LICENCE.md", "COPYING", "COPYING.LESSER", "LICENSE-MIT", "LICENSE_1_0.txt",
                          "UNLICENSE", "MIT-LICENSE.txt", "license.rst", "LICENSE-2.0", "COPYING.LIB"}) {
    EXPECT_TRUE(is_license_file(yes)) << yes;
  }
  for (const char* no : {"license.py", "licenses.cpp", "LICENSE.js", "relicense.txt", "a/b.c", "NOTICE", "licensed"}) {
    EXPECT_FALSE(is_license_file(no)) << no;
  }
}

TEST(Licenses, TheNearestFolderCounts) {
  constexpr const char* kApache = "Apache License\nVersion 2.0, January 2004";
  constexpr const char* kMit =
      "Permission is hereby granted, free of charge, to any person obtaining a copy. The above copyright notice and "
      "this "
      "permission notice";
  LicenseMap map;
  map.add_file("a", "LICENSE", kApache);
  map.add_file("a", "lib/COPYING", "GNU GENERAL PUBLIC LICENSE Version 3");
  map.add_file("b", "LICENSE-MIT", kMit);
  map.add_file("b", "LICENSE-APACHE", kApache);
  map.add_file("c", "LICENSE", "All is mine.");
  map.add_repository("d", "MIT OR ISC");
  EXPECT_EQ(map.find("a", "x/y/z.c").expression, "Apache-2.0");
  EXPECT_EQ(map.find("a", "lib/z.c").expression, "GPL-3.0-only");
  EXPECT_EQ(map.find("a", "lib/deep/z.c").from, "lib/COPYING");
  EXPECT_EQ(map.find("a", "library/z.c").expression, "Apache-2.0");
  EXPECT_EQ(map.find("b", "z.c").expression, "Apache-2.0 OR MIT");
  EXPECT_EQ(map.find("c", "z.c").expression, "NOASSERTION");
  EXPECT_EQ(map.find("d", "z.c").expression, "MIT OR ISC");
  EXPECT_EQ(map.find("e", "z.c").expression, "");
}

std::string cut(const std::string& text, const char* language, std::string* notice = nullptr) {
  CutHeader result = cut_license_header(text, *find_code_language(language));
  if (notice != nullptr) {
    *notice = result.notice;
  }
  return result.text;
}

TEST(LicenseHeaders, AreCutAndKeptAside) {
  std::string notice;
  EXPECT_EQ(cut("#!/usr/bin/python\n# -*- coding: utf-8 -*-\n# Copyright 2020 A. Author\n# All rights "
                "reserved.\n\nimport os\n",
                "Python", &notice),
            "#!/usr/bin/python\n# -*- coding: utf-8 -*-\nimport os\n");
  EXPECT_EQ(notice, "Copyright 2020 A. Author\nAll rights reserved.");
  EXPECT_EQ(cut("/*\n * Copyright (c) 2019 X\n *\n * Licensed under MIT\n */\nint x;\n", "C"), "int x;\n");
  EXPECT_EQ(cut("<?php\n/* Copyright X */\n\necho 1;\n", "PHP"), "<?php\necho 1;\n");
  EXPECT_EQ(cut("<!-- Copyright X -->\n<p>a</p>\n", "HTML"), "<p>a</p>\n");
  EXPECT_EQ(cut("// SPDX-License-Identifier: MIT", "Rust"), "");
}

TEST(LicenseHeaders, WhatElseACommentSaysStays) {
  EXPECT_EQ(cut("// Sorts lists.\n//\n// Copyright 2020 X\n//\n// Uses quicksort.\nint x;\n", "C++"),
            "// Sorts lists.\n//\n//\n// Uses quicksort.\nint x;\n");
  EXPECT_EQ(cut("/* Copyright 2020 X\n\n   Sorts lists. */\nint x;\n", "C"), "/*\n\n   Sorts lists. */\nint x;\n");
  EXPECT_EQ(cut("/* Sorts lists.\n\n   Copyright 2020 X */\nint x;\n", "C"), "/* Sorts lists.\n\n */\nint x;\n");
  for (const char* same : {"int x;  // Copyright 2020\n", "/* Sorts */ int x; /* Copyright */\n", "/* open Copyright\n",
                           "x = '# Copyright'\n", ""}) {
    EXPECT_EQ(cut(same, "C"), same);
  }
}

}  // namespace
}  // namespace smelt
