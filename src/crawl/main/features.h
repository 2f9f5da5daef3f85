// What is measured of each block of a page to tell the page's own text from what stands around it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "crawl/blocks.h"
#include "crawl/html/tree.h"
#include "crawl/main/boosted_trees.h"

namespace smelt {

// What a page is told apart by beside its blocks.
struct PageContext {
  std::string_view url;
  std::string_view title;
};

// A row each block.
FeatureTable block_features(const HtmlTree& tree, const std::vector<TextBlock>& blocks, const PageContext& context);

// Names of the columns, for reports on the model.
const std::vector<std::string>& block_feature_names();

}  // namespace smelt
