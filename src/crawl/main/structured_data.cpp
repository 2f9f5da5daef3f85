#include "crawl/main/structured_data.h"

#include <string_view>

#include "base/json.h"
#include "base/text.h"

namespace smelt {
namespace {

constexpr int kMaxDepth = 12;

bool is_product(const Json& object) {
  const Json* type = object.find("@type");
  return type != nullptr && type->is_string() && type->as_string().find("Product") != std::string::npos;
}

void look_for_text(const Json& json, int depth, std::string& longest) {
  if (depth > kMaxDepth) {
    return;
  }
  if (json.is_array()) {
    for (const Json& item : json.as_array()) {
      look_for_text(item, depth + 1, longest);
    }
    return;
  }
  if (!json.is_object()) {
    return;
  }
  for (const auto& [key, value] : json.as_object()) {
    const bool holds_text = key == "articleBody" || key == "text" || (key == "description" && is_product(json));
    if (!value.is_string()) {
      look_for_text(value, depth + 1, longest);
    } else if (holds_text && value.as_string().size() > longest.size()) {
      longest = value.as_string();
    }
  }
}

// Such text may hold markup.
std::string without_markup(const std::string& text) {
  if (text.find('<') == std::string::npos && text.find('&') == std::string::npos) {
    return text;
  }
  const HtmlTree tree = parse_html(text, {.text_only = true});
  std::string out;
  for (const HtmlNode& node : tree.nodes()) {
    if (node.is_text()) {
      out += node.text;
    } else if (node.is_element() && (is_block_tag(node.tag) || node.tag == HtmlTag::kBr)) {
      out += '\n';
    }
  }
  return std::string(trim(out));
}

}  // namespace

std::string find_structured_text(const HtmlTree& tree) {
  std::string longest;
  for (uint32_t i = 1; i + 1 < tree.nodes().size(); ++i) {
    const HtmlNode& node = tree.nodes()[i];
    if (node.tag == HtmlTag::kScript && node.end == i + 2 &&
        starts_with_ignoring_case(tree.attribute(node, "type"), "application/ld+json")) {
      if (const Result<Json> data = Json::parse(tree.nodes()[i + 1].text); data.ok()) {
        look_for_text(data.value(), 0, longest);
      }
    }
  }
  return without_markup(longest);
}

}  // namespace smelt
