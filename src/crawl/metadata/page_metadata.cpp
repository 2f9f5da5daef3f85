#include "crawl/metadata/page_metadata.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <optional>
#include <utility>

#include "base/text.h"
#include "crawl/fetch/url.h"
#include "crawl/metadata/date.h"
#include "crawl/metadata/json_ld.h"
#include "crawl/metadata/marked_fields.h"

namespace smelt {
namespace {

using enum HtmlTag;

constexpr size_t kLongestTitle = 1000;
constexpr size_t kLongestDescription = 2000;

// A value and how much its source is trusted: 0 most.
struct Ranked {
  std::string value;
  int rank = 100;
};

struct MetaFields {
  Ranked og_title;
  Ranked twitter_title;
  Ranked author;
  Ranked date;
  Ranked site_name;
  Ranked description;
  Ranked og_url;
  Ranked language;
  std::string canonical;
};

struct MetaRow {
  std::string_view name;
  Ranked MetaFields::* field;
  int rank;
};

constexpr std::array<MetaRow, 42> kMetaRows = {{{"og:title", &MetaFields::og_title, 0},
                                                {"twitter:title", &MetaFields::twitter_title, 0},
                                                {"parsely-title", &MetaFields::twitter_title, 1},
                                                {"dc.title", &MetaFields::twitter_title, 2},
                                                {"dcterms.title", &MetaFields::twitter_title, 3},
                                                {"citation_title", &MetaFields::twitter_title, 1},
                                                {"author", &MetaFields::author, 0},
                                                {"article:author", &MetaFields::author, 2},
                                                {"article:author_name", &MetaFields::author, 1},
                                                {"og:article:author", &MetaFields::author, 2},
                                                {"dc.creator", &MetaFields::author, 1},
                                                {"dcterms.creator", &MetaFields::author, 1},
                                                {"parsely-author", &MetaFields::author, 1},
                                                {"sailthru.author", &MetaFields::author, 1},
                                                {"citation_author", &MetaFields::author, 1},
                                                {"byl", &MetaFields::author, 1},
                                                {"article:published_time", &MetaFields::date, 0},
                                                {"og:article:published_time", &MetaFields::date, 0},
                                                {"og:published_time", &MetaFields::date, 1},
                                                {"datepublished", &MetaFields::date, 1},
                                                {"parsely-pub-date", &MetaFields::date, 1},
                                                {"sailthru.date", &MetaFields::date, 1},
                                                {"citation_publication_date", &MetaFields::date, 1},
                                                {"citation_date", &MetaFields::date, 2},
                                                {"publish-date", &MetaFields::date, 1},
                                                {"publish_date", &MetaFields::date, 1},
                                                {"published_date", &MetaFields::date, 1},
                                                {"pubdate", &MetaFields::date, 1},
                                                {"date", &MetaFields::date, 2},
                                                {"dc.date.issued", &MetaFields::date, 1},
                                                {"dc.date", &MetaFields::date, 2},
                                                {"dcterms.date", &MetaFields::date, 2},
                                                {"dcterms.created", &MetaFields::date, 2},
                                                {"dc.date.created", &MetaFields::date, 2},
                                                {"og:site_name", &MetaFields::site_name, 0},
                                                {"application-name", &MetaFields::site_name, 2},
                                                {"og:description", &MetaFields::description, 0},
                                                {"description", &MetaFields::description, 1},
                                                {"twitter:description", &MetaFields::description, 2},
                                                {"dc.description", &MetaFields::description, 3},
                                                {"og:url", &MetaFields::og_url, 0},
                                                {"og:locale", &MetaFields::language, 0}}};

// "DC.creator", "dc:creator" and "dcterms:creator" are one.
std::string spelled(std::string_view name) {
  for (const std::string_view prefix : {"dc:", "dcterm:", "dcterms:", "dc_", "dcterms."}) {
    if (name.starts_with(prefix)) {
      return "dc." + std::string(name.substr(prefix.size()));
    }
  }
  return std::string(name == "content-language" ? "og:locale" : name);
}

void take(MetaFields& fields, std::string_view name, std::string_view content) {
  for (const MetaRow& row : kMetaRows) {
    if (row.name != name) {
      continue;
    }
    Ranked& field = fields.*row.field;
    std::string value = row.field == &MetaFields::date     ? read_date(content)
                        : row.field == &MetaFields::author ? clean_author(content)
                                                           : one_line(content, kLongestDescription);
    // Further authors come as further elements.
    const bool further = name == "citation_author" && row.rank == field.rank && field.value.size() < kLongestTitle;
    if (!value.empty() && (row.rank < field.rank || further)) {
      field.value = further ? field.value + ", " + value : std::move(value);
      field.rank = row.rank;
    }
  }
}

MetaFields read_meta_fields(const HtmlTree& tree) {
  MetaFields fields;
  for (const HtmlNode& node : tree.nodes()) {
    if (node.tag == kLink && fields.canonical.empty() && lower_ascii(tree.attribute(node, "rel")) == "canonical") {
      fields.canonical = one_line(tree.attribute(node, "href"), 4000);
    }
    const std::string_view content = node.tag == kMeta ? trim(tree.attribute(node, "content")) : std::string_view();
    if (content.empty()) {
      continue;
    }
    for (const char* attribute : {"property", "name", "itemprop", "http-equiv"}) {
      // One element may say several things at once.
      const std::string names = lower_ascii(tree.attribute(node, attribute));
      for (const std::string_view name : split(names, ' ')) {
        if (!name.empty()) {
          take(fields, spelled(name), content);
        }
      }
    }
  }
  return fields;
}

std::string letters_of(std::string_view text) {
  std::string out;
  for (const char c : lower_ascii(text)) {
    const bool ascii_mark = static_cast<unsigned char>(c) < 0x80 && (c < 'a' || c > 'z') && (c < '0' || c > '9');
    out += ascii_mark ? "" : std::string(1, c);
  }
  return out;
}

std::string host_word(std::string_view url) {
  const std::optional<Url> parsed = parse_url(url);
  if (!parsed) {
    return {};
  }
  std::string_view host = parsed->host;
  host = host.starts_with("www.") ? host.substr(4) : host;
  return letters_of(host.substr(0, host.find('.')));
}

constexpr std::array<std::string_view, 10> kSeparators = {" | ",  " - ",        " \xE2\x80\x93 ", " \xE2\x80\x94 ",
                                                          " :: ", " \xC2\xBB ", " \xC2\xB7 ",     " \xE2\x80\xA2 ",
                                                          " / ",  ": "};

// The names of a page's site by their letters.
struct SiteNames {
  std::string name;
  std::string host;

