#include "corpus/code/licenses.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

#include "base/text.h"
#include "corpus/code/languages.h"

namespace smelt {

namespace {

using Class = LicenseClass;

constexpr size_t kMaxText = 256 << 10;  // of a licence file that is looked at
constexpr size_t kMaxHeader = 8 << 10;

struct NamedClass {
  const char* start;  // of SPDX names
  LicenseClass kind;
};

// The longest start that fits counts.
constexpr NamedClass kClasses[] = {
    {"MIT", Class::kPermissive},
    {"Apache-", Class::kPermissive},
    {"BSD-", Class::kPermissive},
    {"0BSD", Class::kPermissive},
    {"ISC", Class::kPermissive},
    {"Unlicense", Class::kPermissive},
    {"CC0-", Class::kPermissive},
    {"Zlib", Class::kPermissive},
    {"libpng", Class::kPermissive},
    {"BSL-", Class::kPermissive},
    {"Python-", Class::kPermissive},
    {"PSF-", Class::kPermissive},
    {"Artistic-", Class::kPermissive},
    {"WTFPL", Class::kPermissive},
    {"PostgreSQL", Class::kPermissive},
    {"NCSA", Class::kPermissive},
    {"X11", Class::kPermissive},
    {"MS-PL", Class::kPermissive},
    {"CC-BY-4.0", Class::kPermissive},
    {"CC-BY-3.0", Class::kPermissive},
    {"Unicode-", Class::kPermissive},
    {"HPND", Class::kPermissive},
    {"blessing", Class::kPermissive},
    {"Beerware", Class::kPermissive},
    {"AFL-", Class::kPermissive},
    {"ECL-", Class::kPermissive},
    {"UPL-", Class::kPermissive},
    {"MulanPSL-", Class::kPermissive},
    {"Ruby", Class::kPermissive},
    {"PHP-", Class::kPermissive},
    {"W3C", Class::kPermissive},
    {"OpenSSL", Class::kPermissive},
    {"curl", Class::kPermissive},
    {"LicenseRef-public-domain", Class::kPermissive},
    {"GPL-", Class::kCopyleft},
    {"LGPL-", Class::kCopyleft},
    {"AGPL-", Class::kCopyleft},
    {"MPL-", Class::kCopyleft},
    {"EPL-", Class::kCopyleft},
    {"EUPL-", Class::kCopyleft},
    {"CDDL-", Class::kCopyleft},
    {"CPL-", Class::kCopyleft},
    {"OSL-", Class::kCopyleft},
    {"CC-BY-SA-", Class::kCopyleft},
    {"GFDL-", Class::kCopyleft},
    {"MS-RL", Class::kCopyleft},
    {"OFL-", Class::kCopyleft},
    {"CECILL-", Class::kCopyleft},
    {"Sleepycat", Class::kCopyleft},
    {"CC-BY-NC", Class::kOther},
    {"CC-BY-ND", Class::kOther},
    {"BUSL-", Class::kOther},
    {"SSPL-", Class::kOther},
    {"Elastic-", Class::kOther},
    {"JSON", Class::kOther},
    {"LicenseRef-proprietary", Class::kOther},
};

struct TextRule {
  const char* name;
  std::array<const char*, 3> all;   // phrases that occur; where the first of them stands is the licence's place
  std::array<const char*, 2> none;  // phrases that do not
};

constexpr const char* kMitGrant = "permission is hereby granted free of charge to any person obtaining a copy";
constexpr const char* kMitNotice = "the above copyright notice and this permission notice";
constexpr const char* kBsdGrant = "redistribution and use in source and binary forms";
constexpr const char* kBsdName = "neither the name";
constexpr const char* kIscGrant =
    "permission to use copy modify and or distribute this software for any purpose with or";
constexpr const char* kOldIscGrant =
    "permission to use copy modify and distribute this software for any purpose with or";
constexpr const char* kGpl = "gnu general public license";
constexpr const char* kLgpl = "gnu lesser general public license";
constexpr const char* kLibraryGpl = "gnu library general public license";
constexpr const char* kAgpl = "gnu affero general public license";
constexpr const char* kVerbatim = "permitted to copy and distribute verbatim copies";  // the licence itself, no header
constexpr const char* kLater = "any later version";

// Of rules whose places are equal the first counts: the more special stand before the more general.
constexpr TextRule kTextRules[] = {
    {"X11", {kMitGrant, kMitNotice, "shall not be used in advertising or otherwise"}, {}},
    {"NCSA", {kMitGrant, "neither the names of", "to deal with the software"}, {}},
    {"MIT", {kMitGrant, kMitNotice}, {}},
    {"MIT-0", {kMitGrant}, {kMitNotice}},
    {"MIT", {"licensed under the mit license"}, {}},
    {"MIT", {"released under the mit license"}, {}},
    {"MIT", {"under the terms of the mit license"}, {}},
    {"Apache-2.0", {"apache license version 2 0"}, {}},
    {"Apache-2.0", {"apache license 2 0"}, {}},
    {"Apache-1.1", {"the apache software license version 1 1"}, {}},
    {"BSD-4-Clause", {kBsdGrant, "all advertising materials mentioning"}, {}},
    {"BSD-3-Clause", {kBsdGrant, kBsdName}, {}},
    {"BSD-3-Clause", {kBsdGrant, "may not be used to endorse or promote"}, {}},
    {"BSD-3-Clause", {kBsdGrant, "may be used to endorse or promote"}, {}},
    {"BSD-2-Clause", {kBsdGrant}, {}},
    {"LicenseRef-bsd-style", {"use of this source code is governed by a bsd style"}, {}},
    {"ISC", {kIscGrant, "copyright notice and this permission notice appear in all copies"}, {}},
    {"ISC", {kOldIscGrant, "copyright notice and this permission notice appear in all copies"}, {}},
    {"0BSD", {kIscGrant}, {"appear in all copies"}},
    {"HPND", {"permission to use copy modify and distribute this software and its documentation"}, {}},
    {"AGPL-3.0-only", {kAgpl, kVerbatim, "version 3 19 november 2007"}, {}},
    {"LGPL-3.0-only", {kLgpl, kVerbatim, "version 3 29 june 2007"}, {}},
    {"LGPL-2.1-only", {kLgpl, kVerbatim, "version 2 1 february 1999"}, {}},
    {"LGPL-2.0-only", {kLibraryGpl, kVerbatim, "version 2 june 1991"}, {}},
    {"GPL-3.0-only", {kGpl, kVerbatim, "version 3 29 june 2007"}, {}},
    {"GPL-2.0-only", {kGpl, kVerbatim, "version 2 june 1991"}, {}},
    {"GPL-1.0-only", {kGpl, kVerbatim, "version 1 february 1989"}, {}},
    {"AGPL-3.0-only", {kAgpl}, {kLater}},
    {"AGPL-3.0-or-later", {kAgpl}, {}},
    {"LGPL-2.1-or-later", {kLgpl, "version 2 1 of the license or", kLater}, {}},
    {"LGPL-2.1-only", {kLgpl, "version 2 1"}, {}},
    {"LGPL-3.0-or-later", {kLgpl, "version 3 of the license or", kLater}, {}},
    {"LGPL-3.0-only", {kLgpl, "version 3"}, {}},
    {"LGPL-2.0-or-later", {kLgpl}, {}},
    {"LGPL-2.0-or-later", {kLibraryGpl}, {}},
    {"GPL-3.0-or-later", {kGpl, "version 3 of the license or", kLater}, {}},
    {"GPL-2.0-or-later", {kGpl, "version 2 of the license or", kLater}, {}},
    {"GPL-3.0-or-later", {kGpl, "either version 3 or", kLater}, {}},
    {"GPL-2.0-or-later", {kGpl, "either version 2 or", kLater}, {}},
    {"GPL-3.0-only", {kGpl, "version 3"}, {}},
    {"GPL-2.0-only", {kGpl, "version 2"}, {}},
    {"GPL-1.0-or-later", {kGpl}, {}},
    {"MPL-2.0", {"mozilla public license version 2 0"}, {}},
    {"MPL-2.0", {"mozilla public license v 2 0"}, {}},
    {"MPL-1.1", {"mozilla public license version 1 1"}, {}},
    {"EPL-2.0", {"eclipse public license v 2 0"}, {}},
    {"EPL-1.0", {"eclipse public license v 1 0"}, {}},
    {"EUPL-1.2", {"european union public licence v 1 2"}, {}},
    {"CDDL-1.0", {"common development and distribution license"}, {}},
    {"Unlicense", {"this is free and unencumbered software released into the public domain"}, {}},
    {"CC0-1.0", {"cc0 1 0 universal"}, {}},
    {"CC0-1.0", {"creative commons cc0"}, {}},
    {"CC-BY-NC-4.0", {"creative commons", "noncommercial"}, {}},
    {"CC-BY-NC-4.0", {"attribution noncommercial"}, {}},
    {"CC-BY-SA-3.0", {"attribution sharealike", "3 0"}, {}},
    {"CC-BY-SA-4.0", {"attribution sharealike"}, {}},
    {"CC-BY-SA-4.0", {"attribution share alike"}, {}},
    {"CC-BY-4.0", {"creative commons attribution"}, {}},
    {"CC-BY-4.0", {"attribution 4 0 international"}, {}},
    {"Zlib",
     {"this software is provided as is without any express or implied warranty", "must not be misrepresented"},
     {}},
    {"Zlib",
     {"this software is provided as is without any express or implied warranty", "altered source versions"},
     {}},
    {"BSL-1.0", {"boost software license version 1 0"}, {}},
    {"Python-2.0", {"python software foundation license version 2"}, {}},
    {"Artistic-2.0", {"the artistic license 2 0"}, {}},
    {"Artistic-1.0", {"the artistic license"}, {}},
    {"WTFPL", {"do what the fuck you want to public license"}, {}},
    {"OFL-1.1", {"sil open font license"}, {}},
    {"MS-PL", {"microsoft public license"}, {}},
    {"MS-RL", {"microsoft reciprocal license"}, {}},
    {"GFDL-1.3", {"gnu free documentation license"}, {}},
    {"BUSL-1.1", {"business source license 1 1"}, {}},
    {"SSPL-1.0", {"server side public license"}, {}},
    {"LicenseRef-public-domain", {"placed in the public domain"}, {}},
    {"LicenseRef-public-domain", {"released into the public domain"}, {}},
    {"LicenseRef-public-domain", {"dedicated to the public domain"}, {}},
    {"LicenseRef-public-domain", {"this file is in the public domain"}, {}},
    {"LicenseRef-public-domain", {"disclaims copyright to this source code"}, {}},
    {"LicenseRef-proprietary", {"proprietary and confidential"}, {}},
    {"LicenseRef-proprietary", {"unauthorized copying of this file"}, {}},
};

// Words of letters and digits in lower case, one space between them and around all.
std::string level(std::string_view text) {
  std::string out = " ";
  for (const char c : text.substr(0, kMaxText)) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 && byte < 0x80) {
      out += static_cast<char>(std::tolower(byte));
    } else if (out.back() != ' ') {
      out += ' ';
    }
  }
  if (out.back() != ' ') {
    out += ' ';
  }
  return out;
}

