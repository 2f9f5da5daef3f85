#include "crawl/html/tokenizer.h"

#include <algorithm>
#include <cstring>

#include "base/text.h"
#include "crawl/html/entities.h"
#include "crawl/html/scan.h"

namespace smelt {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

char* find_byte(char* from, const char* end, char byte) {
  void* at = std::memchr(from, byte, static_cast<size_t>(end - from));
  return at == nullptr ? const_cast<char*>(end) : static_cast<char*>(at);
}

}  // namespace

HtmlTokenizer::HtmlTokenizer(std::string& input, std::vector<HtmlAttribute>& attributes, std::deque<std::string>& made,
                             HtmlTokenSink& sink, uint32_t max_attributes, bool skip_comments)
    : attributes_(attributes),
      made_(made),
      sink_(sink),
      max_attributes_(max_attributes),
      skip_comments_(skip_comments) {
  const size_t size = input.size();
  input.append(kHtmlPadding, '\0');
  pos_ = input.data();
  end_ = pos_ + size;
}

void HtmlTokenizer::run(HtmlContent content, std::string_view last_start_tag) {
  last_start_tag_ = last_start_tag;
  if (content == HtmlContent::kCdata) {
    cdata();
  } else if (content != HtmlContent::kData) {
    raw_text(content);
  }
  while (pos_ < end_ && !sink_.full()) {
    data();
  }
  sink_.end_of_file();
}

// Text up to the next markup, and that.
void HtmlTokenizer::data() {
  char* begin = pos_;
  bool has_nul = false;
  bool dirty = false;
  while (true) {
    pos_ = find_any<'<', '&'>(pos_);
    if (*pos_ == '<') {
      const char next = pos_[1];
      if (is_ascii_letter(next) || next == '!' || next == '?' || (next == '/' && pos_ + 2 < end_)) {
        break;
      }
    } else if (*pos_ == '\0') {
      if (pos_ >= end_) {
        break;
      }
      has_nul = true;
    } else {
      dirty = true;
    }
    ++pos_;
  }
  if (pos_ > begin) {
    const auto size = static_cast<size_t>(pos_ - begin);
    sink_.characters(dirty ? mended(begin, pos_, kReferences | kKeepNul) : std::string_view(begin, size), has_nul);
  }
  while (pos_ < end_ && *pos_ == '<' && !sink_.full() && markup()) {
  }
}

// What stands at '<'; false where that is text.
bool HtmlTokenizer::markup() {
  const char next = pos_[1];
  if (is_ascii_letter(next)) {
    start_tag();
  } else if (next == '!') {
    declaration();
  } else if (next == '?') {
    ++pos_;
    bogus_comment();
  } else if (next == '/' && pos_ + 2 < end_) {
    if (is_ascii_letter(pos_[2])) {
      end_tag();
    } else if (pos_[2] == '>') {
      pos_ += 3;
    } else {
      pos_ += 2;
      bogus_comment();
    }
  } else {
    return false;
  }
  return true;
}

void HtmlTokenizer::skip_space() {
  while (is_html_space(*pos_)) {
    ++pos_;
  }
}

void HtmlTokenizer::read_name(HtmlTagToken& token) {
  char* begin = pos_;
  uint8_t seen = 0;
  while (true) {
    const uint8_t is = html_class(*pos_);
    if ((is & kEndsTagName) != 0 && (*pos_ != '\0' || pos_ >= end_)) {
      break;
    }
    seen |= *pos_ == '\0' ? uint8_t{kEndsTagName} : is;
    ++pos_;
  }
  token.name = seen == 0 ? std::string_view(begin, static_cast<size_t>(pos_ - begin)) : lowered(begin, pos_);
  token.tag = html_tag_of(token.name);
}

void HtmlTokenizer::end_tag() {
  pos_ += 2;
  HtmlTagToken token;
  read_name(token);
  if (attributes(token, false)) {
    sink_.end_tag(token);
  }
}

void HtmlTokenizer::start_tag() {
  ++pos_;
  HtmlTagToken token;
  token.first_attribute = static_cast<uint32_t>(attributes_.size());
  name_filter_ = 0;
  read_name(token);
  if (!attributes(token, true)) {
    attributes_.resize(token.first_attribute);
    return;
  }
  const HtmlContent content = sink_.start_tag(token);
  if (content != HtmlContent::kData) {
    last_start_tag_ = token.name;
    raw_text(content);
  }
}

