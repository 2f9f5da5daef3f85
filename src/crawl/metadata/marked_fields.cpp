#include "crawl/metadata/marked_fields.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "base/text.h"
#include "crawl/metadata/date.h"
#include "crawl/page_head.h"

namespace smelt {
namespace {

using enum HtmlTag;

constexpr size_t kLongestText = 300;

std::string text_below(const HtmlTree& tree, uint32_t node) {
  std::string out;
  const std::vector<HtmlNode>& nodes = tree.nodes();
  for (uint32_t i = node + 1; i < nodes[node].end && out.size() <= kLongestText; ++i) {
    if (nodes[i].is_text()) {
      out += nodes[i].text;
    } else if (nodes[i].tag == kScript || nodes[i].tag == kStyle || nodes[i].tag == kSvg) {
      i = nodes[i].end - 1;
    } else if (is_block_tag(nodes[i].tag) || nodes[i].tag == kBr) {
      out += ' ';
    }
  }
  return out.size() > kLongestText ? std::string() : one_line(out, kLongestText);
}

// Words of a class or id: "post-author" is post and author.
bool has_part(std::string_view names, std::string_view word) {
  for (size_t at = names.find(word); at != std::string_view::npos; at = names.find(word, at + 1)) {
    const auto letter = [&](size_t i) { return i < names.size() && names[i] >= 'a' && names[i] <= 'z'; };
    if (!(at > 0 && letter(at - 1)) && !letter(at + word.size())) {
      return true;
    }
  }
  return false;
}

class Reader {
 public:
  explicit Reader(const HtmlTree& tree) : tree_(tree), nodes_(tree.nodes()) {}

  MarkedFields run() {
    for (uint32_t i = 1; i < nodes_.size(); ++i) {
      const HtmlNode& node = nodes_[i];
      if (!node.is_element()) {
        continue;
      }
      if (is_apart(node)) {
        i = node.end - 1;
        continue;
      }
      if (node.tag == kH1) {
        heading(i);
      } else if (node.tag == kTime) {
        time(i);
      }
      if (node.num_attributes > 0) {
        attributes(i);
      }
    }
    out_.one_heading = headings_ == 1;
    return std::move(out_);
  }

 private:
  bool is_apart(const HtmlNode& node) const {
    constexpr HtmlTagSet kApart = {kNav, kFooter, kAside, kScript, kStyle, kSvg, kNoscript};
    if (kApart.has(node.tag)) {
      return true;
    }
    if ((node.tag != kDiv && node.tag != kSection && node.tag != kOl && node.tag != kUl) || node.num_attributes == 0) {
      return false;
    }
    const std::string names =
        lower_ascii(tree_.attribute(node, "class")) + " " + lower_ascii(tree_.attribute(node, "id"));
    return has_part(names, "comments") || has_part(names, "related") || has_part(names, "sidebar") ||
           has_part(names, "commentlist") || has_part(names, "recommended");
  }

  void heading(uint32_t node) {
    std::string text = text_below(tree_, node);
    if (!text.empty()) {
      ++headings_;
      out_.heading = out_.heading.empty() ? std::move(text) : out_.heading;
    }
  }

  void time(uint32_t node) {
    const std::string_view given = tree_.attribute(nodes_[node], "datetime");
    std::string date = read_date(given.empty() ? std::string_view(text_below(tree_, node)) : given);
    if (date.empty()) {
      return;
    }
    const std::string names = lower_ascii(tree_.attribute(nodes_[node], "class")) + " " +
                              lower_ascii(tree_.attribute(nodes_[node], "itemprop"));
    const bool updated = names.find("updated") != std::string::npos || names.find("modified") != std::string::npos;
    const bool published = names.find("publish") != std::string::npos || tree_.has_attribute(nodes_[node], "pubdate");
    const int rank = published ? 3 : updated ? 1 : 2;
    if (rank > time_rank_) {
      time_rank_ = rank;
      out_.time = std::move(date);
    }
  }

  void attributes(uint32_t node) {
    std::string names;
    for (uint32_t i = 0; i < nodes_[node].num_attributes; ++i) {
      const HtmlAttribute& attribute = tree_.attributes()[nodes_[node].first_attribute + i];
      if (attribute.name == "itemprop") {
        item(node, lower_ascii(attribute.value));
      } else if (attribute.name == "rel" && out_.rel_author.empty() &&
                 has_part(lower_ascii(attribute.value), "author")) {
        out_.rel_author = clean_author(text_below(tree_, node));
      } else if (attribute.name == "class" || attribute.name == "id" || attribute.name == "data-testid") {
        names += lower_ascii(attribute.value) + " ";
      }
    }
    if (!names.empty() && nodes_[node].tag != kBody && nodes_[node].tag != kHtml) {
      by_names(node, names);
    }
  }

