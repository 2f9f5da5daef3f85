#include "crawl/main/signals.h"

#include <algorithm>
#include <bit>
#include <unordered_map>

#include "base/hash.h"
#include "base/text.h"
#include "crawl/visibility.h"

namespace smelt {
namespace {

using enum HtmlTag;

struct WordRow {
  MarkupWord meaning;
  std::string_view words;  // apart by spaces
};

constexpr WordRow kWordRows[] = {
    {MarkupWord::kContent,
     "content entry post article story text body main prose markdown copy description details detail rte richtext "
     "wysiwyg page paragraph "
     "articlebody blog editor document docs"},
    {MarkupWord::kMessage,
     "message reply replies answer answers question topic thread forum posts messages bbcode bbwrapper user "
     "conversation"},
    {MarkupWord::kComment, "comment comments commentlist disqus discussion respond"},
    {MarkupWord::kNavigation,
     "nav navbar navigation menu submenu breadcrumb breadcrumbs pagination pager menubar sitenav subnav dropdown skip"},
    {MarkupWord::kHeader, "header masthead topbar toolbar head banner top"},
    {MarkupWord::kFooter, "footer foot bottom copyright legal colophon contentinfo disclaimer"},
    {MarkupWord::kSidebar, "sidebar aside rail secondary widget widgets complementary sidebars side gutter"},
    {MarkupWord::kRelated,
     "related recommended recommendations recommendation more also popular trending latest teaser similar upsell cross "
     "recirc next previous "
     "prev readmore suggestions recent"},
    {MarkupWord::kSocial, "share sharing social follow facebook twitter like likes sharedaddy addthis"},
    {MarkupWord::kAdvert,
     "ad ads advert advertisement advertising sponsor sponsored promo promotion promotions promoted adsense outbrain "
     "taboola"},
    {MarkupWord::kOverlay,
     "cookie cookies consent gdpr popup modal overlay dialog newsletter subscribe subscription signup login register "
     "signin account paywall "
     "alert notice toast optin"},
    {MarkupWord::kByline,
     "meta byline author authors date time published timestamp tag tags category categories posted postmeta metadata "
     "info avatar profile bio "
     "label labels badge datetime"},
    {MarkupWord::kProduct,
     "product products price prices cart buy sku variant variants swatch shop store checkout shipping stock offer "
     "offers"},
    {MarkupWord::kGrid,
     "list grid card cards item items tile tiles carousel slider slide slides swiper slick results listing listings "
     "row rows col collection"},
    {MarkupWord::kHidden,
     "hidden hide visually sr screenreader offscreen collapse collapsed invisible noprint screen only mobile tooltip "
     "clip"},
    {MarkupWord::kMedia,
     "caption figure image images img gallery video credit photo media thumbnail picture player audio"},
    {MarkupWord::kForm,
     "form search input filter filters facet facets sort select field fields control controls option options quantity"},
    {MarkupWord::kSummary,
     "summary excerpt intro lead abstract dek subtitle subheading standfirst introduction synopsis lede"},
    {MarkupWord::kReview, "review reviews rating ratings testimonial testimonials stars feedback"},
    {MarkupWord::kContents, "toc outline index contents anchor anchors onthispage"},
    {MarkupWord::kPanel,
     "faq accordion panel tab tabs tabpanel spec specs specification specifications features feature block module "
     "section"},
    {MarkupWord::kTitle, "hero jumbotron headline title heading name"},
    {MarkupWord::kReference, "reference references footnote footnotes citation citations bibliography reflist cite"},
    {MarkupWord::kAction, "btn button buttons cta link links action actions toggle icon print download"},
};

const std::unordered_map<std::string_view, MarkupWord>& word_table() {
  static const std::unordered_map<std::string_view, MarkupWord> table = [] {
    std::unordered_map<std::string_view, MarkupWord> out;
    for (const WordRow& row : kWordRows) {
      for (const std::string_view word : split(row.words, ' ')) {
        out.emplace(word, row.meaning);
      }
    }
    return out;
  }();
  return table;
}

// Words end at anything but letters, and before a capital that follows a small letter.
template <class F>
void each_word(std::string_view text, F&& f) {
  constexpr size_t kLongest = 20;
  std::array<char, kLongest> word{};
  size_t size = 0;
  for (size_t i = 0; i <= text.size(); ++i) {
    const char c = i < text.size() ? text[i] : ' ';
    const bool upper = c >= 'A' && c <= 'Z';
    const bool letter = upper || (c >= 'a' && c <= 'z');
    const bool camel = upper && i > 0 && text[i - 1] >= 'a' && text[i - 1] <= 'z';
    if (!letter || camel) {
      if (size > 1 && size <= kLongest) {
        f(std::string_view(word.data(), size));
      }
      size = 0;
    }
    if (letter) {
      if (size < kLongest) {
        word[size] = static_cast<char>(c | 0x20);
      }
      ++size;
    }
  }
}

void read_element(HtmlTag tag, MarkupSignals& signals) {
  const auto here = [&](MarkupElement element) { signals.at(element) = 0; };
  switch (tag) {
    case kNav:
      return here(MarkupElement::kNav);
    case kHeader:
      return here(MarkupElement::kHeader);
    case kFooter:
      return here(MarkupElement::kFooter);
    case kAside:
      return here(MarkupElement::kAside);
    case kArticle:
      return here(MarkupElement::kArticle);
    case kMain:
      return here(MarkupElement::kMain);
    case kSection:
      return here(MarkupElement::kSection);
    case kForm:
    case kFieldset:
      return here(MarkupElement::kForm);
    case kTable:
      return here(MarkupElement::kTable);
    case kUl:
    case kOl:
    case kDl:
    case kMenu:
      return here(MarkupElement::kList);
    case kFigure:
    case kFigcaption:
      return here(MarkupElement::kFigure);
    case kBlockquote:
      return here(MarkupElement::kQuote);
    case kDetails:
      return here(MarkupElement::kDetails);
    case kButton:
    case kLabel:
    case kLegend:
      return here(MarkupElement::kButton);
    case kA:
      return here(MarkupElement::kLink);
    case kP:
      return here(MarkupElement::kParagraph);
    case kNoscript:
      return here(MarkupElement::kNoscript);
    default:
      return;
  }
}

// What the words of an attribute stand for, a bit a meaning. The same values come again and again in a page.
class AttributeReader {
 public:
  uint32_t read(std::string_view value) {
    const uint64_t key = hash64(value);
    Known& known = known_[key % known_.size()];
    if (known.key != key) {
      known = {key, 0};
      each_word(value, [&](std::string_view word) {
        if (const auto at = word_table().find(word); at != word_table().end()) {
          known.meanings |= 1U << static_cast<uint32_t>(at->second);
        }
      });
    }
    return known.meanings;
  }

