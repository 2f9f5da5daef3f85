// From a file of code to a document.
#pragma once

#include <string>

#include "corpus/code/code_rules.h"
#include "corpus/code/code_source.h"
#include "corpus/code/licenses.h"
#include "corpus/document.h"

namespace smelt {

// True for documents that CodeJudge made: rules for prose do not fit them.
bool is_code(const Document& document);

// Judges and writes files of one source. Thread-safe.
class CodeJudge {
 public:
  // Throws UserError(kUsage) where the rules name an unknown language.
  explicit CodeJudge(const CodeInput& input);

  struct Outcome {
    Document document;  // where `reject` has no reason
    CodeReject reject;
    bool rejected() const { return !reject.reason.empty(); }
  };
  // The document's id is REPOSITORY/PATH, its text UTF-8 with Unix line ends, its metadata what the file's row said
  // and: repository, path, programming_language, license and license_from (header, spdx, repository, or the licence
  // file's path; absent where there is none), license_notice (what was cut), charset (where it was not UTF-8). Reasons:
  // too_large, unknown_language, binary, bad_encoding, notebook (where they are to be dropped), bad_notebook, empty,
  // those of CodeRules, license and no_license.
  Outcome judge(CodeFile file, const LicenseMap& licenses) const;

 private:
  struct Work;
  void decode(Work& work) const;
  void convert_notebook(Work& work) const;
  void find_license(Work& work, const LicenseMap& licenses) const;
  void cut_header(Work& work) const;

  const CodeInput& input_;
  CodeRules rules_;
};

}  // namespace smelt
