#include "crawl/fetch/links.h"

#include <algorithm>
#include <optional>
#include <unordered_set>

#include "base/text.h"
#include "crawl/html/tree.h"

namespace smelt {
namespace {

constexpr size_t kMostLinks = 10000;
constexpr size_t kMostLocations = 50000;

class UniqueUrls {
 public:
  explicit UniqueUrls(std::vector<Url>& out) : out_(out) {}
  void add(std::string_view text, const Url& base) {
    std::optional<Url> url = parse_url(text, &base);
    if (url && seen_.insert(url->text()).second) {
      out_.push_back(std::move(*url));
    }
  }

 private:
  std::vector<Url>& out_;
  std::unordered_set<std::string> seen_;
};

std::string_view link_of(const HtmlTree& tree, const HtmlNode& node) {
  if (node.text == "a" || node.text == "area") {
    return tree.attribute(node, "href");
  }
  return node.text == "frame" || node.text == "iframe" ? tree.attribute(node, "src") : std::string_view();
}

bool asks_nofollow(const HtmlTree& tree, const HtmlNode& node) {
  if (node.text != "meta" || lower_ascii(tree.attribute(node, "name")) != "robots") {
    return false;
  }
  const std::string content = lower_ascii(tree.attribute(node, "content"));
  return content.find("nofollow") != std::string::npos || content.find("none") != std::string::npos;
}

// The five named references of XML.
std::string without_references(std::string_view text) {
  constexpr std::string_view kNames[][2] = {
      {"&amp;", "&"}, {"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&apos;", "'"}};
  std::string out;
  for (size_t i = 0; i < text.size();) {
    size_t taken = 0;
    for (const auto& [name, value] : kNames) {
      if (text.substr(i).starts_with(name)) {
        out.append(value);
        taken = name.size();
        break;
      }
    }
    if (taken == 0) {
      out += text[i];
      taken = 1;
    }
    i += taken;
  }
  return out;
}

std::string location_text(std::string_view inside) {
  constexpr std::string_view kOpen = "<![CDATA[";
  inside = trim(inside);
  if (inside.starts_with(kOpen)) {
    inside.remove_prefix(kOpen.size());
    return std::string(trim(inside.substr(0, inside.find("]]>"))));
  }
  return without_references(inside);
}

}  // namespace

PageLinks page_links(std::string_view html, const Url& page) {
  PageLinks out;
  const HtmlTree tree = parse_html(replace_invalid_utf8(html), {.limits = {}, .text_only = true});
  UniqueUrls unique(out.urls);
  Url base = page;
  bool has_base = false;
  for (const HtmlNode& node : tree.nodes()) {
    if (!node.is_element() || out.urls.size() >= kMostLinks) {
      continue;
    }
    if (node.text == "base" && !has_base && tree.has_attribute(node, "href")) {
      base = parse_url(tree.attribute(node, "href"), &page).value_or(page);
      has_base = true;
    }
    out.nofollow = out.nofollow || asks_nofollow(tree, node);
    if (const std::string_view link = link_of(tree, node); !link.empty()) {
      unique.add(link, base);
    }
  }
  return out;
}

SitemapLinks sitemap_links(std::string_view text, const Url& sitemap) {
  SitemapLinks out;
  const bool is_index = text.find("<sitemapindex") != std::string_view::npos;
  std::vector<Url>& urls = is_index ? out.sitemaps : out.pages;
  UniqueUrls unique(urls);
  if (text.find("<urlset") == std::string_view::npos && !is_index) {
    for (size_t at = 0; at < text.size() && urls.size() < kMostLocations;) {
      const size_t end = std::min(text.find('\n', at), text.size());
      const std::string_view line = trim(text.substr(at, end - at));
      if (line.starts_with("http://") || line.starts_with("https://")) {
        unique.add(line, sitemap);
      }
      at = end + 1;
    }
    return out;
  }
  constexpr std::string_view kOpen = "<loc>";
  constexpr std::string_view kClose = "</loc>";
  for (size_t at = text.find(kOpen); at != std::string_view::npos && urls.size() < kMostLocations;
       at = text.find(kOpen, at)) {
    at += kOpen.size();
    const size_t end = text.find(kClose, at);
    if (end == std::string_view::npos) {
      break;
    }
    unique.add(location_text(text.substr(at, end - at)), sitemap);
    at = end;
  }
  return out;
}

}  // namespace smelt
