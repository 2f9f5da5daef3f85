// The decoders of the WHATWG Encoding Standard (https://encoding.spec.whatwg.org/, as of 2026-05): the same code points
// and the same U+FFFD on every input. All are pure, thread-safe and linear; byte order marks are the caller's.
#pragma once

#include <string>
#include <string_view>

namespace smelt {

// `encoding` is one of the 27 single-byte encodings by its lower-case name, or iso-8859-8-i; false for another.
bool is_single_byte(std::string_view encoding);
std::string decode_single_byte(std::string_view bytes, std::string_view encoding);

std::string decode_gb18030(std::string_view bytes);  // GBK too
std::string decode_big5(std::string_view bytes);
std::string decode_euc_jp(std::string_view bytes);
std::string decode_iso_2022_jp(std::string_view bytes);
std::string decode_shift_jis(std::string_view bytes);
std::string decode_euc_kr(std::string_view bytes);
std::string decode_utf16(std::string_view bytes, bool big_endian);
std::string decode_replacement(std::string_view bytes);
std::string decode_x_user_defined(std::string_view bytes);

}  // namespace smelt
