#include "crawl/justext.h"

#include <deque>

#include "base/text.h"
#include "crawl/html/scan.h"
#include "crawl/justext/page_reader.h"
#include "crawl/justext/paragraph_maker.h"

namespace smelt {
namespace {

// Begins with a doctype or <html>.
bool is_document(std::string_view html) {
  size_t begin = 0;
  while (begin < html.size() && is_html_space(html[begin])) {
    ++begin;
  }
  const std::string_view rest = html.substr(begin, 9);
  return starts_with_ignoring_case(rest, "<html") || starts_with_ignoring_case(rest, "<!doctype");
}

}  // namespace

std::vector<JustextParagraph> justext_paragraphs(std::string html) {
  constexpr uint32_t kMaxAttributes = 256;
  std::vector<HtmlAttribute> attributes;
  std::deque<std::string> made;
  ParagraphMaker maker;
  JustextPageReader reader(attributes, maker, is_document(html));
  HtmlTokenizer(html, attributes, made, reader, kMaxAttributes, false).run();
  return maker.finish(reader.extent());
}

}  // namespace smelt