 private:
  struct Known {
    uint64_t key = 0;
    uint32_t meanings = 0;
  };
  std::array<Known, 512> known_{};  // the last of each place
};

void read_words(std::string_view text, AttributeReader& reader, MarkupSignals& signals) {
  for (uint32_t meanings = reader.read(text); meanings != 0; meanings &= meanings - 1) {
    signals.distance[static_cast<size_t>(std::countr_zero(meanings))] = 0;
  }
}

void read_attributes(const HtmlTree& tree, const HtmlNode& node, AttributeReader& reader, MarkupSignals& signals) {
  for (uint32_t i = 0; i < node.num_attributes; ++i) {
    const HtmlAttribute& attribute = tree.attributes()[node.first_attribute + i];
    const std::string_view name = attribute.name;
    if (name == "class" || name == "id" || name == "role" || name == "itemprop" || name == "aria-label" ||
        name == "data-testid" || name == "data-component" || name == "data-type") {
      read_words(attribute.value, reader, signals);
    } else if (name == "hidden" || (name == "aria-hidden" && attribute.value == "true") ||
               (name == "style" && style_hides(attribute.value))) {
      signals.at(MarkupElement::kHiddenStyle) = 0;
    }
  }
}

}  // namespace

std::vector<MarkupSignals> find_signals(const HtmlTree& tree) {
  const std::vector<HtmlNode>& nodes = tree.nodes();
  std::vector<MarkupSignals> all(nodes.size());
  AttributeReader reader;
  all[0].distance.fill(kFarAway);
  for (uint32_t i = 1; i < nodes.size(); ++i) {
    MarkupSignals& signals = all[i];
    signals = all[nodes[i].parent];
    if (!nodes[i].is_element()) {
      continue;
    }
    for (uint8_t& distance : signals.distance) {
      distance = static_cast<uint8_t>(distance + (distance < kFarAway ? 1 : 0));
    }
    signals.depth = static_cast<uint8_t>(signals.depth + (signals.depth < 255 ? 1 : 0));
    read_element(nodes[i].tag, signals);
    if (nodes[i].tag == HtmlTag::kUnknown) {
      read_words(nodes[i].text, reader, signals);  // custom elements are named by what they are
    }
    // <body> and <html> carry the words of the whole page.
    if (nodes[i].num_attributes > 0 && nodes[i].tag != kBody && nodes[i].tag != kHtml) {
      read_attributes(tree, nodes[i], reader, signals);
    }
  }
  return all;
}

}  // namespace smelt
