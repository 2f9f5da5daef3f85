// Which language a file of code is written in, by its name, its first line and, where several languages share an
// ending, by what it says.
//
// Names are those that linguist, the field's standard, gives languages; the tables hold facts about file names alone.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace smelt {

enum class LanguageKind : uint8_t { kProgramming, kMarkup, kData, kProse };

// How comments are written.
enum class CommentStyle : uint8_t {
  kNone,
  kC,           // // and /* */
  kHash,        // #
  kDash,        // --
  kSql,         // -- and /* */
  kSemicolon,   // ;
  kPercent,     // %
  kMarkup,      // <!-- -->
  kBang,        // !
  kApostrophe,  // '
  kParen,       // (* *)
  kBraceDash,   // -- and {- -}
};

struct CodeLanguage {
  const char* name;
  LanguageKind kind;
  CommentStyle comments;
  const char* endings;       // with their dots, apart by spaces, lower case
  const char* file_names;    // whole names, apart by spaces
  const char* interpreters;  // of the first line's #!, apart by spaces
};

// All of them; the order of languages that share an ending is that of their preference.
const std::vector<CodeLanguage>& code_languages();

// nullptr where the name is unknown.
const CodeLanguage* find_code_language(std::string_view name);

// The language of a file: by its whole name, then by its longest known ending (of several languages the one whose marks
// the text shows), then by how it begins: #!, <?xml, <?php, <!doctype html. nullptr where nothing tells. Looks at no
// more than the first 64 KiB of the text.
const CodeLanguage* detect_code_language(std::string_view path, std::string_view text);

// The part of a path behind its last '/'.
std::string_view file_name_of(std::string_view path);

}  // namespace smelt