  bool include(std::string_view part) const {
    const std::string letters = letters_of(part);
    if (letters.empty()) {
      return false;
    }
    const bool part_of_name = letters.size() > 4 && name.find(letters) != std::string::npos;
    const bool begins_as_host = host.size() > 4 && letters.starts_with(host);
    return letters == name || letters == host || part_of_name || begins_as_host;
  }
};

// "Title - Site", "Site | Title": without the site, where one of its ends is the site's name or host, or the heading
// stands at the other.
std::string without_site(const std::string& title, const SiteNames& site, std::string_view heading) {
  for (const std::string_view separator : kSeparators) {
    const size_t last = title.rfind(separator);
    if (last == std::string::npos || last == 0) {
      continue;
    }
    const std::string before = title.substr(0, last);
    const size_t first = title.find(separator);
    const std::string behind = title.substr(first + separator.size());
    const auto is_heading = [&](const std::string& part) {
      return !heading.empty() && letters_of(part) == letters_of(heading);
    };
    if (site.include(title.substr(last + separator.size())) || is_heading(before)) {
      return before;
    }
    if (site.include(title.substr(0, first)) || is_heading(behind)) {
      return behind;
    }
  }
  return title;
}

// What readers see above the text comes before what the page tells others; but a heading that is only a part of the
// page's title, with nothing between them, is its section's.
std::string pick_title(const std::string& told, const std::string& heading, const SiteNames& site) {
  const std::string title = without_site(told, site, heading);
  if (heading.empty() || site.include(heading)) {
    return title.empty() ? heading : title;
  }
  const bool separated = std::any_of(kSeparators.begin(), kSeparators.end(), [&](std::string_view separator) {
    return title.find(separator) != std::string::npos;
  });
  const bool is_part = !separated && letters_of(title).find(letters_of(heading)) != std::string::npos;
  return is_part ? title : heading;
}

std::string first_of(std::initializer_list<std::string_view> values) {
  for (const std::string_view value : values) {
    if (!value.empty()) {
      return std::string(value);
    }
  }
  return {};
}

std::string absolute(std::string_view address, std::string_view url) {
  const std::optional<Url> base = parse_url(url);
  const std::optional<Url> out = parse_url(address, base ? &*base : nullptr);
  return out ? out->text() : std::string();
}

}  // namespace

PageMetadata read_metadata(const HtmlTree& tree, const PageHead& head, std::string_view url) {
  const MetaFields meta = read_meta_fields(tree);
  const MarkedFields marked = read_marked_fields(tree);
  const JsonLd data(tree);
  const Json nothing = Json::object();
  const Json& subject = data.subject() != nullptr ? *data.subject() : nothing;
  const auto told = [&](const char* key, size_t longest) { return one_line(data.text(subject, key), longest); };
  PageMetadata out;
  out.canonical = first_of({head.canonical, absolute(meta.canonical, url), absolute(meta.og_url.value, url)});
  const Json* site = data.find_type("WebSite");
  out.site_name = first_of({meta.site_name.rank == 0 ? meta.site_name.value : "", told("publisher", 200),
                            site != nullptr ? one_line(data.text(*site, "name"), 200) : "", meta.site_name.value});
  const SiteNames names{letters_of(out.site_name), host_word(url.empty() ? std::string_view(out.canonical) : url)};
  const std::string title = first_of(
      {meta.og_title.value, meta.twitter_title.value, told("headline", kLongestTitle), head.title, marked.heading});
  out.title = pick_title(title, marked.one_heading ? marked.heading : "", names);
  // A firm is named as the author where a person is not.
  const Json* author = subject.find("author");
  const bool person = author == nullptr || !author->is_object() || author->get("@type", "Person") == "Person";
  const std::string data_author = first_of({clean_author(told("author", 500)), clean_author(told("creator", 500))});
  out.author = first_of({person ? data_author : "", meta.author.value, marked.item_author, marked.rel_author,
                         marked.byline, data_author});
  out.date = first_of({read_date(told("datePublished", 100)), meta.date.value, marked.item_date, marked.time,
                       marked.class_date, date_of_address(url), read_date(told("dateCreated", 100)),
                       read_date(told("uploadDate", 100))});
  out.description = first_of({meta.description.value, told("description", kLongestDescription)});
  out.language = first_of({head.html_lang, meta.language.value, told("inLanguage", 40)});
  return out;
}

}  // namespace smelt
