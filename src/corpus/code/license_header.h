// Notices at the head of a file of code, and code without them.
#pragma once

#include <string>
#include <string_view>

#include "corpus/code/languages.h"

namespace smelt {

// What starts a comment up to the line's end ("#", "//"); empty where the language has block comments alone.
std::string_view line_comment(CommentStyle style);

struct CutHeader {
  std::string text;
  std::string notice;  // the lines that were cut, without comment marks; empty: none, and the text is as it was
};

// Cuts the paragraphs of the comments at the head of the file from the first to the last one that speaks of copyright,
// licence or warranty; what else these comments say stays. #!, coding lines, <?xml and <?php stay where they are.
CutHeader cut_license_header(std::string_view text, const CodeLanguage& language);

}  // namespace smelt
