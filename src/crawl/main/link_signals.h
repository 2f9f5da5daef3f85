// Where the links of a block lead, and how much of it is stressed.
#pragma once

#include <cstdint>
#include <string_view>

#include "crawl/blocks.h"
#include "crawl/html/tree.h"

namespace smelt {

enum class LinkTarget : uint8_t {
  kPlace,    // of the same page
  kOther,    // another site's page
  kSame,     // the same site's, or of an address without a host
  kContact,  // mail, telephone
  kScript,   // nothing, or a script
  kCount,
};

constexpr size_t kLinkTargets = static_cast<size_t>(LinkTarget::kCount);

LinkTarget link_target(std::string_view address, std::string_view host);

struct LinkSignals {
  int links = 0;
  int strong_length = 0;  // bytes of marks of strong and stressed text
  uint32_t targets = 0;   // a bit a kind, of the first links
};

// `host`: the page's own, empty where not known.
LinkSignals measure_links(const HtmlTree& tree, const TextBlock& block, std::string_view host);

// The host of an address with a scheme, without "www."; else empty.
std::string_view host_of(std::string_view address);

}  // namespace smelt
