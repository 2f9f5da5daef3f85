// Codes of languages as models name them, brought to ISO 639-1, and 639-3 where there is none.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace smelt {

// "iw" is "he", "eng" "en", "zh-Hant" and "zho_Hant" "zh"; the written standards of macrolanguages have the code of
// these ("arb" is "ar", "cmn" "zh"), other members their own ("arz"). Codes that it does not know stay. `code` is lower
// case, perhaps with a script or region behind '-' or '_'.
std::string modern_language_code(std::string_view code);

// Of a fastText label: "__label__en" as in lid.176, whose codes are those of Wikipedias, "__label__eng_Latn" as in
// NLLB, OpenLID and GlotLID. None where it names no language in this way.
std::optional<std::string> language_of_label(std::string_view label);

}  // namespace smelt
