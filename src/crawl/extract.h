// From a fetched page to a document: charset, HTML tree, main text, language.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "base/recipe.h"
#include "crawl/justext.h"
#include "crawl/language/language.h"
#include "crawl/page.h"
#include "crawl/stop_words.h"

namespace smelt {

struct ExtractOptions {
  std::string content = "main";
  std::string output = "text";
  bool emphasis = true;
  bool links = false;
  bool comments = false;
  int64_t max_page_bytes = 32 << 20;
  JustextOptions justext;
  LanguageOptions language;
  void fields(Fields& f) {
    f.choice("content", content, {"main", "justext", "all"},
             "main: the page's own text without navigation and boilerplate; justext: the good paragraphs of jusText, "
             "which are prose; all: every visible block");
    f.choice("output", output, {"text", "markdown"},
             "text: structure by light marks, nothing escaped; markdown: CommonMark with tables as GitHub writes them");
    f("emphasis", emphasis, "markdown: ** and * around what the page stresses");
    f("links", links, "markdown: links with their addresses, else their text alone");
    f("comments", comments, "main: also what readers wrote under the text; posts of forums are text either way");
    f("max_page_bytes", max_page_bytes, "larger pages are set aside as too_large", {.min = 1024, .max = 1 << 30});
    f.table("justext", justext, "how justext tells text from boilerplate");
    f.table("language", language, "the language of the text and of its paragraphs");
  }
};

struct ExtractedPage {
  std::string id;
  std::string url;       // as fetched, else the page's own canonical address, else empty
  std::string title;     // one line; may be empty
  std::string text;      // UTF-8, Unix line ends, blocks apart by a blank line, never empty, no trailing white space
  std::string language;  // ISO 639-1 code of the text, "und" where unknown
  std::string charset;   // WHATWG name of the encoding that was decoded, lower case
  std::string source;
  // title, charset, charset_from; where known author, date (ISO 8601), fetched, html_lang, canonical_url, site_name,
  // description (PageMetadata); link_density, blocks, kept_blocks; what TextLanguages::describe() gives.
  Json metadata;
  std::vector<LanguageShare> dropped;  // paragraphs in other languages than the options keep
};

// What the options name by path, read once and shared by all threads.
struct ExtractResources {
  // Throws UserError where a file cannot be read, or the options contradict each other.
  explicit ExtractResources(const ExtractOptions& options);
  StopWordLists stop_words;
  LanguageIdentifier languages;
};
// The files that it reads: they belong to the key of a stage that extracts.
std::vector<std::string> extract_resource_files(const ExtractOptions& options);

// Pure and thread-safe. Reasons: too_large, not_html (another content type, or binary bytes), empty_text (no visible
// text at all), no_main_text (text, but only boilerplate), other_language (no prose in the languages to keep).
Result<ExtractedPage> extract_page(const RawPage& page, const ExtractOptions& options,
                                   const ExtractResources& resources);
// The same, reading them for this page alone.
Result<ExtractedPage> extract_page(const RawPage& page, const ExtractOptions& options);

}  // namespace smelt