// Where the rule's licence stands; npos where the text is none of it.
size_t place_of_rule(const TextRule& rule, std::string_view levelled) {
  const auto find = [&](const char* phrase) { return levelled.find(phrase); };
  for (const char* phrase : rule.none) {
    if (phrase != nullptr && find(phrase) != std::string_view::npos) {
      return std::string_view::npos;
    }
  }
  for (const char* phrase : rule.all) {
    if (phrase != nullptr && find(phrase) == std::string_view::npos) {
      return std::string_view::npos;
    }
  }
  return find(rule.all[0]);
}

// Words, parentheses of an SPDX expression.
class ExpressionParser {
 public:
  explicit ExpressionParser(std::string_view text) : text_(text) { next(); }

  Class parse() {
    const std::optional<Class> kind = any_of();
    return kind && word_.empty() ? *kind : Class::kUnknown;
  }

 private:
  static constexpr int kMaxDepth = 32;

  // The better first.
  static int rank(Class kind) {
    switch (kind) {
      case Class::kPermissive:
        return 0;
      case Class::kCopyleft:
        return 1;
      case Class::kOther:
        return 2;
      default:
        return 3;
    }
  }

  void next() {
    text_ = trim(text_);
    const bool bracket = text_.starts_with('(') || text_.starts_with(')');
    const size_t end = bracket ? 1 : std::min(text_.find_first_of(" \t()"), text_.size());
    word_ = text_.substr(0, end);
    text_.remove_prefix(end);
  }

