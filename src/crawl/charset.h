// Which encoding a page is in, and its text in UTF-8 (WHATWG Encoding and HTML standards, "determining the character
// encoding").
//
// Order: byte order mark, charset of the HTTP header, <meta> or XML declaration within the first 1,024 bytes, then the
// bytes themselves: UTF-8 where they are UTF-8 (a few broken sequences allowed), else what uchardet says, else
// windows-1252. All functions are pure and thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace smelt {

struct DecodedHtml {
  std::string utf8;     // valid UTF-8 without a byte order mark; each undecodable part is U+FFFD
  std::string charset;  // WHATWG name, lower case: "utf-8", "windows-1252", "shift_jis"
  std::string how;      // bom, http, meta, utf8 (the bytes are UTF-8), detected, default
};

DecodedHtml decode_html(std::string_view body, std::string_view content_type);

// The WHATWG name for a label ("latin1" -> "windows-1252"); empty for an unknown label. Case and surrounding white
// space do not matter.
std::string_view charset_for_label(std::string_view label);

// The encoding that <meta> elements in the first 1,024 bytes declare (utf-16 reads as utf-8, as the standard wants);
// empty where none does.
std::string_view prescan_charset(std::string_view body);

// The charset parameter of a Content-Type value, as written; empty where there is none.
std::string_view content_type_charset(std::string_view content_type);

// The media type of a Content-Type value in lower case: "text/html".
std::string media_type(std::string_view content_type);

// Bytes in the named WHATWG encoding as UTF-8.
std::string decode_charset(std::string_view bytes, std::string_view charset);

}  // namespace smelt
