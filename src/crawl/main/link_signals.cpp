#include "crawl/main/link_signals.h"

#include "base/text.h"

namespace smelt {
namespace {

constexpr int kLooked = 8;  // links of a block

}  // namespace

std::string_view host_of(std::string_view address) {
  const size_t slashes = address.substr(0, 10).find("//");
  if (slashes == std::string_view::npos || (slashes > 0 && address[slashes - 1] != ':')) {
    return {};
  }
  std::string_view host = address.substr(slashes + 2);
  host = host.substr(0, host.find_first_of("/?#:"));
  host.remove_prefix(host.starts_with("www.") ? 4 : 0);
  return host;
}

LinkTarget link_target(std::string_view address, std::string_view host) {
  if (address.empty() || starts_with_ignoring_case(address, "javascript:") || address == "#") {
    return LinkTarget::kScript;
  }
  if (address[0] == '#') {
    return LinkTarget::kPlace;
  }
  if (starts_with_ignoring_case(address, "mailto:") || starts_with_ignoring_case(address, "tel:")) {
    return LinkTarget::kContact;
  }
  const std::string_view there = host_of(address);
  const bool same = there.size() == host.size() && starts_with_ignoring_case(there, host);
  return there.empty() || same ? LinkTarget::kSame : LinkTarget::kOther;
}

LinkSignals measure_links(const HtmlTree& tree, const TextBlock& block, std::string_view host) {
  LinkSignals out;
  uint32_t strong_end = 0;
  for (const TextMark& mark : block.marks) {
    if (mark.kind == TextMark::Kind::kLink) {
      if (out.links++ < kLooked) {
        const std::string_view address = trim(tree.attribute(tree.nodes()[mark.node], "href"));
        out.targets |= 1U << static_cast<uint32_t>(link_target(address, host));
      }
    } else if (mark.kind == TextMark::Kind::kStrong || mark.kind == TextMark::Kind::kEmphasis) {
      const uint32_t begin = mark.begin > strong_end ? mark.begin : strong_end;
      out.strong_length += mark.end > begin ? static_cast<int>(mark.end - begin) : 0;
      strong_end = mark.end > strong_end ? mark.end : strong_end;
    }
  }
  return out;
}

}  // namespace smelt
