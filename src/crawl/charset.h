// Which encoding a page is in, and its text in UTF-8, by the WHATWG Encoding and HTML standards (section 13.2.3.2,
// "determining the character encoding").
//
// Order: byte order mark, charset of the HTTP header, <meta> or XML declaration within the first 1,024 bytes, <meta>
// further down (where the standard's parser starts again), then the bytes themselves: UTF-8 where they are UTF-8 (a few
// broken sequences allowed), else what uchardet says, else windows-1252. All functions are pure, thread-safe and
// linear.
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

struct DeclaredCharset {
  std::string_view charset;  // WHATWG name
  const char* how;           // bom, http or meta
};

// What the page or its transport says, without a look at the text; empty where neither does.
std::optional<DeclaredCharset> declared_charset(std::string_view body, std::string_view content_type);

// The WHATWG name for a label ("latin1" -> "windows-1252"); empty for an unknown label. Case and surrounding white
// space do not matter.
std::string_view charset_for_label(std::string_view label);

// "Prescan a byte stream to determine its encoding" on the first 1,024 bytes (a <meta> that says utf-16 means utf-8);
// empty where they declare none.
std::string_view prescan_charset(std::string_view body);

// The first <meta> anywhere in the page that declares an encoding, contents of scripts, styles and the like left out;
// empty where there is none.
std::string_view late_meta_charset(std::string_view body);

// The charset parameter of a Content-Type value, as written; empty where there is none.
std::string_view content_type_charset(std::string_view content_type);

// The media type of a Content-Type value in lower case: "text/html".
std::string media_type(std::string_view content_type);

// Bytes in the WHATWG encoding of that lower-case name as UTF-8, as the standard's decoder of that name gives them (for
// another name: as windows-1252). A byte order mark is text like any other.
std::string decode_charset(std::string_view bytes, std::string_view charset);

}  // namespace smelt
