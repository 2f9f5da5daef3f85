// The text as duplicates are looked for.
#pragma once

#include <string>
#include <string_view>

namespace smelt {

// Lower case (Unicode's simple mapping), every run of white space one space, none at the ends. UTF-8 in, UTF-8 out:
// what is no UTF-8 becomes U+FFFD.
std::string normalize_for_duplicates(std::string_view text);

}  // namespace smelt
