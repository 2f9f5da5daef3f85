#include "crawl/html/tree.h"

#include "crawl/html/builder.h"
#include "crawl/html/tokenizer.h"

namespace smelt {

std::string_view HtmlTree::attribute(const HtmlNode& node, std::string_view name) const {
  for (uint32_t i = 0; i < node.num_attributes; ++i) {
    if (attributes_[node.first_attribute + i].name == name) {
      return attributes_[node.first_attribute + i].value;
    }
  }
  return {};
}

bool HtmlTree::has_attribute(const HtmlNode& node, std::string_view name) const {
  for (uint32_t i = 0; i < node.num_attributes; ++i) {
    if (attributes_[node.first_attribute + i].name == name) {
      return true;
    }
  }
  return false;
}

HtmlTree parse_html(std::string utf8, const HtmlOptions& options) {
  HtmlTree tree;
  tree.input_ = std::make_unique<std::string>(std::move(utf8));
  HtmlTreeBuilder builder(tree, options);
  HtmlTokenizer tokenizer(*tree.input_, tree.attributes_, tree.made_, builder, options.limits.max_attributes,
                          options.text_only);
  tokenizer.run();
  builder.finish();
  return tree;
}

HtmlTree parse_html_fragment(std::string utf8, std::string_view context, HtmlNamespace space,
                             const HtmlOptions& options) {
  HtmlTree tree;
  tree.input_ = std::make_unique<std::string>(std::move(utf8));
  HtmlTreeBuilder builder(tree, options);
  HtmlTokenizer tokenizer(*tree.input_, tree.attributes_, tree.made_, builder, options.limits.max_attributes,
                          options.text_only);
  tokenizer.run(builder.begin_fragment(context, space));
  builder.finish();
  return tree;
}

}  // namespace smelt
