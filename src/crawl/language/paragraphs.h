// The paragraphs of a text in plain text or Markdown, as far as telling their languages asks for it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace smelt {

struct ParagraphSpan {
  enum class Kind : uint8_t {
    kProse,
    kHeading,  // a line that starts with one to six '#'
    kOther,    // code between fences; formulas alone
  };
  size_t begin = 0;  // bytes of the text
  size_t end = 0;    // without the line end
  Kind kind = Kind::kProse;
};

// Runs of lines without a blank one, or, in a text without blank lines, its lines; blank is what has nothing but white
// space and the '>' of quotations. Code between fences of three and more '`' or '~' (CommonMark 0.31, 4.5; also inside
// items and quotations) is one paragraph, to the text's end where it is not closed. Linear in the text.
std::vector<ParagraphSpan> split_paragraphs(std::string_view text);

// Without what stands between "$$" and "$$", and between "$" and "$" where these hug it and no digit follows (the rule
// of pandoc's tex_math_dollars), in one line.
std::string without_formulas(std::string_view text);

// Bytes of letters and of the marks that belong to them; not counted further once there are `enough`.
int64_t count_letters(std::string_view text, int64_t enough);

// The text without the paragraphs whose `keep` is 0, and without what stood between them and those before them.
std::string keep_paragraphs(std::string_view text, const std::vector<ParagraphSpan>& paragraphs,
                            const std::vector<uint8_t>& keep);

}  // namespace smelt