  void item(uint32_t node, const std::string& property) {
    const std::string_view content = tree_.attribute(nodes_[node], "content");
    if (property == "author" && out_.item_author.empty()) {
      std::string name(content);
      for (uint32_t i = node + 1; i < nodes_[node].end && i < node + 40 && name.empty(); ++i) {
        if (nodes_[i].is_element() && tree_.attribute(nodes_[i], "itemprop") == "name") {
          const std::string_view value = tree_.attribute(nodes_[i], "content");
          name = value.empty() ? text_below(tree_, i) : std::string(value);
        }
      }
      out_.item_author = clean_author(name.empty() ? text_below(tree_, node) : name);
    } else if (property == "datepublished" && out_.item_date.empty()) {
      const std::string_view given = content.empty() ? tree_.attribute(nodes_[node], "datetime") : content;
      out_.item_date = read_date(given.empty() ? std::string_view(text_below(tree_, node)) : given);
    }
  }

  void by_names(uint32_t node, const std::string& names) {
    constexpr std::array<std::string_view, 6> kAuthor = {"author",     "byline",   "authors",
                                                         "authorname", "dateline", "writer"};
    constexpr std::array<std::string_view, 8> kDate = {"date",      "published", "posted",   "pubdate",
                                                       "timestamp", "postdate",  "datetime", "time"};
    const auto any = [&](const auto& words) {
      return std::any_of(words.begin(), words.end(), [&](std::string_view word) { return has_part(names, word); });
    };
    if (out_.byline.empty() && any(kAuthor)) {
      out_.byline = clean_author(text_below(tree_, node));
    }
    if (out_.class_date.empty() && any(kDate) && names.find("update") == std::string::npos) {
      out_.class_date = read_date(text_below(tree_, node));
    }
  }

  const HtmlTree& tree_;
  const std::vector<HtmlNode>& nodes_;
  MarkedFields out_;
  int time_rank_ = 0;
  int headings_ = 0;
};

}  // namespace

MarkedFields read_marked_fields(const HtmlTree& tree) {
  return Reader(tree).run();
}

std::string clean_author(std::string_view text) {
  constexpr std::array<std::string_view, 20> kBefore = {
      "by:",     "by ",          "author:", "author ",  "written ", "posted ", "published ",
      "story ",  "text ",        "words ",  "article ", "created ", "added ",  "submitted ",
      "edited ", "contributed ", "von ",    "par ",     "por ",     "from "};
  constexpr size_t kLongest = 100;
  constexpr int kMostWords = 10;
  std::string line = one_line(text, kLongestText);
  std::string_view name = line;
  bool more = true;
  while (more) {
    more = false;
    name = trim(name);
    for (const std::string_view before : kBefore) {
      if (starts_with_ignoring_case(name, before)) {
        name = trim(name.substr(before.size()));
        more = true;
      }
    }
  }
  for (const std::string_view separator :
       {" | ", " \xC2\xB7 ", " \xE2\x80\xA2 ", " on ", " \xE2\x80\x93 ", " - ", "Published", "Updated", "Posted",
        "Last updated", "Last modified", "Last reviewed", " Last "}) {
    const size_t at = name.find(separator);
    if (at != std::string_view::npos && at > 2) {
      name = trim(name.substr(0, at));
    }
  }
  while (name.ends_with(',') || name.ends_with(':') || name.ends_with('|')) {
    name = trim(name.substr(0, name.size() - 1));
  }
  const auto words = 1 + std::count(name.begin(), name.end(), ' ');
  const bool digits_only = name.find_first_not_of("0123456789 ./:-") == std::string_view::npos;
  const bool address = name.find("http") != std::string_view::npos || name.find("www.") != std::string_view::npos ||
                       name.find('@') < 1 || name.find("{{") != std::string_view::npos;
  const std::string lower = lower_ascii(name);
  const bool role = lower == "the author" || lower == "author" || lower == "admin" || lower == "staff" ||
                    lower == "about the author" || lower == "guest";
  if (role || name.size() < 2 || name.size() > kLongest || words > kMostWords || digits_only || address ||
      !read_date(name).empty()) {
    return {};
  }
  return std::string(name);
}

}  // namespace smelt
