#include "crawl/extract.h"

#include <algorithm>
#include <cmath>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "crawl/blocks.h"
#include "crawl/charset.h"
#include "crawl/comments.h"
#include "crawl/companions.h"
#include "crawl/html/tree.h"
#include "crawl/language/language.h"
#include "crawl/main/main_text.h"
#include "crawl/main/structured_data.h"
#include "crawl/metadata/page_metadata.h"
#include "crawl/page_head.h"
#include "crawl/stop_words.h"
#include "crawl/text_writer.h"
#include "crawl/visibility.h"

namespace smelt {
namespace {

// Of no use to a text corpus, whatever the header says: many control bytes are no text in any charset of the web.
bool looks_binary(std::string_view body) {
  constexpr size_t kLooked = 1024;
  constexpr size_t kTolerated = 8;
  if (body.starts_with("\xFE\xFF") || body.starts_with("\xFF\xFE") || body.starts_with(std::string_view("<\0", 2)) ||
      body.starts_with(std::string_view("\0<", 2))) {
    return false;
  }
  const std::string_view head = body.substr(0, kLooked);
  const auto controls = std::count_if(head.begin(), head.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 && c != '\n' && c != '\r' && c != '\t' && c != '\f' && c != '\x1b';
  });
  return static_cast<size_t>(controls) > kTolerated || body.starts_with("%PDF-") || body.starts_with("\x89PNG") ||
         body.starts_with("GIF8");
}

bool has_html_type(const RawPage& page) {
  const std::string type = media_type(page.content_type);
  if (type.empty() || type == "application/octet-stream") {
    return true;
  }
  return type == "text/html" || type == "application/xhtml+xml" || type == "text/xhtml" || type == "application/html";
}

struct Content {
  std::string text;
  int64_t blocks = 0;
  int64_t kept = 0;
  int64_t length = 0;
  int64_t link_length = 0;
};

// What main text is found and written by beside the options.
struct Page {
  const HtmlTree& tree;
  PageContext context;
  WriteOptions writing;
  bool comments;
};

Content write_content(const Page& page, const std::vector<TextBlock>& blocks, const std::vector<uint8_t>& keep) {
  Content content;
  content.text = write_text(page.tree, blocks, keep, page.writing);
  content.blocks = static_cast<int64_t>(blocks.size());
  for (size_t i = 0; i < blocks.size(); ++i) {
    if (keep[i] != 0) {
      ++content.kept;
      content.length += blocks[i].length;
      content.link_length += blocks[i].link_length;
    }
  }
  return content;
}

// The paragraphs of a text without structure.
std::vector<TextBlock> plain_blocks(const std::string& text) {
  std::vector<TextBlock> blocks;
  for (const std::string_view line : split(text, '\n')) {
    TextBlock block;
    block.text = std::string(trim(line));
    block.length = count_code_points(block.text);
    if (!block.text.empty()) {
      blocks.push_back(std::move(block));
    }
  }
  return blocks;
}

Content main_content(const Page& page) {
  // Under this many bytes, text that the page carries for machines is taken instead where it is much longer.
  constexpr size_t kLittle = 250;
  const std::vector<TextBlock> blocks = split_blocks(page.tree, find_unread(page.tree));
  const std::vector<float> scores = score_blocks(page.tree, blocks, page.context);
  std::vector<uint8_t> keep = choose_blocks(blocks, scores);
  keep_companions(page.tree, blocks, keep);
  if (page.comments) {
    keep_comments(page.tree, blocks, keep);
  }
  Content content = write_content(page, blocks, keep);
  if (content.text.size() < kLittle) {
    const std::vector<TextBlock> structured = plain_blocks(find_structured_text(page.tree));
    Content instead = write_content(page, structured, std::vector<uint8_t>(structured.size(), 1));
    if (instead.text.size() > 2 * content.text.size()) {
      content = std::move(instead);
    }
  }
  return content;
}

Content justext_content(const std::string& html, const JustextOptions& options, const ExtractResources& resources) {
  std::vector<JustextParagraph> paragraphs = justext_paragraphs(html);
  std::string everything;
  for (const JustextParagraph& paragraph : paragraphs) {
    everything += paragraph.text;
    everything += '\n';
  }
  const LanguageGuess guess = resources.languages.guess(everything);
  classify_paragraphs(paragraphs, resources.stop_words.find(guess.reliable ? guess.code : "und"), options);
  Content content;
  content.blocks = static_cast<int64_t>(paragraphs.size());
  for (const JustextParagraph& paragraph : paragraphs) {
    if (paragraph.final == BlockClass::kGood) {
      content.text += content.text.empty() ? "" : "\n\n";
      content.text += paragraph.text;
      content.length += paragraph.length;
      content.link_length += paragraph.link_length;
      ++content.kept;
    }
  }
  return content;
}

Result<Content> extract_content(const Page& page, const ExtractOptions& options) {
  Content content;
  if (options.content == "main") {
    content = main_content(page);
  }
  if (content.text.empty()) {
    const std::vector<TextBlock> everything = split_blocks(page.tree, find_pruned(page.tree));
    if (everything.empty()) {
      return Reject{"empty_text", "the page has no visible text"};
    }
    if (options.content == "all") {
      content = write_content(page, everything, std::vector<uint8_t>(everything.size(), 1));
    }
  }
  if (content.text.empty()) {
    return Reject{"no_main_text", "all text of the page is boilerplate"};
  }
  return content;
}

Result<Content> extract_justext(const std::string& html, const JustextOptions& options,
                                const ExtractResources& resources) {
  Content content = justext_content(html, options, resources);
  if (content.text.empty()) {
    return content.blocks == 0 ? Reject{"empty_text", "the page has no visible text"}
                               : Reject{"no_main_text", "all text of the page is boilerplate"};
  }
  return content;
}

Json describe(const RawPage& page, const PageMetadata& told, const DecodedHtml& decoded, const Content& content,
              bool truncated) {
  Json metadata = Json::object();
  metadata["title"] = told.title;
  metadata["charset"] = decoded.charset;
  metadata["charset_from"] = decoded.how;
  const auto put = [&metadata](const char* key, const std::string& value) {
    if (!value.empty()) {
      metadata[key] = value;
    }
  };
  put("author", told.author);
  put("date", told.date);
  put("fetched", page.date);
  put("html_lang", told.language);
  put("canonical_url", told.canonical);
  put("site_name", told.site_name);
  put("description", told.description);
  const auto share =
      static_cast<double>(content.link_length) / static_cast<double>(std::max<int64_t>(content.length, 1));
  metadata["link_density"] = static_cast<double>(std::llround(share * 1000)) / 1000;
  metadata["blocks"] = content.blocks;
  metadata["kept_blocks"] = content.kept;
  if (truncated) {
    metadata["truncated"] = true;
  }
  return metadata;
}

}  // namespace