  bool take(std::string_view wanted) {
    if (lower_ascii(word_) != wanted) {
      return false;
    }
    next();
    return true;
  }

  std::optional<Class> any_of() {
    std::optional<Class> kind = all_of();
    while (kind && take("or")) {
      const std::optional<Class> other = all_of();
      kind = other ? std::optional(rank(*other) < rank(*kind) ? *other : *kind) : std::nullopt;
    }
    return kind;
  }

  std::optional<Class> all_of() {
    std::optional<Class> kind = single();
    while (kind && take("and")) {
      const std::optional<Class> other = single();
      kind = other ? std::optional(rank(*other) > rank(*kind) ? *other : *kind) : std::nullopt;
    }
    return kind;
  }

  std::optional<Class> single() {
    if (word_ == "(") {
      if (++depth_ > kMaxDepth) {
        return std::nullopt;
      }
      next();
      const std::optional<Class> kind = any_of();
      return kind && take(")") ? kind : std::nullopt;
    }
    if (word_.empty() || word_ == ")") {
      return std::nullopt;
    }
    const Class kind = license_class(word_);
    next();
    if (take("with")) {
      next();  // the exception
    }
    return kind;
  }

  std::string_view text_;
  std::string_view word_;
  int depth_ = 0;
};

std::string folder_key(const std::string& repository, std::string_view folder) {
  std::string key = repository;
  key += '\0';
  key += folder;
  return key;
}

}  // namespace

