// What a page says about its kind: its address, its meta elements, its structured data, its make-up.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "crawl/html/tree.h"

namespace smelt {

constexpr size_t kPageSignals = 33;

struct PageSignals {
  std::array<float, kPageSignals> values{};
};

PageSignals read_page_signals(const HtmlTree& tree, std::string_view url);

}  // namespace smelt
