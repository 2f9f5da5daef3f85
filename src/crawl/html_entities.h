// Character references of HTML: "&amp;", "&#8211;", "&notin;".
#pragma once

#include <string>
#include <string_view>

namespace smelt {

// "name CODE name CODE+CODE ..." in byte order of the names; names end in ';' except the old ones that may go without
// it.
extern const char* const kHtmlEntityTable;

// Appends `text` with its character references resolved as the HTML tokenizer does. In attribute values an old name
// without ';' stays as it is before '=' or an ASCII letter or digit. Linear in the length of the text.
void append_unescaped(std::string& out, std::string_view text, bool in_attribute);

}  // namespace smelt
