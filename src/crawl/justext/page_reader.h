// Elements of a page as libxml2 2.14 nests them. Internal to justext.
#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "crawl/html/tokenizer.h"
#include "crawl/justext/paragraph_maker.h"

namespace smelt {

// Turns tokens into balanced elements: start tags close elements by a table of pairs, end tags close what they find
// open unless something weightier stands between, html, head and body are there even if unsaid.
class JustextPageReader final : public HtmlTokenSink {
 public:
  // `is_document`: the page begins with a doctype or <html>.
  JustextPageReader(const std::vector<HtmlAttribute>& attributes, ParagraphMaker& maker, bool is_document)
      : attributes_(attributes), maker_(maker), is_document_(is_document) {}

  HtmlContent start_tag(const HtmlTagToken& token) override;
  void end_tag(const HtmlTagToken& token) override;
  void characters(std::string_view text, bool has_nul) override;
  void comment(std::string_view text) override;
  void doctype(const HtmlDoctype& /*doctype*/) override {}
  void end_of_file() override;
  bool allows_cdata() const override { return false; }
  bool full() const override { return false; }
  // What of the page counts: of one that has neither doctype nor head the body, and the text right behind it unless
  // the body is a single element.
  ParagraphMaker::Extent extent() const;

 private:
  struct Open {
    HtmlTag tag;
    std::string_view name;
    bool is(HtmlTag other_tag, std::string_view other_name) const {
      return tag == other_tag && (tag != HtmlTag::kUnknown || name == other_name);
    }
  };
  static constexpr size_t kMaxDepth = 512;

  HtmlTag top() const { return stack_.empty() ? HtmlTag::kUnknown : stack_.back().tag; }
  void push(HtmlTag tag, std::string_view name, bool style_sheet_link = false);
  void pop();
  void close_for(HtmlTag tag, std::string_view name);
  void imply_for(HtmlTag tag);
  bool is_misplaced(HtmlTag tag) const;
  bool is_style_sheet_link(const HtmlTagToken& token) const;
  void start_text();
  void put(std::string_view text, bool has_nul);

  const std::vector<HtmlAttribute>& attributes_;
  ParagraphMaker& maker_;
  bool is_document_;
  std::vector<Open> stack_;
  std::array<int, kNumHtmlTags> open_{};      // of each name; of all unknown names together
  std::array<int, kNumHtmlTags> too_deep_{};  // start tags that were passed over and wait for their end tags
  int misplaced_ = 0;                         // html, head and body tags that were passed over
  bool seen_head_ = false;
  bool seen_body_ = false;
  int body_children_ = 0;  // elements and comments
  bool body_text_ = false;
};

}  // namespace smelt
