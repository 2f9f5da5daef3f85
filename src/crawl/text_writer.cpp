#include "crawl/text_writer.h"

#include <algorithm>
#include <string_view>

#include "base/text.h"

namespace smelt {
namespace {

using Kind = TextBlock::Kind;

bool is_item(const TextBlock& block) {
  return block.kind == Kind::kListItem;
}

// Rows of one table, items of one list, and a definition under its term follow without a blank line.
bool follows_closely(const TextBlock& previous, const TextBlock& block) {
  if (previous.group == 0 || previous.group != block.group) {
    return false;
  }
  if (block.kind == Kind::kTableRow) {
    return previous.kind == Kind::kTableRow || previous.kind == Kind::kCaption;
  }
  if (previous.kind == Kind::kTerm) {
    return block.kind == Kind::kTerm || block.kind == Kind::kDefinition;
  }
  return is_item(block) && is_item(previous);
}

int deepest_indent(const TextBlock& block) {
  constexpr int kDeepest = 8;
  return std::clamp(block.level - 1, 0, kDeepest);
}

// Further lines of an item and its later paragraphs stand under its text.
std::string indent_of(const TextBlock& block) {
  if (block.kind == Kind::kHeading || block.kind == Kind::kTableRow || block.kind == Kind::kCaption ||
      block.item == 0) {
    return {};
  }
  const bool inside = block.kind == Kind::kParagraph || block.kind == Kind::kPre;
  return std::string(static_cast<size_t>(deepest_indent(block) + (inside ? 1 : 0)) * 2, ' ');
}

std::string marker_of(const TextBlock& block) {
  switch (block.kind) {
    case Kind::kHeading:
      return std::string(static_cast<size_t>(block.level), '#') + " ";
    case Kind::kListItem:
      return block.ordinal > 0 ? std::to_string(block.ordinal) + ". " : "- ";
    case Kind::kDefinition:
      return ": ";
    default:
      return {};
  }
}

void append_lines(std::string& out, std::string_view text, const std::string& first, const std::string& later) {
  bool is_first = true;
  for (const std::string_view line : split(text, '\n')) {
    if (!is_first) {
      out += '\n';
    }
    if (is_first || !line.empty()) {
      out += is_first ? first : later;
    }
    out += line;
    is_first = false;
  }
}

void append_code(std::string& out, const TextBlock& block, const std::string& indent) {
  std::string fence = "```";
  while (block.text.find(fence) != std::string::npos) {
    fence += '`';
  }
  out += indent + fence + block.language + "\n";
  append_lines(out, block.text, indent, indent);
  out += "\n" + indent + fence;
}

}  // namespace

std::string write_text(const std::vector<TextBlock>& blocks, const std::vector<uint8_t>& keep) {
  std::string out;
  const TextBlock* previous = nullptr;
  for (size_t i = 0; i < blocks.size(); ++i) {
    if (keep[i] == 0) {
      continue;
    }
    const TextBlock& block = blocks[i];
    if (previous != nullptr) {
      out += follows_closely(*previous, block) ? "\n" : "\n\n";
    }
    const std::string indent = indent_of(block);
    if (block.kind == Kind::kPre) {
      append_code(out, block, indent);
    } else {
      const std::string marker = marker_of(block);
      const bool hangs = block.kind == Kind::kListItem || block.kind == Kind::kDefinition;
      append_lines(out, block.text, indent + marker, indent + std::string(hangs ? marker.size() : 0, ' '));
    }
    previous = &block;
  }
  return out;
}

}  // namespace smelt
