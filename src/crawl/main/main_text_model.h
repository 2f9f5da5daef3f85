// The coefficients of main_text.h, written by tools/extractor.
#pragma once

#include "crawl/main/boosted_trees.h"

namespace smelt {

BoostedTrees main_text_model();

}  // namespace smelt
