// Character references of HTML: "&amp;", "&#8211;", "&notin;".
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace smelt {

// "name CODE name CODE+CODE ..." in byte order of the names; names end in ';' except the old ones that may go without
// it.
extern const char* const kHtmlEntityTable;

struct HtmlReference {
  size_t taken = 0;  // bytes after the '&'; 0: it is no reference
  size_t size = 0;
  std::array<char, 8> utf8{};  // the first `size` bytes
  std::string_view text() const { return {utf8.data(), size}; }
};

// The reference that `text`, which follows a '&', starts with, as the HTML tokenizer reads it. In attribute values an
// old name without ';' is none before '=' or an ASCII letter or digit. Constant time.
HtmlReference read_reference(std::string_view text, bool in_attribute);

}  // namespace smelt
