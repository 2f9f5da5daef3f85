// Any bytes as a page or a fragment: nodes in document order with nested ends, text that is valid UTF-8, within the
// limits.
#include "base/text.h"
#include "bytes.h"
#include "crawl/html/tree.h"

namespace {

void check(const smelt::HtmlTree& tree, const smelt::HtmlLimits& limits) {
  const auto& nodes = tree.nodes();
  SMELT_CHECK(!nodes.empty() && nodes[0].end == nodes.size());
  for (uint32_t i = 1; i < nodes.size(); ++i) {
    const smelt::HtmlNode& node = nodes[i];
    SMELT_CHECK(node.parent < i && node.end > i && node.end <= nodes[node.parent].end);
    SMELT_CHECK(!node.is_text() || (node.end == i + 1 && !node.text.empty()));
    SMELT_CHECK(smelt::is_valid_utf8(node.text));
    SMELT_CHECK(node.num_attributes <= limits.max_attributes);
  }
  for (const smelt::HtmlAttribute& attribute : tree.attributes()) {
    SMELT_CHECK(!attribute.name.empty() && smelt::is_valid_utf8(attribute.value));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) {
    return 0;
  }
  const std::string page = smelt::replace_invalid_utf8(smelt::fuzz_bytes(data + 1, size - 1));
  smelt::HtmlOptions options;
  options.text_only = (data[0] & 1) != 0;
  options.scripting = (data[0] & 2) != 0;
  options.limits.max_depth = (data[0] & 4) != 0 ? 6 : 512;
  check(smelt::parse_html(page, options), options.limits);
  constexpr const char* kContexts[] = {"div", "table", "select", "template", "title", "tr", "svg", "math"};
  const auto space = static_cast<smelt::HtmlNamespace>((data[0] >> 6) % 3);
  check(smelt::parse_html_fragment(page, kContexts[(data[0] >> 3) & 7], space, options), options.limits);
  return 0;
}
