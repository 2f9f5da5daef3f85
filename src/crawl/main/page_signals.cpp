#include "crawl/main/page_signals.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "base/text.h"

namespace smelt {
namespace {

using enum HtmlTag;

bool has_any(std::string_view text, std::string_view words) {
  for (const std::string_view word : split(words, ' ')) {
    if (text.find(word) != std::string_view::npos) {
      return true;
    }
  }
  return false;
}

// Types of schema.org that a page names, by what they make of it.
constexpr std::string_view kTypes[] = {"Article\" NewsArticle BlogPosting Report\"",
                                       "Product\" ProductGroup",
                                       "DiscussionForumPosting QAPage Question\" SocialMediaPosting",
                                       "ItemList CollectionPage SearchResultsPage OfferCatalog",
                                       "LocalBusiness Organization\" Service\" ProfessionalService Corporation",
                                       "TechArticle APIReference HowTo SoftwareSourceCode",
                                       "Recipe\"",
                                       "FAQPage",
                                       "BreadcrumbList",
                                       "Event\" Course\" JobPosting",
                                       "WebSite\""};
constexpr std::string_view kAddressWords[] = {
    "forum thread topic question discuss viewtopic showthread community /t/ /r/",
    "product /p/ /dp/ /item /shop store buy",
    "category collection /c/ /cat/ /tag/ catalog search browse /b/",
    "docs doc/ reference guide manual api tutorial wiki learn help support",
    "blog news article story post 2019 2020 2021 2022 2023 2024 2025",
    "service about solution pricing feature home company contact"};

}  // namespace

PageSignals read_page_signals(const HtmlTree& tree, std::string_view url) {
  PageSignals out;
  size_t next = 0;
  const auto put = [&](double value) { out.values[next++] = static_cast<float>(value); };
  const std::string address = lower_ascii(url);
  const size_t scheme = address.find("://");
  const std::string_view rest = std::string_view(address).substr(scheme == std::string::npos ? 0 : scheme + 3);
  const size_t slash = std::min(rest.find('/'), rest.size());
  std::string_view path = rest.substr(slash);
  put(static_cast<double>(std::count(path.begin(), path.end(), '/')));
  put(static_cast<double>(std::count(path.begin(), path.end(), '-')));
  put(static_cast<double>(std::count_if(path.begin(), path.end(), [](char c) { return c >= '0' && c <= '9'; })));
  put(path.find('?') != std::string_view::npos ? 1 : 0);
  for (const std::string_view words : kAddressWords) {
    put(has_any(rest, words) ? 1 : 0);
  }
  int articles = 0;
  int forms = 0;
  int paragraphs = 0;
  int headings = 0;
  int images = 0;
  int tables = 0;
  int codes = 0;
  int items = 0;
  int og_type = 0;
  int english = -1;  // where the page does not name its language
  std::array<bool, std::size(kTypes)> types{};
  for (uint32_t i = 1; i < tree.nodes().size(); ++i) {
    const HtmlNode& node = tree.nodes()[i];
    articles += node.tag == kArticle ? 1 : 0;
    forms += node.tag == kInput || node.tag == kSelect ? 1 : 0;
    paragraphs += node.tag == kP ? 1 : 0;
    headings += node.tag == kH2 || node.tag == kH3 ? 1 : 0;
    images += node.tag == kImg ? 1 : 0;
    tables += node.tag == kTable ? 1 : 0;
    codes += node.tag == kPre || node.tag == kCode ? 1 : 0;
    items += node.tag == kLi ? 1 : 0;
    if (node.tag == kHtml && tree.has_attribute(node, "lang")) {
      english = starts_with_ignoring_case(tree.attribute(node, "lang"), "en") ? 1 : 0;
    }
    if (node.tag == kMeta && tree.attribute(node, "property") == "og:type") {
      const std::string type = lower_ascii(tree.attribute(node, "content"));
      og_type = type == "article" ? 1 : type.find("product") != std::string::npos ? 2 : type == "website" ? 3 : 4;
    } else if (node.tag == kScript && i + 1 < node.end) {
      const std::string_view data = tree.nodes()[i + 1].text;
      const size_t checked = data.find("schema.org") != std::string_view::npos ? types.size() : 0;
      for (size_t t = 0; t < checked; ++t) {
        types[t] = types[t] || has_any(data, kTypes[t]);
      }
    }
  }
  for (const int count : {articles, forms, paragraphs, headings, images, tables, codes, items}) {
    put(std::log1p(count));
  }
  put(og_type);
  for (const bool type : types) {
    put(type ? 1 : 0);
  }
  put(english);
  return out;
}

}  // namespace smelt
