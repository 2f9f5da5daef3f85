// Host names beyond ASCII as DNS has them.
#pragma once

#include <string>
#include <string_view>

namespace smelt {

// Each label in lower case and NFKC (as UTS #46 maps nearly all names), and where that is not ASCII, "xn--" and its
// Punycode (RFC 3492). Empty where a name has no such form.
std::string host_to_ascii(std::string_view host);

}  // namespace smelt
