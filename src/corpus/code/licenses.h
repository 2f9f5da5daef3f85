// Which licence a file is under: by SPDX headers, by the words of licence texts, by the licence files of its folders.
//
// Licences have SPDX names (https://spdx.org/licenses). Texts are told by phrases that their wording is known for,
// after case, punctuation and white space are levelled; a text that names several is told by the one that it names
// first.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace smelt {

enum class LicenseClass : uint8_t {
  kUnknown,     // a name that the tables do not have
  kPermissive,  // code may be used again under other terms: MIT, Apache-2.0, BSD, ISC, CC0, ...
  kCopyleft,    // GPL, LGPL, AGPL, MPL, EPL, ...
  kOther,       // anything else that is known: no commercial use, no derivatives, own terms
};

LicenseClass license_class(std::string_view spdx_name);

// The class of an SPDX expression: of "A OR B" the better (permissive before copyleft before other before unknown), of
// "A AND B" the worse; "A WITH exception" is A's. kUnknown for what is no expression.
LicenseClass license_expression_class(std::string_view expression);

// The licence of a licence file's text or of a file's header; empty where no phrase is known.
std::string detect_license(std::string_view text);

// What stands behind SPDX-License-Identifier: in the first 8 KiB; empty where there is none.
std::string spdx_header(std::string_view text);

// LICENSE, LICENCE.md, COPYING, COPYING.LESSER, LICENSE-MIT, UNLICENSE, MIT-LICENSE.txt, ...
bool is_license_file(std::string_view path);

// The licences that licence files state, for all folders of all repositories.
class LicenseMap {
 public:
  // `path` within the repository. A file whose text is not known counts as "NOASSERTION".
  void add_file(const std::string& repository, std::string_view path, std::string_view text);
  // For a whole repository, from elsewhere; holds where no file says otherwise.
  void add_repository(const std::string& repository, const std::string& expression);

  struct Found {
    std::string expression;  // empty: none
    std::string from;        // the path of the licence file, "repository" where add_repository said so
  };
  // Of the nearest folder that has a licence file; several in one folder are joined by AND, but MIT and Apache-2.0 side
  // by side, which projects offer for a choice, by OR.
  Found find(const std::string& repository, std::string_view path) const;

 private:
  struct Folder {
    std::vector<std::string> names;
    std::string from;
  };
  std::map<std::string, Folder, std::less<>> folders_;  // "repository\0folder"
  std::map<std::string, std::string, std::less<>> repositories_;
};

}  // namespace smelt
