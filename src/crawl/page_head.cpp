#include "crawl/page_head.h"

#include <string_view>

#include "base/text.h"

namespace smelt {
namespace {

using enum HtmlTag;

std::string text_below(const HtmlTree& tree, uint32_t node) {
  constexpr size_t kMaxBytes = 4000;
  std::string out;
  for (uint32_t i = node + 1; i < tree.nodes()[node].end && out.size() < kMaxBytes; ++i) {
    if (tree.nodes()[i].is_text()) {
      out += tree.nodes()[i].text.substr(0, kMaxBytes);
    }
  }
  return out;
}

bool is_address(std::string_view text) {
  return starts_with_ignoring_case(text, "http://") || starts_with_ignoring_case(text, "https://");
}

bool is_date(std::string_view text) {
  const auto digit = [&](size_t i) { return text[i] >= '0' && text[i] <= '9'; };
  return text.size() >= 10 && text.size() <= 40 && digit(0) && digit(1) && digit(2) && digit(3) && text[4] == '-' &&
         digit(5) && digit(6) && text[7] == '-' && digit(8) && digit(9);
}

void set_once(std::string& field, std::string_view value, size_t max_bytes) {
  if (field.empty()) {
    field = one_line(value, max_bytes);
  }
}

void read_meta(const HtmlTree& tree, const HtmlNode& node, PageHead& head, std::string& og_title) {
  const std::string_view property = tree.attribute(node, "property");
  const std::string name = lower_ascii(property.empty() ? tree.attribute(node, "name") : property);
  const std::string_view content = tree.attribute(node, "content");
  if (name == "og:title") {
    set_once(og_title, content, 1000);
  } else if (name == "description" || name == "og:description") {
    set_once(head.description, content, 2000);
  } else if ((name == "article:published_time" || name == "date" || name == "dc.date" || name == "dcterms.date" ||
              name == "pubdate" || name == "dc.date.issued" ||
              lower_ascii(tree.attribute(node, "itemprop")) == "datepublished") &&
             is_date(content)) {
    set_once(head.date, content, 40);
  }
}

}  // namespace

PageHead read_head(const HtmlTree& tree) {
  PageHead head;
  std::string og_title;
  std::string first_heading;
  std::string title;
  const std::vector<HtmlNode>& nodes = tree.nodes();
  uint32_t drawing_end = 0;
  for (uint32_t i = 1; i < nodes.size(); ++i) {
    const HtmlNode& node = nodes[i];
    if (node.tag == kSvg) {
      drawing_end = node.end;
    } else if (node.tag == kTitle && i >= drawing_end) {
      set_once(title, text_below(tree, i), 1000);
    } else if (node.tag == kH1) {
      set_once(first_heading, text_below(tree, i), 1000);
    } else if (node.tag == kHtml) {
      set_once(head.html_lang, tree.attribute(node, "lang"), 40);
      set_once(head.html_lang, tree.attribute(node, "xml:lang"), 40);
    } else if (node.tag == kMeta) {
      read_meta(tree, node, head, og_title);
    } else if (node.tag == kLink && head.canonical.empty() && lower_ascii(tree.attribute(node, "rel")) == "canonical" &&
               is_address(tree.attribute(node, "href"))) {
      head.canonical = one_line(tree.attribute(node, "href"), 4000);
    }
  }
  head.title = !title.empty() ? title : !og_title.empty() ? og_title : first_heading;
  return head;
}

std::string one_line(std::string_view text, size_t max_bytes) {
  std::string out;
  bool space = false;
  size_t pos = 0;
  while (pos < text.size() && out.size() < max_bytes) {
    const uint32_t code = next_code_point(text, pos);
    if (code <= ' ' || code == 0xA0) {
      space = !out.empty();
      continue;
    }
    if (code == 0x200B || code == 0xFEFF || (code >= 0x7F && code < 0xA0)) {
      continue;
    }
    out += space ? " " : "";
    append_utf8(out, code);
    space = false;
  }
  return out;
}

}  // namespace smelt
