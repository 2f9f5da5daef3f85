// The tokenizer of the HTML standard, section 13.2.5, in one pass over the bytes of a page.
//
// It works in place: names are made lower case, character references resolved and line ends normalised where they
// stand, and what a token gives out are views of the page. Only what grows goes to a store of its own.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "crawl/html/tag.h"
#include "crawl/html/tree.h"

namespace smelt {

// How the text that follows a start tag is to be read; what is skipped is read as such text, but not given out.
enum class HtmlContent : uint8_t {
  kData,
  kRcdata,
  kRawText,
  kSkippedRawText,
  kScript,
  kSkippedScript,
  kPlaintext,
  kCdata
};

struct HtmlTagToken {
  HtmlTag tag = HtmlTag::kUnknown;
  bool self_closing = false;
  uint16_t num_attributes = 0;  // the last so many of the vector of attributes; none of end tags
  uint32_t first_attribute = 0;
  std::string_view name;  // lower case
};

class HtmlTokenSink {
 public:
  virtual ~HtmlTokenSink() = default;
  virtual HtmlContent start_tag(const HtmlTagToken& token) = 0;
  virtual void end_tag(const HtmlTagToken& token) = 0;
  // A run of text, never empty; two may follow each other. `has_nul`: it may contain U+0000.
  virtual void characters(std::string_view text, bool has_nul) = 0;
  virtual void comment(std::string_view text) = 0;
  virtual void doctype(const HtmlDoctype& doctype) = 0;
  virtual void end_of_file() = 0;
  virtual bool allows_cdata() const = 0;  // the current element is a foreign one
  virtual bool full() const = 0;          // nothing more is wanted
};

class HtmlTokenizer {
 public:
  // `input` must be valid UTF-8 and, like `attributes` and `made`, outlive the tokens. `skip_comments`: they
  // are passed over.
  HtmlTokenizer(std::string& input, std::vector<HtmlAttribute>& attributes, std::deque<std::string>& made,
                HtmlTokenSink& sink, uint32_t max_attributes, bool skip_comments);

  // `content` and `last_start_tag` (whose end tag ends it) are how a fragment begins.
  void run(HtmlContent content = HtmlContent::kData, std::string_view last_start_tag = {});

 private:
  void data();
  bool markup();
  void start_tag();
  void end_tag();
  void read_name(HtmlTagToken& token);
  bool attributes(HtmlTagToken& token, bool wanted);
  void attribute(HtmlTagToken& token, bool wanted);
  std::string_view attribute_name();
  std::string_view attribute_value();
  bool is_duplicate(const HtmlTagToken& token, std::string_view name);

  void declaration();
  void comment();
  void bogus_comment();
  void emit_comment(char* begin, char* end);
  void doctype();
  void doctype_identifiers(HtmlDoctype& doctype);
  void doctype_system(HtmlDoctype& doctype, bool after_public);
  bool doctype_quoted(HtmlDoctype& doctype, std::string_view& id);
  void cdata();

  void raw_text(HtmlContent content);
  char* raw_text_end();
  char* script_end();
  bool closes(const char* open, std::string_view name) const;

  enum Mending : unsigned { kReferences = 1, kInAttribute = 2, kKeepNul = 4 };
  std::string_view mended(char* begin, char* end, unsigned mending);
  std::string_view lowered(char* begin, char* end);
  void skip_space();

  char* pos_;
  char* end_;  // '\0' and some bytes more follow
  std::vector<HtmlAttribute>& attributes_;
  std::deque<std::string>& made_;
  HtmlTokenSink& sink_;
  uint32_t max_attributes_;
  bool skip_comments_;
  uint64_t name_filter_ = 0;  // of the tag's attributes so far: a bit a name
  std::string last_start_tag_;
};

}  // namespace smelt
