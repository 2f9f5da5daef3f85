#include "tokens/text/text_pattern.h"

#include <fmt/core.h>

namespace smelt {

TextRegex read_pattern(const JsonNode& node) {
  if (node.has("String")) {
    const std::string& text = node.at("String").string();
    if (text.empty()) {
      node.at("String").fail("is empty");
    }
    return TextRegex::literal(text);
  }
  const JsonNode expression = node.at("Regex");
  Result<TextRegex> regex = TextRegex::compile(expression.string());
  if (!regex) {
    expression.fail(fmt::format("is no regular expression that is understood: {}", regex.reject().detail));
  }
  return std::move(regex).value();
}

void replace_matches(AlignedText& text, const TextRegex& regex, std::string_view content) {
  std::vector<Stretch> stretches;
  text.rewrite([&](std::string_view piece, AlignedText::Writer& writer) {
    stretches.clear();
    regex.find(piece, stretches);
    for (const Stretch& s : stretches) {
      if (s.matched) {
        writer.insert_behind(s.end, content);
        writer.move_to(s.end);
      } else {
        writer.keep_to(s.end);
      }
    }
  });
}

std::string replace_matches(std::string_view text, const TextRegex& regex, std::string_view content) {
  std::vector<Stretch> stretches;
  regex.find(text, stretches);
  std::string out;
  for (const Stretch& s : stretches) {
    out += s.matched ? content : text.substr(s.begin, s.end - s.begin);
  }
  return out;
}

}  // namespace smelt