LicenseClass license_class(std::string_view spdx_name) {
  size_t longest = 0;
  Class kind = Class::kUnknown;
  const std::string name = lower_ascii(spdx_name);
  for (const NamedClass& each : kClasses) {
    const std::string start = lower_ascii(each.start);
    if (start.size() > longest && name.starts_with(start)) {
      longest = start.size();
      kind = each.kind;
    }
  }
  return spdx_name == "LicenseRef-bsd-style" ? Class::kPermissive : kind;
}

LicenseClass license_expression_class(std::string_view expression) {
  return ExpressionParser(expression).parse();
}

std::string detect_license(std::string_view text) {
  const std::string levelled = level(text);
  size_t first = std::string_view::npos;
  const char* name = "";
  for (const TextRule& rule : kTextRules) {
    const size_t place = place_of_rule(rule, levelled);
    if (place < first) {
      first = place;
      name = rule.name;
    }
  }
  return name;
}

std::string spdx_header(std::string_view text) {
  constexpr std::string_view kKey = "SPDX-License-Identifier:";
  text = text.substr(0, kMaxHeader);
  const size_t at = text.find(kKey);
  if (at == std::string_view::npos) {
    return "";
  }
  std::string_view line = text.substr(at + kKey.size());
  line = line.substr(0, line.find_first_of("\r\n"));
  const size_t end = line.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-+:() \t");
  line = trim(line.substr(0, end));
  while (line.ends_with("--") || line.ends_with("-")) {  // the end of <!-- ... -->
    line = trim(line.substr(0, line.size() - 1));
  }
  return std::string(line);
}

bool is_license_file(std::string_view path) {
  std::string name = lower_ascii(file_name_of(path));
  for (const char* ending : {".txt", ".md", ".rst", ".html", ".adoc"}) {
    if (name.ends_with(ending)) {
      name.resize(name.size() - std::string_view(ending).size());
    }
  }
  const auto begins = [&](std::string_view word) {
    return name.starts_with(word) && (name.size() == word.size() || name[word.size()] == '-' ||
                                      name[word.size()] == '.' || name[word.size()] == '_');
  };
  const CodeLanguage* language = detect_code_language(name, "");
  if (language != nullptr && language->kind != LanguageKind::kProse && std::string_view(language->name) != "Roff") {
    return false;  // license.py
  }
  return begins("license") || begins("licence") || begins("copying") || begins("unlicense") || begins("copyright") ||
         name.ends_with("-license") || name.ends_with("_license") || name.ends_with("-licence");
}

void LicenseMap::add_file(const std::string& repository, std::string_view path, std::string_view text) {
  const size_t slash = path.rfind('/');
  const std::string_view folder = slash == std::string_view::npos ? "" : path.substr(0, slash);
  std::string name = spdx_header(text);
  if (name.empty() || license_expression_class(name) == Class::kUnknown) {
    name = detect_license(text);
  }
  if (name.empty()) {
    name = "NOASSERTION";
  }
  Folder& entry = folders_[folder_key(repository, folder)];
  if (std::find(entry.names.begin(), entry.names.end(), name) == entry.names.end()) {
    entry.names.push_back(name);
  }
  entry.from = entry.from.empty() ? std::string(path) : std::min(entry.from, std::string(path));
}

void LicenseMap::add_repository(const std::string& repository, const std::string& expression) {
  repositories_.emplace(repository, expression);
}

LicenseMap::Found LicenseMap::find(const std::string& repository, std::string_view path) const {
  while (!path.empty()) {
    const size_t slash = path.rfind('/');
    path = slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
    const auto found = folders_.find(folder_key(repository, path));
    if (found == folders_.end()) {
      continue;
    }
    std::vector<std::string> names = found->second.names;
    if (names.size() > 1) {
      std::erase(names, "NOASSERTION");  // a notice beside a licence
    }
    std::sort(names.begin(), names.end());
    const bool choice = names == std::vector<std::string>{"Apache-2.0", "MIT"};
    std::string expression;
    for (const std::string& name : names) {
      expression += (expression.empty() ? "" : choice ? " OR " : " AND ") + name;
    }
    return {std::move(expression), found->second.from};
  }
  const auto whole = repositories_.find(repository);
  return whole == repositories_.end() ? Found{} : Found{whole->second, "repository"};
}

}  // namespace smelt