// Up to and past '>'; false where the page ends first, which drops the tag.
bool HtmlTokenizer::attributes(HtmlTagToken& token, bool wanted) {
  while (true) {
    skip_space();
    const char c = *pos_;
    if (c == '>') {
      ++pos_;
      return true;
    }
    if (c == '/') {
      ++pos_;
      if (*pos_ == '>') {
        token.self_closing = true;
        ++pos_;
        return true;
      }
    } else if (pos_ >= end_) {
      return false;
    } else {
      attribute(token, wanted);
    }
  }
}

void HtmlTokenizer::attribute(HtmlTagToken& token, bool wanted) {
  const std::string_view name = attribute_name();
  char* after = pos_;
  skip_space();
  std::string_view value;
  if (*pos_ == '=') {
    ++pos_;
    value = attribute_value();
  } else {
    pos_ = after;
  }
  if (wanted && token.num_attributes < max_attributes_ && !is_duplicate(token, name)) {
    attributes_.push_back({name, value});
    ++token.num_attributes;
  }
}

std::string_view HtmlTokenizer::attribute_name() {
  char* begin = pos_;
  uint8_t seen = 0;
  if (*pos_ == '=') {  // belongs to the name where it stands first
    ++pos_;
  }
  while (true) {
    const uint8_t is = html_class(*pos_);
    if ((is & kEndsAttributeName) != 0 && (*pos_ != '\0' || pos_ >= end_)) {
      break;
    }
    seen |= *pos_ == '\0' ? int{kEndsTagName} : is & kCapital;
    ++pos_;
  }
  return seen == 0 ? std::string_view(begin, static_cast<size_t>(pos_ - begin)) : lowered(begin, pos_);
}

bool HtmlTokenizer::is_duplicate(const HtmlTagToken& token, std::string_view name) {
  const uint64_t bit = 1ULL << ((static_cast<unsigned char>(name[0]) * 7U +
                                 static_cast<unsigned char>(name[name.size() - 1]) + name.size()) &
                                63U);
  const bool maybe = (name_filter_ & bit) != 0;
  name_filter_ |= bit;
  return maybe && std::any_of(attributes_.end() - token.num_attributes, attributes_.end(),
                              [&](const HtmlAttribute& attribute) { return attribute.name == name; });
}

std::string_view HtmlTokenizer::attribute_value() {
  skip_space();
  const char quote = *pos_;
  char* begin = pos_;
  bool dirty = false;
  if (quote == '"' || quote == '\'') {
    ++begin;
    ++pos_;
    while (true) {
      pos_ = quote == '"' ? find_any<'"', '&'>(pos_) : find_any<'\'', '&'>(pos_);
      if (*pos_ == quote || (*pos_ == '\0' && pos_ >= end_)) {
        break;
      }
      dirty = true;
      ++pos_;
    }
    char* close = pos_;
    pos_ += pos_ < end_ ? 1 : 0;
    return dirty ? mended(begin, close, kReferences | kInAttribute)
                 : std::string_view(begin, static_cast<size_t>(close - begin));
  }
  while (true) {
    while ((html_class(*pos_) & kEndsUnquoted) == 0) {
      ++pos_;
    }
    if (*pos_ != '&' && (*pos_ != '\0' || pos_ >= end_)) {
      break;
    }
    dirty = true;
    ++pos_;
  }
  return dirty ? mended(begin, pos_, kReferences | kInAttribute)
               : std::string_view(begin, static_cast<size_t>(pos_ - begin));
}

// A name in lower case, U+0000 replaced.
std::string_view HtmlTokenizer::lowered(char* begin, char* end) {
  for (char* p = begin; p < end; ++p) {
    *p = (html_class(*p) & kCapital) != 0 ? static_cast<char>(*p | 0x20) : *p;
  }
  return std::memchr(begin, '\0', static_cast<size_t>(end - begin)) == nullptr
             ? std::string_view(begin, static_cast<size_t>(end - begin))
             : mended(begin, end, 0);
}