ExtractResources::ExtractResources(const ExtractOptions& options)
    : stop_words(options.justext.stop_words), languages(options.language) {}

std::vector<std::string> extract_resource_files(const ExtractOptions& options) {
  std::vector<std::string> files = StopWordLists::files(options.justext.stop_words);
  for (std::string& file : LanguageIdentifier::files(options.language)) {
    files.push_back(std::move(file));
  }
  return files;
}

Result<ExtractedPage> extract_page(const RawPage& page, const ExtractOptions& options) {
  return extract_page(page, options, ExtractResources(options));
}

Result<ExtractedPage> extract_page(const RawPage& page, const ExtractOptions& options,
                                   const ExtractResources& resources) {
  if (page.body.size() > static_cast<size_t>(options.max_page_bytes)) {
    return Reject{"too_large", std::to_string(page.body.size()) + " bytes"};
  }
  if (!has_html_type(page)) {
    return Reject{"not_html", media_type(page.content_type)};
  }
  if (looks_binary(page.body)) {
    return Reject{"not_html", "binary content"};
  }
  DecodedHtml decoded = decode_html(page.body, page.content_type);
  const bool justext = options.content == "justext";
  const std::string html = justext ? decoded.utf8 : std::string();
  const HtmlTree tree = parse_html(std::move(decoded.utf8), {.text_only = true});
  const PageHead head = read_head(tree);
  const WriteOptions writing = {options.output == "markdown", options.emphasis, options.links,
                                page.url.empty() ? head.canonical : page.url};
  Result<Content> content =
      justext ? extract_justext(html, options.justext, resources)
              : extract_content({tree, {head.canonical, head.title}, writing, options.comments}, options);
  if (!content) {
    return content.reject();
  }
  ExtractedPage out;
  const PageMetadata told = read_metadata(tree, head, page.url);
  out.metadata = describe(page, told, decoded, *content, tree.truncated());
  out.id = page.id;
  out.url = page.url.empty() ? told.canonical : page.url;
  out.title = told.title;
  out.text = std::move(content->text);
  TextLanguages languages = resources.languages.identify(out.text);
  if (out.text.empty()) {
    return Reject{"other_language", "the text is in " + languages.found[0].code};
  }
  languages.describe(out.metadata);
  out.language = languages.whole.code;
  out.dropped = std::move(languages.dropped);
  out.charset = decoded.charset;
  out.source = page.source;
  return out;
}

}  // namespace smelt
