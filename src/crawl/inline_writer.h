// The text of a block with what its parts are, as Markdown.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "crawl/blocks.h"
#include "crawl/fetch/url.h"
#include "crawl/html/tree.h"
#include "crawl/text_writer.h"

namespace smelt {

class InlineWriter {
 public:
  InlineWriter(const HtmlTree& tree, const WriteOptions& options);

  // The bytes [begin, end) of the block's text. `marks`: those inside, as the block has them. Line breaks stay "\n";
  // `in_cell`: bars are escaped.
  std::string write(const TextBlock& block, std::span<const TextMark> marks, uint32_t begin, uint32_t end,
                    bool in_cell) const;
  std::string write(const TextBlock& block) const {
    return write(block, block.marks, 0, static_cast<uint32_t>(block.text.size()), false);
  }

 private:
  std::string opening(const TextBlock& block, const TextMark& mark) const;
  std::string address(const TextMark& mark) const;

  const HtmlTree& tree_;
  const WriteOptions& options_;
  std::optional<Url> base_;
};

// As many backticks as it takes around the code, `least` or more.
std::string backticks_around(std::string_view code, size_t least);

// What would start a heading, an item, a quotation or a rule at the begin of a line gets a backslash.
std::string escape_line_start(std::string_view line);

}  // namespace smelt