// Resolves references, makes line ends '\n' and replaces U+0000 in [begin, end): in place as long as the result does
// not outgrow what was read, which only U+0000 and two references make it do.
std::string_view HtmlTokenizer::mended(char* begin, char* end, unsigned mending) {
  char* out = begin;
  std::string* grown = nullptr;
  const auto put = [&](const char* text, size_t size, const char* read) {
    if (grown == nullptr && out + size > read) {
      grown = &made_.emplace_back(begin, out);
    }
    if (grown != nullptr) {
      grown->append(text, size);
    } else {
      std::memmove(out, text, size);
      out += size;
    }
  };
  for (char* p = begin; p < end;) {
    char* next = std::min(find_any<'&', '&'>(p), end);
    put(p, static_cast<size_t>(next - p), next);
    p = next;
    if (p >= end) {
      break;
    }
    if (*p == '\r') {
      ++p;
      if (p >= end || *p != '\n') {
        put("\n", 1, p);
      }
    } else if (*p == '\0') {
      ++p;
      const std::string_view nul = (mending & kKeepNul) != 0 ? std::string_view("\0", 1) : kReplacement;
      put(nul.data(), nul.size(), p);
    } else {
      ++p;
      HtmlReference reference;
      if ((mending & kReferences) != 0 && p < end && (is_ascii_alnum(*p) || *p == '#')) {
        reference = read_reference({p, static_cast<size_t>(end - p)}, (mending & kInAttribute) != 0);
      }
      if (reference.taken > 0) {
        p += reference.taken;
        put(reference.utf8.data(), reference.size, p);
      } else {
        put("&", 1, p);
      }
    }
  }
  return grown != nullptr ? std::string_view(*grown) : std::string_view(begin, static_cast<size_t>(out - begin));
}

// Text that only the end tag of `last_start_tag_` ends.
void HtmlTokenizer::raw_text(HtmlContent content) {
  char* begin = pos_;
  switch (content) {
    case HtmlContent::kPlaintext:
      pos_ = end_;
      break;
    case HtmlContent::kScript:
    case HtmlContent::kSkippedScript:
      pos_ = script_end();
      break;
    default:
      pos_ = raw_text_end();
      break;
  }
  if (pos_ == begin || content == HtmlContent::kSkippedScript || content == HtmlContent::kSkippedRawText) {
    return;
  }
  const std::string_view text = mended(begin, pos_, content == HtmlContent::kRcdata ? unsigned{kReferences} : 0U);
  if (!text.empty()) {
    sink_.characters(text, false);
  }
}

// Whether the "</" at `open` begins the end tag `name`.
bool HtmlTokenizer::closes(const char* open, std::string_view name) const {
  const char* after = open + 2;
  if (static_cast<size_t>(end_ - after) <= name.size() || name.empty()) {
    return false;
  }
  for (size_t i = 0; i < name.size(); ++i) {
    const char c = (html_class(after[i]) & kCapital) != 0 ? static_cast<char>(after[i] | 0x20) : after[i];
    if (c != name[i]) {
      return false;
    }
  }
  const char c = after[name.size()];
  return is_html_space(c) || c == '/' || c == '>';
}

char* HtmlTokenizer::raw_text_end() {
  for (char* p = find_byte(pos_, end_, '<'); p < end_; p = find_byte(p + 1, end_, '<')) {
    if (p[1] == '/' && closes(p, last_start_tag_)) {
      return p;
    }
  }
  return end_;
}

// "Script data" states: between "<!--" and "-->", "<script" makes the next end tag an inner one.
char* HtmlTokenizer::script_end() {
  bool escaped = false;
  bool inner = false;
  for (char* p = pos_; p < end_;) {
    if (!escaped) {
      p = find_byte(p, end_, '<');
      if (p >= end_) {
        break;
      }
      if (p[1] == '/' && closes(p, last_start_tag_)) {
        return p;
      }
      escaped = std::string_view(p, std::min<size_t>(4, static_cast<size_t>(end_ - p))) == "<!--";
      p += escaped ? 2 : 1;
      continue;
    }
    while (p < end_ && *p != '<' && *p != '-') {
      ++p;
    }
    const std::string_view rest(p, static_cast<size_t>(end_ - p));
    if (rest.starts_with("-->")) {
      escaped = inner = false;
      p += 3;
    } else if (rest.starts_with("</") && closes(p, inner ? "script" : last_start_tag_)) {
      if (!inner) {
        return p;
      }
      inner = false;
      p += 2;
    } else if (!inner && rest.starts_with('<') && closes(p - 1, "script")) {
      inner = true;
      ++p;
    } else {
      ++p;
    }
  }
  return end_;
}

// "<![CDATA[" has been read.
void HtmlTokenizer::cdata() {
  char* begin = pos_;
  char* close = begin;
  for (close = find_byte(close, end_, ']'); close < end_; close = find_byte(close + 1, end_, ']')) {
    if (close[1] == ']' && close[2] == '>' && close + 2 < end_) {
      break;
    }
  }
  pos_ = std::min(close + 3, end_);
  if (close > begin) {
    const std::string_view text = mended(begin, close, kKeepNul);
    if (!text.empty()) {
      sink_.characters(text, text.find('\0') != std::string_view::npos);
    }
  }
}

}  // namespace smelt
