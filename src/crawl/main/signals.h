// What the markup around a text says of it: words of class and id attributes by meaning, and elements by name, each
// with how many levels up the nearest stands.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "crawl/html/tree.h"

namespace smelt {

// What words of class, id, role and itemprop attributes stand for.
enum class MarkupWord : uint8_t {
  kContent,
  kMessage,
  kComment,
  kNavigation,
  kHeader,
  kFooter,
  kSidebar,
  kRelated,
  kSocial,
  kAdvert,
  kOverlay,
  kByline,
  kProduct,
  kGrid,
  kHidden,
  kMedia,
  kForm,
  kSummary,
  kReview,
  kContents,
  kPanel,
  kTitle,
  kReference,
  kAction,
  kCount,
};

// Elements that tell what is inside them.
enum class MarkupElement : uint8_t {
  kNav,
  kHeader,
  kFooter,
  kAside,
  kArticle,
  kMain,
  kSection,
  kForm,
  kTable,
  kList,
  kFigure,
  kQuote,
  kDetails,
  kButton,
  kLink,
  kParagraph,
  kNoscript,
  kHiddenStyle,  // hidden, aria-hidden or display:none
  kCount,
};

constexpr size_t kMarkupWords = static_cast<size_t>(MarkupWord::kCount);
constexpr size_t kMarkupElements = static_cast<size_t>(MarkupElement::kCount);
constexpr uint8_t kFarAway = 15;  // none above, or that many levels up

struct MarkupSignals {
  // Levels up to the nearest, words before elements. Filled up to whole vectors, which is how the levels are counted.
  std::array<uint8_t, (kMarkupWords + kMarkupElements + 15) / 16 * 16> distance;
  uint8_t depth = 0;  // levels below the document, at most 255

  uint8_t& at(MarkupWord word) { return distance[static_cast<size_t>(word)]; }
  uint8_t at(MarkupWord word) const { return distance[static_cast<size_t>(word)]; }
  uint8_t& at(MarkupElement element) { return distance[kMarkupWords + static_cast<size_t>(element)]; }
  uint8_t at(MarkupElement element) const { return distance[kMarkupWords + static_cast<size_t>(element)]; }
};

// By node. Linear in the page.
std::vector<MarkupSignals> find_signals(const HtmlTree& tree);

}  // namespace smelt
